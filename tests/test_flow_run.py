"""An official's view of a running flow: tasks open, questions are asked, messages cross pools."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.errors import Conflict, Invalid
from engine.flow.load import Flow, load
from engine.flow.lower import lower
from engine.flow.read import read
from engine.flow.run import Message, Setting, complete, deliver, start
from engine.step import OpenTask, Step

ROOT = Path(__file__).parent.parent
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def flow_of(path: str) -> Flow:
    lowered, findings = lower(read((ROOT / path).read_bytes()))
    assert [found for found in findings if found.severity == "error"] == []
    return load(lowered.content)


@dataclass
class Walk:
    """Plays all pools of a drawing in memory and delivers every message at once."""

    flow: Flow
    parts: dict[str, Step] = field(default_factory=dict)
    open: list[tuple[str, OpenTask]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    inputs: int = 0

    def setting(self) -> Setting:
        self.inputs += 1
        return Setting(seed=f"walk/{self.inputs}", at=AT)

    def absorb(self, process: str, step: Step) -> None:
        self.parts[process] = step
        self.open += [(process, task) for task in step.opened]
        self.ended += [item.element for item in step.trace if item.event == "completed"]
        for sent in step.sent:
            if sent.target_process is None:
                continue  # to a pool outside
            message = Message(sent.message, sent.payload, sent.key, sent.target_element)
            if sent.starts:
                began = start(self.flow, sent.target_process, self.setting(), {}, message)
            else:
                state = self.parts[sent.target_process].state
                began = deliver(self.flow, state, message, self.setting())
            self.absorb(sent.target_process, began)

    def finish(self, element: str, answers: dict[str, object]) -> None:
        process, task = next(pair for pair in self.open if pair[1].note.element == element)
        self.open.remove((process, task))
        step = complete(self.flow, self.parts[process].state, task.id, answers, self.setting())
        self.absorb(process, step)


def walks() -> Iterator[tuple[str, str]]:
    for file in sorted((ROOT / "bpmn").glob("*/walks.json")):
        for name in json.loads(file.read_text(encoding="utf-8"))["paths"]:
            yield file.parent.name, name


@pytest.mark.parametrize(("file", "name"), list(walks()))
def test_each_drawing_of_the_pack_runs_as_its_walk_says(file: str, name: str) -> None:
    walk = json.loads((ROOT / f"bpmn/{file}/walks.json").read_text(encoding="utf-8"))
    path = walk["paths"][name]
    played = Walk(flow_of(walk["diagram"]))
    lead = next(pool.process for pool in played.flow.pools if pool.lead)
    played.absorb(lead, start(played.flow, lead, played.setting()))
    for element in path["order"]:
        played.finish(element, path["answers"][element].pop(0))
    assert played.open == []
    assert all(step.finished for step in played.parts.values())
    assert set(path["ends"]) <= set(played.ended)


def test_a_task_cannot_be_completed_twice() -> None:
    flow = flow_of("bpmn/p088/p088.bpmn")
    first = start(flow, flow.pools[0].process, Setting("a", AT))
    answers = {"Gateway_B1": "Tiếp nhận"}
    second = complete(flow, first.state, first.opened[0].id, answers, Setting("b", AT))
    with pytest.raises(Conflict) as refusal:
        complete(flow, second.state, first.opened[0].id, answers, Setting("c", AT))
    assert refusal.value.code == "task-not-open"


@pytest.mark.parametrize("answers", [{}, {"Gateway_B1": "Chưa rõ"}, {"Gateway_B1": 1}])
def test_a_question_without_a_fitting_answer_is_refused_by_its_place(
    answers: dict[str, object],
) -> None:
    flow = flow_of("bpmn/p088/p088.bpmn")
    first = start(flow, flow.pools[0].process, Setting("a", AT))
    with pytest.raises(Invalid) as refusal:
        complete(flow, first.state, first.opened[0].id, answers, Setting("b", AT))
    assert refusal.value.faults[0].pointer == "/Gateway_B1"


def test_an_act_drawn_on_a_flow_and_a_status_drawn_on_a_task_are_reported() -> None:
    flow = flow_of("bpmn/p088/p088.bpmn")
    first = start(flow, flow.pools[0].process, Setting("a", AT))
    task = first.opened[0].id
    step = complete(flow, first.state, task, {"Gateway_B1": "Flow_B1_accept"}, Setting("b", AT))
    assert [drawn.act for drawn in step.acts] == ["accept"]
    assert step.statuses == ("in_process",)
    assert step.closed == (task,)


def test_the_same_input_gives_the_same_bytes() -> None:
    flow = flow_of("bpmn/p088/p088.bpmn")
    process = flow.pools[0].process
    steps = [start(flow, process, Setting("seed", AT), {"a": 1}) for _ in range(2)]
    assert steps[0] == steps[1]
    assert start(flow, process, Setting("other", AT), {"a": 1}).state != steps[0].state
