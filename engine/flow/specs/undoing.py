"""Undoing (hoàn tác): what has completed in a scope and how it is compensated, last first.

A scope's root keeps one entry for each completed activity that can be undone, and one for each
instance of a repeated activity: its name, its handler (None for a sub-process that is undone from
inside), what completed inside it, and the data that it had to itself (BPMN 2.0.2 section 13.5.5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from engine.flow.specs.scope import Scope
    from engine.flow.specs.task import Visit

Entry = list[Any]


def remember(visit: Visit, handler: str | None, inside: list[Entry], inner: Any = None) -> None:
    """Note that a visit completed and how it is undone; `inner` are the data of its own level.

    An instance of a repeated activity waits on the outer visit until all of them are through:
    nothing is undone of an activity that did not complete.
    """
    marks = visit.internal_data
    repeated = "instance" in marks
    kept = {"names": dict(visit.data) if repeated or handler is None else {}, "inner": inner or {}}
    entry = [visit.task_spec.name, handler, inside, kept]
    if repeated:
        visit.parent.internal_data.setdefault("undoable", []).append(entry)
    else:
        _completed(visit.workflow).append(entry)


def remember_instances(outer: Visit) -> None:
    """Note the instances of a repeated activity, now that it has completed as a whole."""
    _completed(outer.workflow).extend(outer.internal_data.pop("undoable", []))


def remember_partly(visit: Visit) -> None:
    """Note what completed inside an active sub-process that is about to be cancelled.

    Only the cancellation of a transaction asks for it (BPMN 2.0.2 section 13.5.5: completed
    portions of an active activity).
    """
    for inner in [visit, *visit.children]:
        scope = visit.workflow.top_workflow.subprocesses.get(inner.id)
        if scope is None:
            continue
        for deeper in scope.alive():
            remember_partly(deeper)
        if completed_in(scope):
            kept = {"names": dict(inner.data), "inner": scope.data, "partly": True}
            entry = [inner.task_spec.name, None, completed_in(scope), kept]
            _completed(visit.workflow).append(entry)


def completed_in(scope: Scope) -> list[Entry]:
    """Return what completed in a scope and can be undone, oldest first."""
    entries: list[Entry] = scope.task_tree.internal_data.get("completed", [])
    return entries


def take(visit: Visit, activity: str | None) -> list[Entry]:
    """Take out of the scope's list what a throw event undoes: one activity, or all of them.

    Inside an event sub-process it is the list of the scope that this guards.
    """
    scope = _guarded(visit)
    done = completed_in(scope)
    chosen = [entry for entry in done if activity in (None, entry[0])]
    scope.task_tree.internal_data["completed"] = [e for e in done if e not in chosen]
    return chosen


def undo_next(holder: Visit) -> bool:
    """Start the next compensation that a visit holds; tell whether there was one."""
    left: list[Entry] = holder.internal_data.get("undo", [])
    if not left:
        return False
    activity, handler, inside, *kept = left.pop()
    scope = _guarded(holder)
    node = scope.spec.task_specs[handler or activity]
    visit = scope.task_tree.add(node)
    visit.internal_data["undoing"] = holder.id.hex
    if kept:  # states of earlier builds have entries without data
        visit.data.update(kept[0]["names"])
    if handler is None:
        visit.internal_data["inside"] = inside
        visit.internal_data["inner"] = kept[0]["inner"] if kept else {}
        visit.internal_data["partly"] = bool(kept and kept[0].get("partly"))
    node.receive(visit)
    return True


def undo_beside(visit: Visit, entries: list[Entry]) -> None:
    """Start compensations that the thrower does not wait for; the scope's root holds them."""
    root = _guarded(visit).task_tree
    root.internal_data["undo"] = [*root.internal_data.get("undo", []), *entries]
    undo_next(root)


def undone(visit: Visit) -> None:
    """Tell whoever holds the list that one compensation is done."""
    holder = visit.workflow.top_workflow.get_task_from_id(UUID(hex=visit.internal_data["undoing"]))
    holder.task_spec.undone(holder)


def _completed(scope: Scope) -> list[Entry]:
    entries: list[Entry] = scope.task_tree.internal_data.setdefault("completed", [])
    return entries


def _guarded(visit: Visit) -> Scope:
    """Return the scope of a visit; inside an event sub-process the one that this guards."""
    scope: Scope = visit.workflow
    while scope.host is not None and scope.host.task_spec.guarding:
        scope = scope.host.workflow
    return scope
