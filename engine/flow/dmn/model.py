"""What a DMN file says (mô hình quyết định): decisions, tables, rules and cells, all compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.expressions import Expression
from engine.flow.dmn.cells import Cell
from engine.flow.dmn.kinds import Kind

Policy = Literal[
    "UNIQUE", "FIRST", "ANY", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT",
]
Aggregation = Literal["SUM", "MIN", "MAX", "COUNT"]
#: Policies that answer with at most one rule's outputs.
SINGLE: tuple[Policy, ...] = ("UNIQUE", "FIRST", "ANY", "PRIORITY")


@dataclass(frozen=True)
class Input:
    """A column of conditions: `value` is worked out once, then held against each rule's cell."""

    label: str
    value: Expression
    kind: Kind
    allowed: Cell


@dataclass(frozen=True)
class Output:
    """A column of results; `ranked` are its allowed values, the first of highest priority."""

    name: str
    kind: Kind
    ranked: tuple[Any, ...] = ()
    default: Expression | None = None


@dataclass(frozen=True)
class Rule:
    """A row: `number` counts from 1, `line` is that of the source; an empty result is null."""

    number: int
    line: int | None
    cells: tuple[Cell, ...]
    results: tuple[Expression | None, ...]


@dataclass(frozen=True)
class Table:
    """A decision table (DMN 1.3 clause 8)."""

    policy: Policy
    aggregation: Aggregation | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Formula:
    """A literal expression as the whole logic of a decision."""

    value: Expression
    kind: Kind


@dataclass(frozen=True)
class Decision:
    """One decision; `variable` is the name under which others read its result.

    `requires` are ids of decisions, `reads` the names of the input data that it requires.
    """

    id: str
    name: str
    variable: str
    requires: tuple[str, ...]
    reads: tuple[str, ...]
    logic: Table | Formula


@dataclass(frozen=True)
class Decisions:
    """The decisions of one file by id; `spelled` gives the identifiers of names with blanks."""

    by_id: Mapping[str, Decision]
    spelled: Mapping[str, str] = field(default_factory=dict)

    def needed(self, decision_id: str) -> tuple[Decision, ...]:
        """Return a decision and all that it requires, each once, requirements first.

        Raises KeyError for an unknown id; reading has refused circles and missing requirements.
        """
        order: dict[str, Decision] = {}
        ahead = [(self.by_id[decision_id], False)]
        while ahead:
            decision, done = ahead.pop()
            if done:
                order.setdefault(decision.id, decision)
            elif decision.id not in order:
                ahead.append((decision, True))
                ahead += [(self.by_id[key], False) for key in reversed(decision.requires)]
        return tuple(order.values())

    def names(self, decision_id: str) -> frozenset[str]:
        """Return the names of data that a decision reads, those of its requirements included."""
        needed = self.needed(decision_id)
        made = {name for decision in needed for name in provided(decision)}
        read = {name for decision in needed for name in _read(decision.logic)}
        return frozenset(read - made)


@dataclass(frozen=True)
class Answer:
    """The result of a decision: `value` as DMN says, `rows` as names and values, rule by rule.

    `many` tells that the hit policy lists results; then `value` is a list too.
    """

    value: Any
    rows: tuple[Mapping[str, Any], ...]
    names: tuple[str, ...]
    many: bool = False


def outputs(decision: Decision) -> tuple[str, ...]:
    """Return the names of a decision's results: its outputs, else its variable."""
    if isinstance(decision.logic, Table):
        return tuple(output.name for output in decision.logic.outputs)
    return (decision.variable,)


def provided(decision: Decision) -> dict[str, None]:
    """Return the names that a decision gives to those that require it, its variable last."""
    return dict.fromkeys([*outputs(decision), decision.id, decision.variable])


def _read(logic: Table | Formula) -> set[str]:
    if isinstance(logic, Formula):
        return set(logic.value.names)
    found = {name for column in logic.inputs for name in column.value.names}
    for rule in logic.rules:
        for cell in rule.cells:
            found |= cell.names
        for result in rule.results:
            found |= result.names if result else frozenset()
    return found
