"""Budgets (thời lượng chung): each task of a group gets the group's id before shapes go."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from math import isnan

from lxml.etree import _Element as Element

from engine.flow.bpmn import (
    ACTIVITIES,
    BPMNDI,
    DC,
    MOTCUA,
    attribute,
    children,
    duration,
    reference,
    text,
)
from engine.flow.lower.work import Work

_BUDGET = f"{{{MOTCUA}}}budget"


@dataclass(frozen=True)
class Box:
    """Bounds of a shape, in the drawing's own units."""

    x: float
    y: float
    width: float
    height: float

    def holds(self, other: Box) -> bool:
        """Tell whether another box lies inside this one."""
        return (self.x <= other.x and self.y <= other.y
                and other.x + other.width <= self.x + self.width
                and other.y + other.height <= self.y + self.height)


def rewrite(work: Work) -> None:
    """Mark the members of each group with a duration: by category value, else by their shapes."""
    for task in work.all(*sorted(ACTIVITIES)):
        if task.get(_BUDGET) is not None:
            del task.attrib[_BUDGET]
    groups = [group for group in work.all("group")
              if attribute(group, "id") is not None and duration(group) is not None]
    if groups:
        _share(groups, list(work.all(*sorted(ACTIVITIES))), _boxes(work))


def _share(groups: list[Element], tasks: list[Element], boxes: dict[str, Box]) -> None:
    valued: dict[str, list[Element]] = {}
    for task in tasks:
        for ref in children(task, "categoryValueRef"):
            valued.setdefault(text(ref), []).append(task)
    drawn = [(box, task) for task in tasks
             if (box := boxes.get(attribute(task, "id") or "")) and not isnan(box.x + box.width)]
    drawn.sort(key=_left)
    reach = max((-box.width for box, _ in drawn), default=0.0)  # some draw from right to left
    for group in groups:
        identity = attribute(group, "id") or ""
        members = [*valued.get(reference(group, "categoryValueRef") or "", ())]
        outer = boxes.get(identity)
        if outer is not None:
            first = bisect_left(drawn, outer.x, key=_left)
            after = bisect_right(drawn, outer.x + outer.width + max(reach, 0.0), key=_left)
            members += [task for box, task in drawn[first:after] if outer.holds(box)]
        for task in members:
            task.set(_BUDGET, identity)


def _left(shape: tuple[Box, Element]) -> float:
    return shape[0].x


def _boxes(work: Work) -> dict[str, Box]:
    found = {}
    for shape in work.root.iter(f"{{{BPMNDI}}}BPMNShape"):
        bounds = shape.find(f"{{{DC}}}Bounds")
        drawn = reference(shape, "bpmnElement")
        if bounds is None or drawn is None:
            continue
        try:
            box = Box(*(float(bounds.get(name) or 0) for name in ("x", "y", "width", "height")))
        except ValueError:
            continue
        found[drawn] = box
    return found
