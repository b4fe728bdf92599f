"""Hit policies (cách chọn luật): which of the rules that match give the result, and how.

DMN 1.3 clause 8.2.10. Where no rule matches, a single-hit table gives its default outputs, else
null; a table that lists gives its default outputs as one row, else an empty list.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.errors import MotcuaError
from engine.expressions.errors import wrong_type
from engine.expressions.operators import COMPARE, add
from engine.expressions.values import number
from engine.flow.dmn.cells import same
from engine.flow.dmn.model import SINGLE, Answer, Table

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Hit:
    """A rule that matched, by its number, and its outputs."""

    rule: int
    row: Row


class Violated(MotcuaError):
    """The rules that match break the table's hit policy; `rules` are their numbers."""

    code = "decision-hit-policy-violated"

    def __init__(self, vi: str, en: str, hits: Sequence[Hit]) -> None:
        super().__init__(vi, en, rules=tuple(hit.rule for hit in hits))


def answer(table: Table, hits: Sequence[Hit], default: Row | None) -> Answer:
    """Return the result of a table; raise Violated, or ExpressionError from an aggregation.

    `hits` are all rules that match, in their order; `default` is the row for no match.
    """
    names = tuple(output.name for output in table.outputs)
    if not hits:
        rows: list[Row] = [] if default is None else [default]
    elif table.policy in SINGLE:
        rows = [_SINGLE[table.policy](table, hits).row]
    else:
        ordered = _ranked(table, hits) if table.policy == "OUTPUT ORDER" else hits
        rows = [hit.row for hit in ordered]
    if table.aggregation is not None:
        value = _aggregated(table.aggregation, [row[names[0]] for row in rows])
        return Answer(value, ({names[0]: value},), names)
    values = [row[names[0]] if len(names) == 1 else dict(row) for row in rows]
    if table.policy in SINGLE:
        return Answer(values[0] if values else None, tuple(rows), names)
    return Answer(values, tuple(rows), names, many=True)


def _unique(_: Table, hits: Sequence[Hit]) -> Hit:
    if len(hits) > 1:
        vi, en = _numbered(hits)
        raise Violated(
            f"Bảng UNIQUE chỉ cho một luật khớp, nhưng các luật {vi} cùng khớp.",
            f"In a UNIQUE table one rule may match, but rules {en} all match.", hits,
        )
    return hits[0]


def _any(_: Table, hits: Sequence[Hit]) -> Hit:
    first = hits[0]
    other = next((h for h in hits if not all(
        same(value, h.row[name]) for name, value in first.row.items())), None)
    if other is not None:
        vi, en = _numbered([first, other])
        raise Violated(
            f"Bảng ANY đòi các luật khớp cho cùng kết quả, nhưng luật {vi} cho kết quả khác nhau.",
            f"In an ANY table matching rules give equal outputs, but rules {en} differ.",
            [first, other],
        )
    return first


_SINGLE: Mapping[str, Callable[[Table, Sequence[Hit]], Hit]] = {
    "UNIQUE": _unique, "ANY": _any, "FIRST": lambda _, hits: hits[0],
    "PRIORITY": lambda table, hits: _ranked(table, hits)[0],
}


def _ranked(table: Table, hits: Sequence[Hit]) -> list[Hit]:
    """Return the rules by the order of the output values, column by column; ties keep theirs."""
    return sorted(hits, key=lambda hit: [
        _rank(hit, output.ranked, hit.row[output.name]) for output in table.outputs])


def _rank(hit: Hit, ranked: Sequence[Any], value: Any) -> int:
    for place, known in enumerate(ranked):
        if same(known, value):
            return place
    if not ranked:
        return 0
    shown = str(value)[:40]
    raise Violated(
        f"Luật {hit.rule} cho “{shown}”, không có trong thứ tự ưu tiên của cột kết quả.",
        f"Rule {hit.rule} gives '{shown}', which is not among the output values.", [hit],
    )


def _aggregated(how: str, values: Sequence[Any]) -> Any:
    if how == "COUNT":
        return len(values)
    if not values:
        return None
    if how == "SUM":
        return _sum(values)
    better = COMPARE[ast.Lt if how == "MIN" else ast.Gt]
    best = values[0]
    for value in values[1:]:
        best = value if better(value, best) else best
    return best


def _sum(values: Sequence[Any]) -> Any:
    """Add numbers as they are written, so that 0.1 and 0.2 make 0.3 (DMN's numbers are decimal)."""
    if any(isinstance(value, str | list) for value in values):
        raise wrong_type("SUM", *values)
    if all(number(value) for value in values):
        total = sum((Decimal(repr(value)) for value in values), Decimal(0))
        return int(total) if total == total.to_integral_value() else float(total)
    result = values[0]
    for value in values[1:]:
        result = add(result, value)
    return result


def _numbered(hits: Sequence[Hit]) -> tuple[str, str]:
    numbers = [str(hit.rule) for hit in hits[:20]]
    if len(numbers) == 1:
        return numbers[0], numbers[0]
    front = ", ".join(numbers[:-1])
    return f"{front} và {numbers[-1]}", f"{front} and {numbers[-1]}"
