"""Any calendar against a ticking clock: seasons, uneven weeks, hours that change, exchanged days.

The slow counter reads the calendar's plain data day by day and minute by minute; it shares nothing
with the index that it judges.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clock import VIETNAM
from engine.worktime import Calendar, Duration, due, receipt, working_minutes

FIRST = date(2026, 1, 1)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

shifts = st.sampled_from([
    ["07:30-11:30", "13:30-17:30"], ["07:00-11:00", "13:00-17:00"], ["08:00-11:45"],
    ["07:30-11:30", "13:00-16:30"], ["13:15-18:00"], ["00:00-00:01"], ["22:00-24:00"],
    ["07:00-09:00", "09:00-10:00", "14:00-15:07"],
])
weeks = st.fixed_dictionaries(
    {"mon": shifts}, optional=dict.fromkeys(NAMES[1:], shifts))
days = st.integers(0, 120).map(lambda k: FIRST + k * DAY)
seasons = st.sampled_from([None, ["01-15", "02-20"], ["12-15", "01-31"], ["02-28", "03-01"]])
starts = st.builds(
    lambda day, minute: datetime.combine(day, time(), VIETNAM) + minute * MINUTE,
    days, st.integers(0, 1439))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    hours = [{"since": "2000-01-01", "week": draw(weeks)}]
    hours += [
        {"since": draw(days).isoformat(), "season": draw(seasons), "week": draw(weeks)}
        for _ in range(draw(st.integers(0, 3)))
    ]
    off = draw(st.lists(days, unique=True, max_size=8))
    special: list[dict[str, Any]] = []
    while len(off) > 1 and draw(st.booleans()):
        rest, worked = off.pop(), off.pop()
        special += [
            {"day": rest.isoformat(), "kind": "exchanged", "name": "nghỉ",
             "exchange": worked.isoformat()},
            {"day": worked.isoformat(), "kind": "worked", "name": "làm bù",
             "exchange": rest.isoformat()},
        ]
    special += [{"day": day.isoformat(), "kind": "holiday", "name": "lễ"} for day in off]
    return Calendar.from_json({
        "name": "lạ", "hours": hours,
        "tables": [{"year": 2026, "provisional": False, "days": special}],
    })


class Slow:
    """Says of a day which minutes are worked, straight from the data."""

    def __init__(self, calendar: Calendar) -> None:
        data = calendar.to_json()
        self.hours = data["hours"]
        self.special = {day["day"]: day for day in data["tables"][0]["days"]}
        self.known: dict[date, list[tuple[int, int]]] = {}

    def plain(self, day: date) -> list[str]:
        best: tuple[str, bool] | None = None
        week: dict[str, list[str]] = {}
        for each in self.hours:
            season, text = each["season"], day.strftime("%m-%d")
            if each["since"] > day.isoformat():
                continue
            if season:
                first, last = season
                inside = first <= text <= last if first <= last else text >= first or text <= last
                if not inside:
                    continue
            rank = (each["since"], season is not None)
            if best is None or rank > best:
                best, week = rank, each["week"]
        return week.get(NAMES[day.weekday()], [])

    def shifts(self, day: date) -> list[tuple[int, int]]:
        if day not in self.known:
            special = self.special.get(day.isoformat())
            if special is None:
                texts = self.plain(day)
            elif special["kind"] == "worked":
                texts = self.plain(date.fromisoformat(special["exchange"]))
            else:
                texts = []
            self.known[day] = [
                (int(t[:2]) * 60 + int(t[3:5]), int(t[6:8]) * 60 + int(t[9:])) for t in texts]
        return self.known[day]

    def works(self, at: datetime) -> bool:
        minute = at.hour * 60 + at.minute
        return any(a <= minute < b for a, b in self.shifts(at.date()))

    def close(self, day: date) -> datetime:
        return datetime.combine(day, time(), VIETNAM) + self.shifts(day)[-1][1] * MINUTE

    def next_day(self, day: date) -> date:
        day += DAY
        while not self.shifts(day):
            day += DAY
        return day


@settings(max_examples=40, deadline=None)
@given(calendars(), starts, st.integers(1, 900))
def test_hours_end_where_a_ticking_clock_ends(
    calendar: Calendar, start: datetime, minutes: int,
) -> None:
    slow, at, left = Slow(calendar), start, minutes
    while left and at < start + 60 * DAY:
        left -= slow.works(at)
        at += MINUTE
    if left:
        return  # so little is worked in these weeks that the slow clock gives up

    assert due(start, Duration("hours", minutes), calendar).at == at


@settings(max_examples=40, deadline=None)
@given(calendars(), starts, st.integers(1, 40))
def test_days_end_at_the_close_of_the_last(
    calendar: Calendar, start: datetime, count: int,
) -> None:
    slow, day = Slow(calendar), start.date()
    for _ in range(count):
        day = slow.next_day(day)

    assert due(start, Duration("days", count), calendar).at == slow.close(day)


@settings(max_examples=40, deadline=None)
@given(calendars(), starts, st.integers(1, 40))
def test_calendar_days_end_on_a_day_worked(
    calendar: Calendar, start: datetime, count: int,
) -> None:
    slow, last = Slow(calendar), start.date() + count * DAY
    day = last if slow.shifts(last) else slow.next_day(last)

    assert due(start, Duration("calendar_days", count), calendar).at == slow.close(day)


@settings(max_examples=30, deadline=None)
@given(calendars(), starts, st.integers(0, 12_000))
def test_working_minutes_are_ticked_off_one_by_one(
    calendar: Calendar, start: datetime, span: int,
) -> None:
    slow = Slow(calendar)
    ticks = sum(slow.works(start + k * MINUTE) for k in range(span))

    assert working_minutes(start, start + span * MINUTE, calendar) == ticks


@settings(max_examples=40, deadline=None)
@given(calendars(), starts)
def test_a_receipt_counts_at_once_or_at_the_next_opening(
    calendar: Calendar, at: datetime,
) -> None:
    slow = Slow(calendar)
    if slow.shifts(at.date()) and at.time() <= time(15):
        assert receipt(at, calendar) == at
        return
    day = slow.next_day(at.date())
    opening = datetime.combine(day, time(), VIETNAM) + slow.shifts(day)[0][0] * MINUTE
    assert receipt(at, calendar) == opening


@settings(max_examples=30, deadline=None)
@given(calendars(), starts, st.integers(0, 300), st.booleans())
def test_every_derivation_can_be_written(
    calendar: Calendar, start: datetime, amount: int, received: bool,
) -> None:
    for asked in (Duration("days", amount), Duration("hours", amount + 1)):
        lines = due(start, asked, calendar, received=received).derivation
        assert any(line.startswith("Đến hạn: ") for line in lines)
