"""The step of one input (kết quả bước): what stands and what happened, handed upwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.flow.specs.activities import Send
from engine.flow.specs.instance import Instance
from engine.flow.specs.keys import awaited_key
from engine.flow.specs.task import Visit
from engine.flow.specs.triggers import (
    ConditionalTrigger,
    MessageTrigger,
    SignalTrigger,
    TimerTrigger,
    Trigger,
)
from engine.step import OpenTask, Step, Wait


def step_of(instance: Instance, state: bytes, digest: str) -> Step:
    """Return the step: the record of the input, and all that stands open after it."""
    record = instance.record
    opened = [visit for visit in record.opened if visit.alive]
    new = {visit.id for visit in record.opened}
    return Step(
        state=state, digest=digest,
        opened=tuple(_open_task(visit) for visit in opened), closed=tuple(record.closed),
        cancelled=tuple(str(v.id) for v in record.cancelled if v.id not in new),
        waits=waits(instance), sent=tuple(record.sent), signals=tuple(record.signals),
        acts=tuple(record.acts), statuses=tuple(record.statuses), trace=tuple(record.trace),
        finished=instance.completed, data=instance.data,
    )


def waits(instance: Instance) -> tuple[Wait, ...]:
    """Return everything the instance waits for, in document order."""
    waiting = sorted(
        (v for scope in instance.scopes() for v in scope.tasks.values()
         if v.waiting),
        key=lambda v: v.task_spec.position,
    )
    return tuple(
        wait for visit in waiting for trigger in getattr(visit.task_spec, "triggers", ())
        if (wait := _wait(visit, trigger)) is not None
    )


def _open_task(visit: Visit) -> OpenTask:
    node: Any = visit.task_spec
    service = isinstance(node, Send) or node.service
    inputs = {} if node.note.service is None or node.mapping is None else {
        line.name: visit.data[line.name]
        for line in node.mapping.into if line.name in visit.data
    }
    return OpenTask(str(visit.id), node.note, "service" if service else "user", inputs)


def _wait(visit: Visit, trigger: Trigger) -> Wait | None:
    key, element = str(visit.id), visit.task_spec.element or ""
    if "expected" in visit.internal_data and not isinstance(trigger, TimerTrigger):
        return None  # messages and signals begin an instance of their own
    match trigger:
        case TimerTrigger():
            due = visit.internal_data.get("due")
            return Wait(key, element, "timer", datetime.fromisoformat(due) if due else None,
                        working=visit.internal_data.get("working", False))
        case MessageTrigger():
            return Wait(key, element, "message", message=trigger.name,
                        key=awaited_key(visit, trigger))
        case SignalTrigger():
            return Wait(key, element, "signal", message=trigger.name)
        case ConditionalTrigger():
            return Wait(key, element, "conditional")
        case _:
            return None
