"""Together (cùng lúc): minutes in which at least one of several calendars works.

Agencies may keep different hours, so their common time is a union of instants, never a sum.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from engine.clock import local
from engine.worktime.calendar import Calendar
from engine.worktime.count import working_minutes
from engine.worktime.index import Index

_DAY = 1440


def minutes_together(start: datetime, end: datetime, calendars: Collection[Calendar]) -> int:
    """Return the minutes between two aware instants, cut to the minute, worked by any calendar.

    0 without calendars or when `end` is not after `start`. Raise Invalid as `due` does. One
    calendar costs two bisections; several cost their shifts between the instants.
    """
    if end <= start or not calendars:
        return 0
    if len(calendars) == 1:
        return working_minutes(start, end, next(iter(calendars)))
    first, last = _minute(start), _minute(end)
    shifts = sorted(span for each in calendars for span in _open(each.index, first, last))
    total, until = 0, first
    for opening, closing in shifts:
        total += max(0, closing - max(opening, until))
        until = max(until, closing)
    return total


def _minute(at: datetime) -> int:
    here = local(at)
    return here.toordinal() * _DAY + here.hour * 60 + here.minute


def _open(index: Index, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield the shifts between two minutes counted from day 0, cut to them."""
    days = slice(index.at_or_after(first // _DAY), index.at_or_after(last // _DAY + 1))
    for day, shifts in zip(index.days[days], index.shifts[days], strict=True):
        for opening, closing in shifts:
            a, b = max(first, day * _DAY + opening), min(last, day * _DAY + closing)
            if a < b:
                yield a, b
