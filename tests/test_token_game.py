"""Random diagrams, played by the engine and by the token game, which shares no code with it.

The standard leaves open in which order parallel branches advance, so the engine's trace is right
when some order of the token game gives the same trace, the same data and the same waiting nodes.
`MOTCUA_TOKEN_SEEDS=1000-2000 pytest tests/test_token_game.py` looks further than every run does.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace

import pytest
from token_diagram import ACTIVITIES, EVENTS, Diagram
from token_drawing import draw
from token_engine import play_report, told
from token_random import sketch
from token_referee import Outcome, finished, run, verdict
from token_sketch import Sketch

FIRST, LAST = map(int, os.environ.get("MOTCUA_TOKEN_SEEDS", "0-119").split("-"))


def drawing(page: Sketch, seed: int) -> bytes:
    return draw(page.text, anonymous=seed % 5 == 0)


@pytest.mark.parametrize("seed", range(FIRST, LAST + 1))
def test_a_random_diagram_is_played_as_the_standard_allows(seed: int) -> None:
    page = sketch(seed)
    content = drawing(page, seed)
    report = play_report(content, page.script, page.data)
    wrong = verdict(content, page.script, page.data, told(report))
    assert wrong == "", f"seed {seed}: {wrong}\n{page.text}\n{page.script}\n{page.data}"
    assert unbalanced(content, report) == []


def unbalanced(content: bytes, report: dict) -> list[str]:
    """Return the activities and events left more often than entered, or never left at the end."""
    diagram, open_ = Diagram(content), Counter()
    wrong = []
    for line in report["trace"]:
        node = line["element"]
        open_[node] += 1 if line["event"] == "entered" else -1
        if diagram.nodes[node].tag in ACTIVITIES | EVENTS and open_[node] < 0:
            wrong.append(node)
    over = report["status"] == "completed"
    return wrong + [node for node, held in open_.items() if held > 0 and over]


@pytest.mark.parametrize("seed", range(0, 40, 4))
def test_the_referee_refuses_a_trace_that_was_tampered_with(seed: int) -> None:
    page = sketch(seed)
    content = drawing(page, seed)
    right = finished(run(content, page.script, page.data))
    assert verdict(content, page.script, page.data, right) == ""
    for forged in _forgeries(right):
        assert verdict(content, page.script, page.data, forged), (seed, forged)


def _forgeries(right: Outcome) -> list[Outcome]:
    middle = len(right.trace) // 2
    trace = right.trace
    return [
        replace(right, trace=trace[:middle] + trace[middle + 1 :]),
        replace(right, trace=(*trace, trace[middle])),
        replace(right, trace=trace[::-1] if len(set(trace)) > 1 else ()),
        replace(right, data={**right.data, "a": -1}),
        replace(right, waiting=(*right.waiting, ("nobody", "task"))),
        replace(right, status="waiting" if right.status == "completed" else "completed"),
    ]


def test_the_random_diagrams_hold_every_element_and_many_come_to_their_end() -> None:
    kinds, endings = Counter(), Counter()
    for seed in range(300):
        page = sketch(seed)
        content = drawing(page, seed)
        nodes = Diagram(content).nodes.values()
        kinds.update({(node.tag, node.event[0]) for node in nodes})
        kinds.update({node.loop.kind for node in nodes if node.loop})
        endings[run(content, page.script, page.data).status] += 1
    assert {"standard", "sequential", "parallel"} <= kinds.keys()
    assert min(kinds.values()) >= 5, kinds
    assert len(kinds) >= 35
    assert endings["completed"] >= 120, endings
