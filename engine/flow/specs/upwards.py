"""Upwards (lan lên): how errors, escalations and cancellations find who catches them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.flow.specs.triggers import CancelTrigger, ErrorTrigger, EscalationTrigger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.flow.specs.scope import Scope
    from engine.flow.specs.task import Visit

Coded = type[ErrorTrigger] | type[EscalationTrigger]


def fail(visit: Visit, code: str | None) -> None:
    """End the scope by an error; the nearest catcher takes over, else the whole instance ends.

    BPMN 2.0.2 section 10.5.6: what an error does that nobody catches is left to the system.
    """
    scope: Scope = visit.workflow
    caught = _catcher(scope, ErrorTrigger, code)
    if caught is None:
        scope.top_workflow.sweep()
        return
    catcher, number = caught
    catcher.task_spec.happen(catcher, number, {})


def fail_task(visit: Visit, code: str, payload: dict[str, Any]) -> bool:
    """End a task by an error; return whether its border, or what is around it, catches the code.

    Without a catcher nothing happens.
    """
    caught = _matching(_watchers(visit), ErrorTrigger, code) or _catcher(
        visit.workflow, ErrorTrigger, code)
    if caught is None:
        return False
    catcher, number = caught
    catcher.task_spec.happen(catcher, number, payload)
    return True


def escalate(visit: Visit, code: str | None) -> None:
    """Let the nearest catcher of an escalation hear it; nobody need be there."""
    caught = _catcher(visit.workflow, EscalationTrigger, code)
    if caught is not None:
        catcher, number = caught
        catcher.task_spec.happen(catcher, number, {})


def cancel_transaction(visit: Visit) -> None:
    """Leave a transaction by its cancel event; without one nothing goes on after it."""
    host = visit.workflow.host
    if host is None:
        return
    for watcher in _watchers(host):
        for number, trigger in enumerate(watcher.task_spec.triggers):
            if isinstance(trigger, CancelTrigger):
                watcher.task_spec.happen(watcher, number, {})
                return
    holder = host.parent if "instance" in host.internal_data else host
    holder.cancel()


def _catcher(scope: Scope, kind: Coded, code: str | None) -> tuple[Visit, int] | None:
    """Return the nearest catcher going outwards: guards of a scope, then its border.

    An event sub-process does not catch what is thrown inside itself: that goes on outwards.
    """
    at: Scope | None = scope
    inside = ""
    while at is not None:
        for watchers in (_guards(at, inside), _watchers(at.host) if at.host else ()):
            found = _matching(watchers, kind, code)
            if found is not None:
                return found
        inside = at.host.task_spec.name if at.host else ""
        at = at.host.workflow if at.host else None
    return None


def _matching(
    watchers: Iterator[Visit] | tuple[()], kind: Coded, code: str | None,
) -> tuple[Visit, int] | None:
    """Return the catcher of this very code, else one that catches all."""
    catch_all = None
    for watcher in watchers:
        for number, trigger in enumerate(watcher.task_spec.triggers):
            if isinstance(trigger, kind):
                if trigger.code is not None and trigger.code == code:
                    return watcher, number
                if trigger.code is None and catch_all is None:
                    catch_all = (watcher, number)
    return catch_all


def _guards(scope: Scope, inside: str) -> Iterator[Visit]:
    names = set(scope.spec.guards)
    return (v for v in scope.alive() if v.task_spec.name in names and v.task_spec.handler != inside)


def _watchers(host: Visit) -> Iterator[Visit]:
    """Yield the events on the border; those of a repeated activity hang on its outer visit."""
    holder = host.parent if "instance" in host.internal_data else host
    return (v for v in holder.children if v.task_spec.passive and v.waiting)
