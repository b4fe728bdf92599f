"""Repetition (lặp): one activity for each item, or again and again while a condition holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.expressions import Expression, as_data
from engine.flow.bpmn import COUNTS
from engine.flow.specs.announcing import Announcement, announce
from engine.flow.specs.stuck import failed

if TYPE_CHECKING:
    from engine.flow.specs.activities import Activity
    from engine.flow.specs.task import Visit

#: More instances than any procedure needs, few enough not to harm the server.
MAX_INSTANCES = 10_000


@dataclass(frozen=True)
class Repetition:
    """How an activity is repeated, as drawn.

    With `count` or `items` a multi-instance activity; else a loop bounded by `maximum` that runs
    while `condition` holds, looked at before the first round only if `test_before`.
    """

    sequential: bool = False
    count: Expression | None = None
    items: Expression | None = None
    item: str | None = None
    output: str | None = None
    output_item: Expression | None = None
    until: Expression | None = None
    loop: bool = False
    condition: Expression | None = None
    test_before: bool = False
    maximum: int | None = None
    announcements: tuple[Announcement, ...] = ()

    @property
    def asked(self) -> frozenset[str]:
        """The names from which the number of instances follows."""
        said = self.items or self.count
        return said.names if said is not None else frozenset()

    def begin(self, activity: Activity, outer: Visit) -> bool:
        """Begin all instances, or the first of a sequence; return False: instances do the work."""
        marks = outer.internal_data
        if self.loop:
            marks["left"] = self.maximum if self.maximum is not None else -1
            if not self._first(outer):
                return self._none(activity, outer)
            outer.become(TaskState.STARTED)
            self._start(activity, outer, 0)
            return False
        values = self._values(outer)
        marks.update(total=len(values), done=0, results=[None] * len(values), values=values)
        if not values:
            return self._none(activity, outer)
        outer.become(TaskState.STARTED)
        for number in range(1 if self.sequential else len(values)):
            self._start(activity, outer, number)
        return False

    def ended(self, activity: Activity, outer: Visit, inner: Visit) -> None:
        """Take one instance's result in; start the next, or end the activity."""
        number = inner.internal_data["instance"]
        if self.loop:
            if self._again(outer):
                self._start(activity, outer, number + 1)
            else:
                outer.complete()
            return
        marks = outer.internal_data
        marks["done"] += 1
        self._collect(outer, inner, number)
        self._count(outer, inner)
        announce(outer, inner, self.announcements, marks["done"])
        if not outer.alive:
            return
        if marks["done"] == marks["total"] or self._enough(inner):
            self._deliver(outer)
            outer.complete()
        elif self.sequential:
            self._start(activity, outer, number + 1)

    def _none(self, activity: Activity, outer: Visit) -> bool:
        """Pass an activity that has nothing to do."""
        activity.enter(outer)
        outer.workflow.top_workflow.record.happened(outer, "completed")
        self._deliver(outer)
        outer.complete()
        return False

    def _start(self, activity: Activity, outer: Visit, number: int) -> None:
        inner = outer.add(activity)
        inner.internal_data["instance"] = number
        if "undoing" in outer.internal_data:
            inner.data.update(outer.data)  # what the undone activity had to itself
        inner.data["loopCounter"] = number
        values = outer.internal_data.get("values")
        if self.item and self.items is not None and values is not None:
            inner.data[self.item] = values[number]
        if self.output and self.output_item is not None:
            for name in sorted(self.output_item.names):
                inner.data.setdefault(name, None)
        activity.receive(inner)

    def _values(self, outer: Visit) -> list[Any]:
        scope, element = outer.workflow, outer.task_spec.element or ""
        if self.items is not None:
            values = scope.evaluate(self.items, outer)
            if isinstance(values, dict):
                values = list(values.values())
            if isinstance(values, list) and len(values) <= MAX_INSTANCES:
                return [as_data(value) for value in values]
        elif self.count is not None:
            count = scope.evaluate(self.count, outer)
            if isinstance(count, int) and not isinstance(count, bool) and (
                    0 <= count <= MAX_INSTANCES):
                return list(range(count))
        raise failed(
            element, f"Số lần lặp của “{element}” phải là một danh sách hoặc số từ 0 đến "
            f"{MAX_INSTANCES}.", f"'{element}' must repeat over a list or a number from 0 to "
            f"{MAX_INSTANCES}.", "repetition",
        )

    def _first(self, outer: Visit) -> bool:
        marks = outer.internal_data
        if self.test_before:
            return self._again(outer)
        if marks["left"] > 0:
            marks["left"] -= 1
        return self.maximum != 0

    def _again(self, outer: Visit) -> bool:
        marks = outer.internal_data
        if marks["left"] == 0:
            return False
        marks["left"] -= 1 if marks["left"] > 0 else 0
        if self.condition is None:
            return self.maximum is not None
        return bool(outer.workflow.holds(self.condition, outer))

    def _collect(self, outer: Visit, inner: Visit, number: int) -> None:
        if self.output_item is not None:
            value = inner.workflow.evaluate(self.output_item, inner)
            outer.internal_data["results"][number] = as_data(value)

    def _enough(self, inner: Visit) -> bool:
        return self.until is not None and bool(inner.workflow.holds(self.until, inner))

    def _count(self, outer: Visit, inner: Visit) -> None:
        """Give the instance the numbers that conditions on the repetition use."""
        if self.until is None and not self.announcements:
            return
        marks = outer.internal_data
        active = sum(1 for v in outer.children if v.alive and "instance" in v.internal_data)
        for names, number in zip(COUNTS, (marks["total"], marks["done"], active, 0), strict=True):
            inner.data.update(dict.fromkeys(names, number))

    def _deliver(self, outer: Visit) -> None:
        marks = outer.internal_data
        if self.output and self.output_item is not None:
            outer.workflow.assign(outer, self.output, marks.get("results", []))
