"""Budgets (thời lượng chung): each task of a group gets the group's id before shapes go."""

from __future__ import annotations

from dataclasses import dataclass

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
    boxes = _boxes(work) if groups else {}
    for group in groups:
        for task in work.all(*sorted(ACTIVITIES)):
            if _belongs(task, group, boxes):
                task.set(_BUDGET, attribute(group, "id") or "")


def _belongs(task: Element, group: Element, boxes: dict[str, Box]) -> bool:
    category = reference(group, "categoryValueRef")
    if category and any(text(ref) == category for ref in children(task, "categoryValueRef")):
        return True
    outer = boxes.get(attribute(group, "id") or "")
    inner = boxes.get(attribute(task, "id") or "")
    return outer is not None and inner is not None and outer.holds(inner)


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
