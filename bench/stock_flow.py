"""The stock engine in the place of engine.flow.run (bản gốc thay chỗ), for the office's sake.

The office then does everything else as ever: the same reads, the same rows, the same statements.
What the stock library does not know (statuses and acts drawn, notes of tasks) is looked up for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from time import time
from typing import Any
from uuid import UUID

from SpiffWorkflow import TaskState

from bench import drawing
from bench.stock import Stock, StockStep
from engine import proceed
from engine.flow.load import Flow
from engine.flow.run import Message, Setting
from engine.proceed import parts
from engine.step import DrawnAct, OpenTask, Step, TraceItem, Wait

_ENDED = TaskState.COMPLETED
_MET = TaskState.COMPLETED | TaskState.READY | TaskState.STARTED
#: As long as a digest, so that the same number of bytes is written; hashing costs it nothing.
_NO_DIGEST = "0" * 64
#: The acts drawn: (what happened, to which task) -> (act, flow).
_ACTS = {
    ("opened", "check"): ("accept", "whole_yes"), ("closed", "sign"): ("settle", "f17"),
    ("closed", "hand_over"): ("return", "f20"),
}


class StockFlow:
    """What engine.proceed calls of engine.flow.run, done by the stock library."""

    Message = Message

    def __init__(self) -> None:
        self._stock = Stock(drawing.permit(), drawing.PROCESS)

    def start(self, flow: Flow, _process: str, _setting: Setting, *_: Any) -> Step:
        """Begin an instance."""
        return _step(flow, self._stock.start(), 0.0, None)

    def complete(
        self, flow: Flow, state: bytes, task_id: str, answers: dict[str, Any], _setting: Setting,
    ) -> Step:
        """Complete a task of an instance that lives as JSON."""
        began = time()
        return _step(flow, self._stock.complete(state.decode(), task_id, answers), began, task_id)


def _step(flow: Flow, done: StockStep, began: float, task_id: str | None) -> Step:
    moved = list(_moved(done.workflow, began))
    new = {task.task_spec.bpmn_id: str(task.id) for task in moved if not task.has_state(_ENDED)}
    opened = [element for element in new if element in done.open]
    closed = [done.workflow.get_task_from_id(UUID(task_id)).task_spec.bpmn_id] if task_id else []
    happened = [("opened", e) for e in opened] + [("closed", e) for e in closed]
    return Step(
        state=done.state.encode(), digest=_NO_DIGEST,
        opened=tuple(OpenTask(new[element], flow.notes[element]) for element in opened),
        closed=(task_id,) if task_id else (), waits=tuple(_waits(done.workflow)),
        acts=tuple(DrawnAct(*_ACTS[what]) for what in happened if what in _ACTS),
        statuses=tuple(s for element in opened if (s := flow.notes[element].status)),
        trace=tuple(_trace(moved, task_id)), finished=done.workflow.completed, data=done.data or {},
    )


def _moved(workflow: Any, began: float) -> Iterator[Any]:
    """Yield the visits of drawn nodes that were entered or ended since then."""
    for scope in (workflow, *workflow.subprocesses.values()):
        for task in scope.tasks.values():
            if task.last_state_change >= began and task.has_state(_MET) and task.task_spec.bpmn_id:
                yield task


def _waits(workflow: Any) -> Iterator[Wait]:
    for task in workflow.event_manager.tasks.values():
        due = datetime.fromisoformat(task.internal_data["event_value"])
        yield Wait(str(task.id), task.task_spec.bpmn_id, "timer", due)


def _trace(moved: list[Any], closed: str | None) -> Iterator[TraceItem]:
    for task in moved:
        spec = task.task_spec
        if str(task.id) != closed:
            yield TraceItem(spec.bpmn_id, spec.bpmn_name or "", "entered")
        if task.has_state(_ENDED):
            yield TraceItem(spec.bpmn_id, spec.bpmn_name or "", "completed")


@contextmanager
def stock_in_place(flow: StockFlow) -> Iterator[None]:
    """Let the office of this process run its dossiers on the stock library for a while."""
    ours = proceed.run  # type: ignore[attr-defined]
    proceed.run = parts.run = flow  # type: ignore[assignment, attr-defined]
    try:
        yield
    finally:
        proceed.run = parts.run = ours  # type: ignore[attr-defined]
