"""Announcing (thông báo): events that a multi-instance activity throws as its instances end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.expressions import Expression
from engine.flow.specs.throwing import send_message, send_signal
from engine.flow.specs.triggers import (
    ErrorTrigger,
    EscalationTrigger,
    MessageTrigger,
    SignalTrigger,
    Trigger,
)
from engine.flow.specs.upwards import escalate, fail

if TYPE_CHECKING:
    from engine.flow.specs.task import Visit


@dataclass(frozen=True)
class Announcement:
    """What is thrown when an instance ends: the first only, where `when` holds, or each."""

    trigger: Trigger
    first: bool = False
    when: Expression | None = None


def announce(outer: Visit, inner: Visit, said: tuple[Announcement, ...], done: int) -> None:
    """Throw what is due at the end of an instance, `done` of them having ended.

    The events on the border of the activity hear it first (BPMN 2.0.2 section 13.3.7).
    """
    for item in said:
        if not outer.alive or (item.first and done > 1):
            continue
        if item.when is None or inner.workflow.holds(item.when, inner):
            _throw(outer, inner, item.trigger)


def _throw(outer: Visit, inner: Visit, trigger: Trigger) -> None:
    if isinstance(trigger, SignalTrigger):
        send_signal(inner, trigger)
        return
    for watcher in [v for v in outer.children if v.task_spec.passive and v.waiting]:
        for number, waited in enumerate(watcher.task_spec.triggers):
            if _meets(waited, trigger):
                watcher.task_spec.happen(watcher, number, {})
                return
    match trigger:
        case MessageTrigger():
            send_message(inner, trigger)
        case EscalationTrigger():
            escalate(inner, trigger.code)
        case ErrorTrigger():
            fail(inner, trigger.code)


def _meets(waited: Trigger, thrown: Trigger) -> bool:
    if type(waited) is not type(thrown):
        return False
    if isinstance(waited, MessageTrigger) and isinstance(thrown, MessageTrigger):
        return waited.name == thrown.name
    coded = ErrorTrigger | EscalationTrigger
    if isinstance(waited, coded) and isinstance(thrown, coded):
        return waited.code in (None, thrown.code)
    return False
