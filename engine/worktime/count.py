"""Counting (tính thời hạn): due dates, receipts and working minutes, exact to the minute.

Civil Code 2015, articles 147-148: hours run from the moment; of days the first is not counted and
the term ends at the close of the last. Nothing here walks day by day.
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Callable
from datetime import datetime, time, timedelta

from engine.clock import VIETNAM
from engine.errors import Invalid
from engine.worktime.calendar import Calendar
from engine.worktime.derive import Due
from engine.worktime.durations import Duration, Kind
from engine.worktime.index import FIRST_YEAR, LAST_YEAR, Index, beyond

#: What is received after this hour counts from the next working day (a rule-set parameter).
CUTOFF = time(15)


def due(
    start: datetime, duration: Duration, calendar: Calendar, *, received: bool = False,
    cutoff: time = CUTOFF,
) -> Due:
    """Return when a duration from an aware instant ends in that calendar.

    With `received` the start is a receipt: after `cutoff`, or on a day not worked, it counts as at
    the next opening. Raise Invalid for a start without offset or beyond the calendar's years.
    """
    given = _local(start)
    begin = given
    if received and duration.kind != "uncounted":
        begin = _receipt(given, calendar.index, cutoff)
    at = _ENDS[duration.kind](begin, duration, calendar.index)
    provisional = (at is not None and duration.kind != "elapsed"
                   and not _decided(given.year, at.year, calendar.decided))
    return Due(at, provisional, given, begin, duration, calendar, received, cutoff)


def receipt(at: datetime, calendar: Calendar, cutoff: time = CUTOFF) -> datetime:
    """Return the instant as which a receipt counts, in Viet Nam's zone.

    A receipt after the cutoff (exactly on it is in time, a second later is not) or on a day not
    worked counts as at the opening of the next working day. Raise Invalid as `due` does.
    """
    return _receipt(_local(at), calendar.index, cutoff)


def _receipt(given: datetime, index: Index, cutoff: time) -> datetime:
    today = given.toordinal()
    position = index.at_or_after(today)
    if position < len(index.days) and index.days[position] == today:
        if given.time() <= cutoff:
            return given
        position += 1
    return index.opening(position)


def working_minutes(start: datetime, end: datetime, calendar: Calendar) -> int:
    """Return the minutes worked between two aware instants, each cut to the minute.

    Negative when `end` lies before `start`. Raise Invalid as `due` does.
    """
    index = calendar.index
    return index.minutes_until(_local(end)) - index.minutes_until(_local(start))


def _decided(first: int, last: int, decided: frozenset[int]) -> bool:
    return first in decided and (first == last or decided.issuperset(range(first + 1, last + 1)))


def _days(begin: datetime, duration: Duration, index: Index) -> datetime:
    today = begin.toordinal()
    if duration.amount:
        return index.closing(bisect_right(index.days, today) + duration.amount - 1)
    position = index.at_or_after(today)
    close = index.closing(position)
    return close if begin.replace(second=0, microsecond=0) <= close else index.closing(position + 1)


def _hours(begin: datetime, duration: Duration, index: Index) -> datetime:
    return index.earliest(index.minutes_until(begin) + duration.amount)


def _calendar_days(begin: datetime, duration: Duration, index: Index) -> datetime:
    return index.closing(index.at_or_after(begin.toordinal() + duration.amount))


def _elapsed(begin: datetime, duration: Duration, _index: Index) -> datetime:
    """Add months by the calendar (31 January + 1 month = the last of February), then seconds."""
    try:
        year, month = divmod(begin.year * 12 + begin.month - 1 + duration.months, 12)
        day = min(begin.day, monthrange(year, month + 1)[1])
        return begin.replace(year, month + 1, day) + timedelta(seconds=duration.amount)
    except (OverflowError, ValueError) as error:
        raise beyond() from error


def _uncounted(_begin: datetime, _duration: Duration, _index: Index) -> None:
    return None


_ENDS: dict[Kind, Callable[[datetime, Duration, Index], datetime | None]] = {
    "days": _days, "hours": _hours, "calendar_days": _calendar_days, "elapsed": _elapsed,
    "uncounted": _uncounted,
}


def _local(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise Invalid(
            f"Thời điểm {at.isoformat()} không có múi giờ; hãy viết ví dụ +07:00",
            f"{at.isoformat()} has no offset; write one, for example +07:00", code="no-offset",
        )
    here = at if at.tzinfo is VIETNAM else _in_vietnam(at)
    if not FIRST_YEAR <= here.year <= LAST_YEAR:
        raise beyond()
    return here


def _in_vietnam(at: datetime) -> datetime:
    try:
        return at.astimezone(VIETNAM)
    except OverflowError as error:
        raise beyond() from error
