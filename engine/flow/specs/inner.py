"""Sub-processes and calls (quy trình con): activities that have a level of their own inside."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from engine.expressions import Assignment, Expression, as_data
from engine.flow.specs.activities import Activity
from engine.flow.specs.undoing import completed_in, remember, undo_next

if TYPE_CHECKING:
    from engine.flow.specs.scope import Scope
    from engine.flow.specs.task import Visit


class Inner(Activity):
    """An embedded sub-process; its level is the inner spec of its own name."""

    def __init__(self, process: Any, name: str, *, level: str, **drawn: Any) -> None:
        super().__init__(process, name, **drawn)
        self.level = level

    def perform(self, visit: Visit) -> None:
        """Open the inner scope and put tokens on its entries."""
        scope = visit.workflow.top_workflow.create_subprocess(visit, self.level)
        if "inside" in visit.internal_data:
            self.undo(visit, scope)
            return
        self.provide(visit, scope)
        scope.plant()
        entry = visit.internal_data.get("entry")
        carried = visit.internal_data.pop("choices", None)
        marks = {"choices": carried} if carried else {}
        scope.begin((entry,) if entry else scope.spec.begins, **marks)

    def undo(self, visit: Visit, scope: Scope) -> None:
        """Undo what completed inside, or let the level's own compensation handler do it."""
        scope.data = visit.internal_data["inner"]
        scope.plant(guarded=False)
        root = scope.task_tree
        if scope.spec.undoer is not None and not visit.internal_data["partly"]:
            handler, entry = scope.spec.undoer
            root.internal_data["completed"] = visit.internal_data["inside"]
            scope.grow(handler, entry=entry)
            return
        root.internal_data["undo"] = visit.internal_data["inside"]
        if not undo_next(root):
            scope.begin(())

    def provide(self, visit: Visit, scope: Scope) -> None:
        """Give the inner scope nothing of its own: it sees the data around it."""

    def progress(self, visit: Visit, scope: Scope) -> None:
        """Look at the scope after each activity in it; only ad-hoc sub-processes care."""

    def finish(self, visit: Visit, scope: Scope) -> None:
        """Go on after the last token of the inner scope; note how it can be undone."""
        self.keep(visit, scope)
        visit.complete()

    def keep(self, visit: Visit, scope: Scope) -> None:
        """Note what can be undone from inside; a handler of the activity itself takes its place."""
        inside = completed_in(scope)
        if self.compensation is None and (inside or scope.spec.undoer is not None) and (
                "inside" not in visit.internal_data):
            remember(visit, None, inside, scope.data)


class Handler(Inner):
    """An event sub-process, grown by its guard."""

    guarding = True

    def leave(self, visit: Visit) -> None:
        """End: no flow leads out of an event sub-process."""
        visit.workflow.top_workflow.record.happened(visit, "completed")


class AdHoc(Inner):
    """An ad-hoc sub-process: its activities in any order, or one after the other.

    It ends when all have ended or its completion condition holds (BPMN 2.0.2 section 13.3.5).
    """

    def __init__(self, process: Any, name: str, *, until: Expression | None = None,
                 sequential: bool = False, cancel_rest: bool = True, **drawn: Any) -> None:
        super().__init__(process, name, **drawn)
        self.until = until
        self.sequential = sequential
        self.cancel_rest = cancel_rest

    def perform(self, visit: Visit) -> None:
        """Begin all activities that nothing leads to, or the first of them."""
        scope = visit.workflow.top_workflow.create_subprocess(visit, self.level)
        if "inside" in visit.internal_data:
            self.undo(visit, scope)
            return
        scope.plant()
        begins = scope.spec.begins
        if self.sequential:
            visit.internal_data["left"] = list(begins[1:])
            begins = begins[:1]
        scope.begin(begins)

    def progress(self, visit: Visit, scope: Scope) -> None:
        """End early when the condition holds; else begin the next of a sequence."""
        left = visit.internal_data.get("left", [])
        if self.until is not None and scope.holds(self.until, scope.task_tree, self.element):
            left.clear()
            if self.cancel_rest:
                scope.sweep()
        elif left and not scope.live:
            scope.grow(left.pop(0))


class Call(Inner):
    """A call activity: the called process has data of its own.

    Without mappings all visible data are copied in and the result is copied back.
    """

    def __init__(self, process: Any, name: str, *, into: tuple[Assignment, ...] | None = None,
                 back: tuple[Assignment, ...] | None = None, **drawn: Any) -> None:
        super().__init__(process, name, **drawn)
        self.into = into
        self.back = back

    def provide(self, visit: Visit, scope: Scope) -> None:
        """Copy data in, all or as mapped."""
        around = visit.workflow
        if self.into is None:
            scope.data = deepcopy(around.names(visit))
        else:
            scope.data = {
                m.name: as_data(around.evaluate(m.expression, visit)) for m in self.into}

    def finish(self, visit: Visit, scope: Scope) -> None:
        """Copy data back, all or as mapped, and go on; an undone call hands nothing back."""
        if "inside" in visit.internal_data:
            visit.complete()
            return
        self.keep(visit, scope)
        if self.back is None:
            visit.workflow.merge(visit, scope.data)
        else:
            root = scope.task_tree
            for mapping in self.back:
                value = scope.evaluate(mapping.expression, root, self.element)
                visit.workflow.assign(visit, mapping.name, as_data(value))
        visit.complete()
