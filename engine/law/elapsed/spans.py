"""Spans (khoảng thời gian): pairs of instants, begin included, end not, and what is cut of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from engine.clock import local
from engine.worktime import Calendar, working_minutes

Span = tuple[datetime, datetime]


def cut(at: datetime) -> datetime:
    """Return the instant in Viet Nam's zone, cut to the minute as the law's clock counts."""
    return local(at).replace(second=0, microsecond=0)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the same instants as spans in order that neither overlap nor touch nor are empty."""
    found: list[Span] = []
    for since, until in sorted(span for span in spans if span[0] < span[1]):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found


def without(span: Span, holes: Sequence[Span]) -> list[Span]:
    """Return what is left of a span; `holes` are merged."""
    begin, end = span
    left: list[Span] = []
    for since, until in holes:
        if begin < min(since, end):
            left.append((begin, min(since, end)))
        begin = max(begin, until)
    if begin < end:
        left.append((begin, end))
    return left


def minutes(spans: Iterable[Span], calendar: Calendar) -> int:
    """Return the working minutes of spans that do not overlap."""
    return sum(working_minutes(since, until, calendar) for since, until in spans)
