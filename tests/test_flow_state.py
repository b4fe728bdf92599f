"""The state codec: what an auditor replays years later, and what no form may break."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from flow_drawings import AT, drawing
from flow_random import drawings, walk_through
from hypothesis import given, settings
from hypothesis import strategies as st
from SpiffWorkflow.bpmn.serializer.default.workflow import (
    BpmnWorkflowConverter,
    TaskConverter,
    WorkflowConverter,
)
from SpiffWorkflow.bpmn.serializer.helpers.registry import DefaultRegistry
from SpiffWorkflow.task import Task

from engine.errors import Corrupt, Invalid
from engine.flow.load import Flow, load
from engine.flow.lower import lower
from engine.flow.read import read
from engine.flow.run import Setting, complete, start
from engine.flow.specs.instance import Instance, SubScope
from engine.flow.specs.task import Visit
from engine.flow.state import digest, load_state, seal

GOLDEN = Path(__file__).parent / "golden"
ODD = {"typename": "UUID", "value": "6f0c6a3e-5d0b-5c1e-9d4e-6d6f74637561", "\0": [None, 1.5],
       "z": {"typename": "Task"}, "a": "Nguyễn Thị Ánh"}


def flow_of(text: str) -> Flow:
    return load(lower(read(drawing(text)))[0].content)


def one_task() -> Flow:
    return flow_of("""
        start S
        user A
        S -> A
    """)


def test_a_form_field_called_typename_is_just_data_and_keys_keep_their_order() -> None:
    flow = one_task()
    first = start(flow, "P", Setting("a", AT), ODD)
    again = load_state(first.state, flow)
    assert again.data == ODD
    assert list(again.data) == list(ODD)


def test_an_unknown_version_is_refused_not_guessed() -> None:
    flow = one_task()
    state = start(flow, "P", Setting("a", AT)).state
    for version in (0, 2, 255):
        with pytest.raises(Corrupt, match="version"):
            load_state(bytes([version]) + state[1:], flow)
    with pytest.raises(Corrupt):
        load_state(b"", flow)


def test_a_state_of_another_drawing_is_refused() -> None:
    state = start(one_task(), "P", Setting("a", AT)).state
    with pytest.raises(Corrupt, match="another drawing"):
        load_state(state, flow_of("start S"))


def test_damaged_bytes_are_refused_byte_by_byte() -> None:
    flow = one_task()
    state = start(flow, "P", Setting("a", AT)).state
    for place in range(1, len(state)):
        with pytest.raises(Corrupt):
            load_state(state[:place], flow)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1: 2}, "\ud800", {2, 3}])
def test_what_is_not_json_is_refused_by_its_place_before_anything_is_stored(value: object) -> None:
    flow = one_task()
    first = start(flow, "P", Setting("a", AT))
    with pytest.raises(Invalid) as refusal:
        complete(flow, first.state, first.opened[0].id, {"x": [value]}, Setting("b", AT))
    assert refusal.value.faults[0].pointer.startswith("/x/0")


def test_the_digest_covers_what_is_compressed_and_not_how() -> None:
    flow = one_task()
    first = start(flow, "P", Setting("a", AT), ODD)
    body = zlib.decompress(first.state[1:])
    assert digest(first.state[:1] + zlib.compress(body, 9)) == digest(first.state) == first.digest


def test_a_state_written_by_version_1_still_runs() -> None:
    flow = load((GOLDEN / "flow-v1.bpmn").read_bytes())
    saved = json.loads((GOLDEN / "state-v1.json").read_text(encoding="utf-8"))
    state = bytes.fromhex(saved["state"])
    assert digest(state) == saved["digest"]
    # Digests, not bytes: another zlib may compress the same content otherwise.
    assert seal(load_state(state, flow))[1] == saved["digest"]
    step = complete(flow, state, saved["task"], saved["answers"], Setting("golden/2", AT))
    assert step.digest == saved["next_digest"]
    assert [item.element for item in step.trace] == saved["trace"]


class _Top(BpmnWorkflowConverter):
    """The stock converter without the specs, which our states leave out."""

    def to_dict(self, workflow: Any) -> dict[str, Any]:
        shown: dict[str, Any] = WorkflowConverter.to_dict(self, workflow)
        return shown | {"subprocesses": self.mapping_to_dict(workflow.subprocesses),
                        "bpmn_events": workflow.bpmn_events}


def stock_view(instance: Instance) -> Any:
    """Return what SpiffWorkflow's own serializer sees of an instance."""
    registry = DefaultRegistry()
    TaskConverter(Visit, registry)
    _Top(Instance, registry)
    WorkflowConverter(SubScope, registry)
    return registry.convert(instance)


@settings(max_examples=40, deadline=None)
@given(text=drawings(), seed=st.integers(0, 2**32))
def test_what_is_loaded_equals_what_was_dumped_in_the_eyes_of_the_stock_serializer(
    text: str, seed: int,
) -> None:
    flow = flow_of(text)
    for instance in walk_through(flow, seed, pruned=False):
        state, _ = seal(instance)
        again = load_state(state, flow)
        assert stock_view(again) == stock_view(instance)
        assert seal(again)[0] == state


def test_the_stock_view_sees_every_visit() -> None:
    flow = one_task()
    view = stock_view(load_state(start(flow, "P", Setting("a", AT)).state, flow))
    assert len(view["tasks"]) == 2
    assert issubclass(Visit, Task)
