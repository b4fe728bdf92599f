"""An auditor's replay: the same walk gives the same digests in other processes and hash seeds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
_WALK = """
import json, sys
sys.path.insert(0, {here!r})
from flow_drawings import AT, drawing
from engine.flow.load import load
from engine.flow.lower import lower
from engine.flow.read import read
from engine.flow.run import Message, Setting, complete, deliver, fire, start
marks = ('<multiInstanceLoopCharacteristics><loopDataInputRef>items</loopDataInputRef>'
         '<loopDataOutputRef>out</loopDataOutputRef><inputDataItem id="item"/><outputDataItem '
         'id="result"/></multiInstanceLoopCharacteristics>')
flow = load(lower(read(drawing(f'''
start S
or O
user A {{marks}}
boundary T on=A soft cycle:R3/PT1H
script TX n = n + 1
catch M message:M
or J
xor G
user B
end E
S -> O
O -> A : true
O -> M : true
A -> J
M -> J
J -> B
B -> G
again: G -> B
on: G -> E
T -> TX
''')))[0].content)
data = {{"n": 0, "items": ["a", "b"], "z": {{"q": 1, "b": 2}}}}
steps = [start(flow, "P", Setting("0", AT), data)]
def take(step):
    steps.append(step)
timer = next(w for w in steps[-1].waits if w.kind == "timer")
take(fire(flow, steps[-1].state, timer.id, Setting("1", AT)))
for number, task in enumerate(steps[0].opened):
    setting = Setting(f"a{{number}}", AT)
    take(complete(flow, steps[-1].state, task.id, {{"result": number}}, setting))
take(deliver(flow, steps[-1].state, Message("M", {{"m": 1}}), Setting("2", AT)))
for choice in ["again", "on"]:
    task = steps[-1].opened[0].id
    take(complete(flow, steps[-1].state, task, {{"G": choice}}, Setting(choice, AT)))
assert steps[-1].finished
print(json.dumps([step.digest for step in steps]))
"""


def digests(seed: str) -> list[str]:
    ran = subprocess.run(
        [sys.executable, "-c", _WALK.format(here=str(HERE))], capture_output=True, text=True,
        check=False, cwd=HERE.parent, env={**os.environ, "PYTHONHASHSEED": seed},
    )
    assert ran.returncode == 0, ran.stderr
    found: list[str] = json.loads(ran.stdout)
    return found


def test_three_hash_seeds_give_the_same_digests() -> None:
    first, *others = (digests(seed) for seed in ("0", "1", "4711"))
    assert len(set(first)) == len(first)
    assert others == [first, first]
