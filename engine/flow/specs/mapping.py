"""Mapping (ánh xạ): values that a visit takes in as its own names, and hands back at its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.expressions import Expression, as_data

if TYPE_CHECKING:
    from engine.flow.specs.task import Visit


@dataclass(frozen=True)
class Line:
    """One name and its value; an optional line is passed over while its source is missing."""

    name: str
    expression: Expression
    optional: bool = False


@dataclass(frozen=True)
class Mapping:
    """What goes into a node and comes out of it; with `own` nothing else comes out."""

    into: tuple[Line, ...] = ()
    back: tuple[Line, ...] = ()
    own: bool = False


def take_in(visit: Visit, wanted: frozenset[str] | None = None) -> None:
    """Set the names that only this visit sees: all, or the wanted ones."""
    mapping: Mapping | None = visit.task_spec.mapping
    if mapping is None:
        return
    if mapping.own:
        visit.internal_data["own"] = True
    for line in mapping.into:
        if (wanted is None or line.name in wanted) and _due(visit, line):
            value = visit.workflow.evaluate(line.expression, visit)
            visit.data[line.name] = as_data(value)


def hand_back(visit: Visit, made: str | None = None) -> None:
    """Assign what comes out around the visit: all, or what is computed from the name `made`."""
    mapping: Mapping | None = visit.task_spec.mapping
    if mapping is None:
        return
    for line in mapping.back:
        if not _due(visit, line) or (made and made not in line.expression.names):
            continue
        value = as_data(visit.workflow.evaluate(line.expression, visit))
        if "instance" in visit.internal_data:
            visit.data[line.name] = value
        visit.workflow.assign_around(line.name, value)


def _due(visit: Visit, line: Line) -> bool:
    return not line.optional or line.expression.names <= set(visit.workflow.names(visit))
