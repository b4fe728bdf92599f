"""Overlap (luật trùng nhau): pairs of rules that some values match both, where that is decided.

A cell becomes a set of values or of intervals. Cells that depend on other data, and tables whose
columns depend on one another, are left out: only certain overlaps are told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from engine.expressions.values import number
from engine.flow.dmn.cells import Cell, Equal, Interval, Order, Test, operands, same
from engine.flow.dmn.model import Table

#: Pairs of cells compared before the search stops, and overlaps told of one table.
MOST_COMPARED = 200_000
MOST_TOLD = 20


@dataclass(frozen=True)
class Span:
    """Values between two ends; an end of None is unbounded."""

    low: Any = None
    high: Any = None
    low_open: bool = False
    high_open: bool = False


#: Spans of one cell; None where nothing is known to match, () where everything does.
Region = tuple[Span, ...] | None


def overlaps(table: Table) -> tuple[list[tuple[int, int]], bool]:
    """Return pairs of rule numbers that can match together, and whether all pairs were compared."""
    texts = [column.value.text for column in table.inputs]
    if len(set(texts)) < len(texts):
        return [], True
    whole = [column.kind.name == "integer" for column in table.inputs]
    regions = [
        (rule.number, [_region(cell, whole=w) for cell, w in zip(rule.cells, whole, strict=True)])
        for rule in table.rules
    ]
    found: list[tuple[int, int]] = []
    left = MOST_COMPARED
    for (first, here), (second, there) in combinations(regions, 2):
        left -= 1
        if left < 0 or len(found) == MOST_TOLD:
            return found, False
        if all(_meet(a, b, whole=w) for a, b, w in zip(here, there, whole, strict=True)):
            found.append((first, second))
    return found, True


def _region(cell: Cell, *, whole: bool) -> Region:
    """Return the spans of a cell that hold any value at all."""
    if not cell.tests:
        return ()
    if cell.negated:
        return None
    spans: list[Span] = []
    for test in cell.tests:
        if not all(operand.fixed for operand in operands(test)):
            return None
        span = _span(test)
        if span is None:
            return None
        if _common(span, span, whole=whole):
            spans.append(span)
    return tuple(spans) or None


def _span(test: Test) -> Span | None:
    match test:
        case Interval(low, high, low_open, high_open):
            return Span(low.constant, high.constant, low_open, high_open)
        case Order(sign, operand):
            return _half(sign, operand.constant)
        case Equal(operand):
            return Span(operand.constant, operand.constant)


def _half(sign: str, value: Any) -> Span | None:
    if sign in ("=", "=="):
        return Span(value, value)
    if sign[0] == "<":
        return Span(high=value, high_open=sign == "<")
    return Span(low=value, low_open=sign == ">") if sign[0] == ">" else None


def _meet(first: Region, second: Region, *, whole: bool) -> bool:
    if first is None or second is None:
        return False
    if not first or not second:
        return True
    return any(_common(a, b, whole=whole) for a in first for b in second)


def _common(first: Span, second: Span, *, whole: bool) -> bool:
    """Tell whether some value lies in both spans; what cannot be compared does not count."""
    if _point(first) and _point(second):
        return same(first.low, second.low)
    lows = [(s.low, s.low_open) for s in (first, second) if s.low is not None]
    highs = [(s.high, s.high_open) for s in (first, second) if s.high is not None]
    if not lows or not highs:
        return True
    return all(_before(low, high, whole=whole) for low in lows for high in highs)


def _point(span: Span) -> bool:
    return not (span.low_open or span.high_open) and span.low == span.high


def _before(low: tuple[Any, bool], high: tuple[Any, bool], *, whole: bool) -> bool:
    (start, start_open), (end, end_open) = low, high
    if not _comparable(start, end):
        return False
    if whole and number(start):
        start, end = start + start_open, end - end_open
        return bool(start <= end)
    return bool(start < end) or (bool(start == end) and not (start_open or end_open))


def _comparable(first: Any, second: Any) -> bool:
    if number(first) and number(second):
        return True
    return any(isinstance(first, kind) and isinstance(second, kind)
               and type(first) is type(second) for kind in (str, date, timedelta))


