"""The calendar compiled (lịch đã lập chỉ mục): prefix sums, so that counting never walks days.

`before[i]` is the number of minutes worked before the i-th working day; finding a day or a minute
is one bisection, whatever the length of the term.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate

from engine.clock import VIETNAM
from engine.errors import Invalid
from engine.worktime.days import FixedHoliday, Hours, Shifts, SpecialDay, Week, YearTable

#: Years that can be counted in; the law's clock needs neither earlier nor later ones.
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class Index:
    """The working days of a calendar in order, FIRST_YEAR to LAST_YEAR.

    `days` are proleptic ordinals, `shifts` the shifts of each, `before` the minutes worked before
    each (one longer than `days`), `specials` the days that differ from their weekday, by ordinal.
    """

    days: list[int]
    shifts: list[Shifts]
    before: list[int]
    specials: dict[int, SpecialDay]
    _openings: dict[int, datetime] = field(default_factory=dict, repr=False, compare=False)
    _closings: dict[int, datetime] = field(default_factory=dict, repr=False, compare=False)

    def at_or_after(self, ordinal: int) -> int:
        """Return the position of the first working day on or after that day."""
        return bisect_left(self.days, ordinal)

    def is_worked(self, ordinal: int) -> bool:
        """Tell whether that day is worked."""
        position = bisect_left(self.days, ordinal)
        return position < len(self.days) and self.days[position] == ordinal

    def minutes_until(self, at: datetime) -> int:
        """Return the minutes worked from the beginning of the index until a local instant."""
        ordinal, minute = at.toordinal(), at.hour * 60 + at.minute
        position = bisect_left(self.days, ordinal)
        minutes = self.before[position]
        if position < len(self.days) and self.days[position] == ordinal:
            for opening, closing in self.shifts[position]:
                if opening >= minute:
                    break
                minutes += min(closing, minute) - opening
        return minutes

    def earliest(self, minutes: int) -> datetime:
        """Return the first instant before which that many minutes (> 0) were worked.

        It is never an opening: minutes that fill a shift end at its close. Raise Invalid beyond
        the last year.
        """
        position = bisect_left(self.before, minutes) - 1
        left = minutes - self.before[position]
        shifts = self._shifts_at(position)
        for opening, closing in shifts:
            if left <= closing - opening:
                before_close = shifts[-1][1] - opening - left
                return self.closing(position) - timedelta(minutes=before_close)
            left -= closing - opening
        raise AssertionError(minutes)  # the prefix sums say that it cannot be

    def opening(self, position: int) -> datetime:
        """Return when the working day at that position opens; raise Invalid beyond the end."""
        try:
            return self._openings[position]
        except KeyError:
            minute = self._shifts_at(position)[0][0]
            return self._openings.setdefault(position, moment(self.days[position], minute))

    def closing(self, position: int) -> datetime:
        """Return when the working day at that position closes; raise Invalid beyond the end."""
        try:
            return self._closings[position]
        except KeyError:
            minute = self._shifts_at(position)[-1][1]
            return self._closings.setdefault(position, moment(self.days[position], minute))

    def _shifts_at(self, position: int) -> Shifts:
        if position >= len(self.days):
            raise beyond()
        return self.shifts[position]


def moment(ordinal: int, minute: int) -> datetime:
    """Return the instant of a day (ordinal) and minute after midnight in Viet Nam."""
    return datetime.fromordinal(ordinal).replace(tzinfo=VIETNAM) + timedelta(minutes=minute)


def beyond() -> Invalid:
    """Return the refusal of a moment or a term outside the years that can be counted in."""
    return Invalid(
        f"Thời điểm hoặc thời hạn nằm ngoài các năm {FIRST_YEAR}–{LAST_YEAR} của lịch làm việc",
        f"the moment or the term lies outside the calendar's years {FIRST_YEAR}-{LAST_YEAR}",
        code="beyond-calendar",
    )


def build(
    week_of: Callable[[date], Week], hours: Iterable[Hours], fixed: tuple[FixedHoliday, ...],
    tables: Iterable[YearTable],
) -> Index:
    """Compile hours and days off; a worked day takes the hours of the day that it replaces."""
    specials = {day.day.toordinal(): day for day in _specials(fixed, tables)}
    worked = dict(_plain_days(week_of, list(hours)))
    for ordinal, special in specials.items():
        if special.kind == "worked" and special.exchange is not None:
            worked[ordinal] = week_of(special.exchange)[special.exchange.weekday()]
        else:
            worked[ordinal] = ()
    days = sorted(ordinal for ordinal, shifts in worked.items() if shifts)
    shifts = [worked[ordinal] for ordinal in days]
    minutes = {each: sum(b - a for a, b in each) for each in set(shifts)}
    before = list(accumulate((minutes[each] for each in shifts), initial=0))
    return Index(days, shifts, before, specials)


def _specials(
    fixed: tuple[FixedHoliday, ...], tables: Iterable[YearTable],
) -> Iterator[SpecialDay]:
    by_year = {table.year: table.days for table in tables}
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        if year in by_year:
            yield from by_year[year]
        else:
            yield from (SpecialDay(date(year, h.month, h.day), "holiday", h.name)
                        for h in fixed if h.since <= year)


def _plain_days(
    week_of: Callable[[date], Week], hours: list[Hours],
) -> Iterator[tuple[int, Shifts]]:
    """Yield every day with the shifts of its weekday, asking for hours only where they change."""
    end = date(LAST_YEAR + 1, 1, 1).toordinal()
    starts = sorted({date(FIRST_YEAR, 1, 1).toordinal(), *_changes(hours)})
    for first, until in zip(starts, [*starts[1:], end], strict=True):
        week = week_of(date.fromordinal(first))
        yield from ((ordinal, week[(ordinal - 1) % 7]) for ordinal in range(first, until))


def _changes(hours: list[Hours]) -> Iterator[int]:
    first, end = date(FIRST_YEAR, 1, 1), date(LAST_YEAR + 1, 1, 1)
    for each in hours:
        if first < each.since < end:
            yield each.since.toordinal()
        if each.season is not None:
            # Seasons begin and end on the same dates each year: ask anew on every day of a month
            # in which one turns, which is cheap and needs no rule for 29 February.
            months = {int(turn[:2]) for turn in each.season}
            months |= {month % 12 + 1 for month in months}
            yield from (o for o in range(first.toordinal(), end.toordinal())
                        if date.fromordinal(o).month in months)
