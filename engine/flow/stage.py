"""The stage (sân khấu) of a rehearsal: its parts, what each waits for, and the one trace of all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.flow.load import Flow
from engine.flow.specs.triggers import (
    ConditionalTrigger,
    MessageTrigger,
    SignalTrigger,
    TimerTrigger,
)
from engine.step import OpenTask, Step, TraceItem, Wait


@dataclass
class Part:
    """One instance in a rehearsal."""

    process: str
    state: bytes = b""
    step: Step | None = None
    tasks: tuple[OpenTask, ...] = ()


class Stage:
    """Keeps the parts in the order in which they began, and the processes that wait to begin."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self.parts: list[Part] = []
        self._expected: list[str] = []
        self._awaited: list[Part] = []
        self._trace: list[TraceItem] = []

    def expect(self, process: str) -> None:
        """Note a process that a message, signal or timer will begin."""
        self._expected.append(process)

    def enter(self, process: str) -> Part:
        """Return a new part of a process."""
        part = Part(process)
        self.parts.append(part)
        return part

    def note(self, part: Part, step: Step) -> None:
        """Take in what a step did to a part."""
        gone = {*step.closed, *step.cancelled}
        part.tasks = (*(task for task in part.tasks if task.id not in gone), *step.opened)
        part.state, part.step = step.state, step
        self._trace += step.trace

    def running(self, process: str | None) -> list[Part]:
        """Return the parts that have not finished, of one process or of all."""
        return [p for p in self.parts if process in (None, p.process)
                and p.step is not None and not p.step.finished]

    def expected(self, process: str | None) -> list[str]:
        """Return the processes that wait to begin."""
        return [p for p in self._expected if process in (None, p)]

    def await_timer(self, part: Part, step: Step) -> None:
        """Note a part that begins when its start event is due."""
        part.step, part.state = step, step.state
        self._awaited.append(part)

    def appear(self, part: Part) -> None:
        """Let a part that was awaited be one of those that have begun."""
        if part in self._awaited:
            self._awaited.remove(part)
            self.parts.append(part)

    def earliest(self) -> tuple[datetime | None, Part, str] | None:
        """Return the timer that is due first, of a part that runs or has yet to begin."""
        found = [
            (wait.due, part, wait.id) for part in (*self.running(None), *self._awaited)
            for wait in (part.step.waits if part.step else ()) if wait.kind == "timer"
        ]
        dated = [(due, part, key) for due, part, key in found if due is not None]
        return min(dated, key=lambda item: item[0]) if dated else (found[0] if found else None)

    def trace(self, more: Iterable[TraceItem] = ()) -> list[dict[str, Any]]:
        """Return the trace of all parts in the order in which it happened, and what came after."""
        return [
            {"element": item.element, "name": item.name, "event": item.event}
            | ({"instance": item.instance} if item.instance is not None else {})
            for item in (*self._trace, *more)
        ]

    def waiting(self) -> list[dict[str, Any]]:
        """Return the tasks and events that stand open, then the starts nobody has triggered."""
        found = []
        for part in self.running(None):
            found += [{"element": task.note.element, "kind": "task"} for task in part.tasks]
            waits: tuple[Wait, ...] = part.step.waits if part.step else ()
            found += [{"element": wait.element, "kind": wait.kind} for wait in waits]
        if not self.parts:
            found += [item for process in self._expected for item in self._starts(process)]
        return found

    def data(self) -> dict[str, Any]:
        """Return the data of the only part, else of each by its process."""
        held = {p.process: dict(p.step.data) for p in self.parts if p.step is not None}
        return next(iter(held.values())) if len(self.parts) == 1 else held

    def status(self) -> str:
        """Return `completed` when every part that began has finished."""
        return "waiting" if self.running(None) or not self.parts else "completed"

    def _starts(self, process: str) -> list[dict[str, Any]]:
        spec = self._flow.levels[process]
        kinds = {MessageTrigger: "message", SignalTrigger: "signal", TimerTrigger: "timer",
                 ConditionalTrigger: "conditional"}
        return [
            {"element": name, "kind": kinds.get(type(trigger), "message")}
            for name in spec.triggered for trigger in spec.task_specs[name].triggers
        ]
