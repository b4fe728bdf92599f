"""Throwing events (sự kiện phát): messages and signals outwards, errors and escalations upwards."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from engine.expressions import as_data
from engine.flow.specs.keys import key_of
from engine.flow.specs.mapping import take_in
from engine.flow.specs.node import Node
from engine.flow.specs.triggers import (
    CancelTrigger,
    CompensateTrigger,
    ErrorTrigger,
    EscalationTrigger,
    MessageTrigger,
    SignalTrigger,
    TerminateTrigger,
    Trigger,
)
from engine.flow.specs.undoing import remember_partly, take, undo_beside, undo_next
from engine.flow.specs.upwards import cancel_transaction, escalate, fail
from engine.step import Outgoing

if TYPE_CHECKING:
    from engine.flow.specs.task import Visit


def send_message(visit: Visit, trigger: MessageTrigger) -> None:
    """Put a message on record as sent: its declared payload, its key and where it is routed.

    Of papers the instance knows nothing but the codes that are declared.
    """
    scope = visit.workflow
    known = scope.names(visit)
    payload = {
        name: as_data(scope.evaluate(value, visit)) if value is not None else deepcopy(known[name])
        for name, value in trigger.payload if value is not None or name in known
    }
    key = key_of(visit, trigger, known)
    route = trigger.route
    scope.top_workflow.record.sent.append(Outgoing(
        visit.task_spec.element or "", trigger.name, payload, key,
        route.pool if route else None, route.process if route else None,
        route.element if route else None, route.starts if route else False, trigger.papers,
    ))


def send_signal(visit: Visit, trigger: SignalTrigger) -> None:
    """Let everyone in the instance who waits for the signal hear it, and tell the outside."""
    top = visit.workflow.top_workflow
    top.record.signals.append(trigger.name)
    spread(top, trigger.name, {})


def spread(top: Any, signal: str, payload: dict[str, Any]) -> int:
    """Fire every event of the instance that waits for the signal; return how many did."""
    heard = [
        (visit, number) for scope in top.scopes() for visit in scope.alive()
        if visit.waiting
        for number, trigger in enumerate(getattr(visit.task_spec, "triggers", ()))
        if isinstance(trigger, SignalTrigger) and trigger.name == signal
    ]
    heard.sort(key=lambda pair: pair[0].task_spec.position)
    for visit, number in heard:
        if visit.waiting:
            visit.task_spec.happen(visit, number, payload)
    return len(heard)


class Throw(Node):
    """An intermediate throw event or an end event, with what it throws."""

    def __init__(self, process: Any, name: str, triggers: tuple[Trigger, ...] = (),
                 **drawn: Any) -> None:
        super().__init__(process, name, **drawn)
        self.triggers = triggers

    def perform(self, visit: Visit) -> bool | None:
        """Begin compensations if the event asks for them; they take their time.

        A cancel event first stops all else in its transaction (BPMN 2.0.2 section 13.5.2).
        """
        undo: list[Any] = []
        for trigger in self.triggers:
            if isinstance(trigger, CancelTrigger):
                for other in visit.workflow.alive():
                    if other is not visit:
                        remember_partly(other)
                        other.cancel()
                undo = [*take(visit, None), *undo]
            elif isinstance(trigger, CompensateTrigger) and trigger.waits:
                undo = [*take(visit, trigger.activity), *undo]
        if not undo:
            return True
        visit.internal_data["undo"] = undo
        undo_next(visit)
        return None

    def undone(self, visit: Visit) -> None:
        """Go on after one compensation has been done."""
        if not undo_next(visit):
            visit.complete()

    def leave(self, visit: Visit) -> None:
        """Put the completion on record, throw, and go on unless that swept the scope."""
        scope = visit.workflow
        scope.top_workflow.record.happened(visit, "completed")
        swept = scope.swept
        take_in(visit)
        for trigger in self.triggers:
            self.throw(visit, trigger)
        if scope.swept == swept and not scope.completed:
            self.pass_on(visit)

    def throw(self, visit: Visit, trigger: Trigger) -> None:
        """Throw one trigger."""
        match trigger:
            case MessageTrigger():
                send_message(visit, trigger)
            case SignalTrigger():
                send_signal(visit, trigger)
            case ErrorTrigger():
                fail(visit, trigger.code)
            case EscalationTrigger():
                escalate(visit, trigger.code)
            case TerminateTrigger():
                visit.workflow.sweep()
            case CancelTrigger():
                cancel_transaction(visit)
            case CompensateTrigger() if not trigger.waits:
                undo_beside(visit, take(visit, trigger.activity))
