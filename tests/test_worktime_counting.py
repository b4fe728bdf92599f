"""Counting against a clock that ticks minute by minute and a calendar read day by day.

The slow counters below know nothing of the fast ones: they read the data file themselves.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from importlib import resources
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.clock import VIETNAM
from engine.errors import Invalid
from engine.worktime import DEFAULT, Calendar, Duration, due, parse, receipt, working_minutes

DATA = json.loads((resources.files("engine.worktime") / "vietnam.json").read_text("utf-8"))
TABLES = {table["year"]: table for table in DATA["tables"]}
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

moments = st.datetimes(
    datetime(2024, 12, 1), datetime(2028, 6, 1), timezones=st.just(VIETNAM),  # noqa: DTZ001
)
near_holidays = st.sampled_from([
    "2025-01-24", "2025-04-25", "2025-12-31", "2026-01-09", "2026-02-13", "2026-04-24",
    "2026-08-21", "2026-08-28", "2026-11-23", "2027-02-04", "2027-04-29",
]).flatmap(lambda day: st.datetimes(
    datetime.fromisoformat(day), datetime.fromisoformat(day) + 3 * DAY,
    timezones=st.just(VIETNAM)))
starts = moments | near_holidays


def slow_is_worked(day: date) -> bool:
    table = TABLES.get(day.year)
    if table is None:
        fixed = {(1, 1), (4, 30), (5, 1), (9, 2)} | ({(11, 24)} if day.year >= 2026 else set())
        return day.weekday() < 5 and (day.month, day.day) not in fixed
    kinds = {entry["day"]: entry["kind"] for entry in table["days"]}
    kind = kinds.get(day.isoformat())
    return kind == "worked" or (day.weekday() < 5 and kind is None)


def slow_is_working_minute(at: datetime) -> bool:
    """Tell whether the minute that begins at `at` is worked."""
    in_shift = time(7, 30) <= at.time() < time(11, 30) or time(13, 30) <= at.time() < time(17, 30)
    return in_shift and slow_is_worked(at.date())


def slow_hours(start: datetime, minutes: int) -> datetime:
    at = start.replace(second=0, microsecond=0)
    while minutes:
        minutes -= slow_is_working_minute(at)
        at += MINUTE
    return at


def slow_days(start: datetime, days: int) -> date:
    day = start.date()
    while days:
        day += DAY
        days -= slow_is_worked(day)
    return day


def close_of(day: date) -> datetime:
    return datetime.combine(day, time(17, 30), VIETNAM)


@settings(max_examples=60, deadline=None)
@given(starts, st.integers(1, 1500))
@example(datetime(2026, 2, 13, 17, 29, 59, tzinfo=VIETNAM), 1)
@example(datetime(2026, 2, 13, 17, 30, tzinfo=VIETNAM), 480)
def test_hours_end_where_a_ticking_clock_ends(start: datetime, minutes: int) -> None:
    assert due(start, Duration("hours", minutes), DEFAULT).at == slow_hours(start, minutes)


@given(starts, st.integers(1, 200))
def test_days_end_at_the_close_of_the_day_found_day_by_day(start: datetime, days: int) -> None:
    assert due(start, Duration("days", days), DEFAULT).at == close_of(slow_days(start, days))


@given(starts, st.integers(1, 400))
def test_calendar_days_end_on_the_next_day_worked(start: datetime, days: int) -> None:
    last = start.date() + days * DAY
    while not slow_is_worked(last):
        last += DAY

    assert due(start, Duration("calendar_days", days), DEFAULT).at == close_of(last)


@given(starts)
def test_a_receipt_counts_at_once_or_at_the_opening_of_the_next_day_worked(at: datetime) -> None:
    if slow_is_worked(at.date()) and at.time() <= time(15):
        assert receipt(at, DEFAULT) == at
        return
    day = slow_days(at, 1)
    assert receipt(at, DEFAULT) == datetime.combine(day, time(7, 30), VIETNAM)


@settings(max_examples=40, deadline=None)
@given(starts, st.integers(0, 9000))
def test_working_minutes_are_those_that_a_ticking_clock_counts(start: datetime, span: int) -> None:
    start = start.replace(second=0, microsecond=0)
    ticks = sum(slow_is_working_minute(start + k * MINUTE) for k in range(span))

    assert working_minutes(start, start + span * MINUTE, DEFAULT) == ticks
    assert working_minutes(start + span * MINUTE, start, DEFAULT) == -ticks


@given(starts, st.integers(1, 20_000))
def test_a_term_in_hours_holds_exactly_its_minutes(start: datetime, minutes: int) -> None:
    end = due(start, Duration("hours", minutes), DEFAULT).at

    assert end is not None
    assert working_minutes(start, end, DEFAULT) == minutes
    assert working_minutes(start, end - MINUTE, DEFAULT) == minutes - 1


@given(st.lists(starts, min_size=2, max_size=5), st.integers(0, 60))
def test_who_starts_later_is_never_due_earlier(begin: list[datetime], days: int) -> None:
    ends = [due(at, Duration("days", days), DEFAULT).at for at in sorted(begin)]

    assert all(a is not None and b is not None and a <= b for a, b in pairwise(ends))


@given(starts, st.integers(0, 120), st.booleans(), st.sampled_from(["days", "hours"]))
def test_the_running_count_of_every_derivation_reaches_the_whole_term(
    start: datetime, amount: int, received: bool, kind: str,
) -> None:
    asked = (Duration("days", amount) if kind == "days"
             else Duration("hours", (amount + 1) * 7, text=""))
    found = due(start, asked, DEFAULT, received=received)

    lines = found.derivation
    if kind == "hours":
        assert sum("(đủ)" in line for line in lines) == 1
    elif amount:
        assert any(f"Ngày {amount}: " in line or f" đến {amount}: " in line for line in lines)
    assert any(line.startswith("Đến hạn: ") for line in lines)
    assert len(lines) < 60


def test_the_derivation_names_the_first_day_the_days_skipped_and_why() -> None:
    start = datetime(2026, 1, 1, 16, tzinfo=VIETNAM)

    lines = due(start, parse("6 ngày làm việc"), DEFAULT).derivation

    assert lines == (
        "Tính từ: 16:00 thứ Năm 01/01/2026 (giờ Việt Nam).",
        "Thời hạn: 6 ngày làm việc, kết thúc lúc đóng cửa của ngày cuối.",
        "thứ Năm 01/01/2026 là ngày đầu, không tính (Bộ luật Dân sự 2015, Điều 147).",
        ("Không tính thứ Sáu 02/01/2026 (nghỉ hoán đổi với thứ Bảy 10/01/2026); "
        "thứ Bảy 03/01 đến Chủ nhật 04/01/2026 (nghỉ hằng tuần)."),
        "Ngày 1 đến 5: thứ Hai 05/01 đến thứ Sáu 09/01/2026.",
        "Ngày 6: thứ Bảy 10/01/2026 (làm bù cho thứ Sáu 02/01/2026).",
        "Đến hạn: 17:30 thứ Bảy 10/01/2026.",
    )


def test_the_derivation_of_hours_keeps_a_running_total() -> None:
    start = datetime(2026, 2, 13, 10, 0, 45, tzinfo=VIETNAM)

    lines = due(start, parse("10,5 ngày"), DEFAULT).derivation

    assert lines[1:] == (
        ("Thời hạn: “10,5 ngày” = 84 giờ làm việc (1 ngày = 8 giờ), tính từng phút trong giờ "
        "làm việc."),
        "thứ Sáu 13/02/2026, 10:00–11:30 và 13:30–17:30: 5 giờ 30 phút; cộng dồn 5 giờ 30 phút.",
        ("Không tính thứ Bảy 14/02 đến Chủ nhật 15/02/2026 (nghỉ hằng tuần); thứ Hai 16/02 đến "
        "thứ Sáu 20/02/2026 (Tết Nguyên đán); thứ Bảy 21/02 đến Chủ nhật 22/02/2026 "
        "(nghỉ hằng tuần)."),
        ("thứ Hai 23/02 đến thứ Năm 05/03/2026 (trừ nghỉ hằng tuần: 28/02, 01/03) "
        "(9 ngày làm việc): 72 giờ; cộng dồn 77 giờ 30 phút."),
        "thứ Sáu 06/03/2026, 07:30–11:30 và 13:30–16:00: 6 giờ 30 phút; cộng dồn 84 giờ (đủ).",
        "Đến hạn: 16:00 thứ Sáu 06/03/2026.",
    )


def test_the_derivation_says_which_year_is_provisional() -> None:
    start = datetime(2026, 12, 30, 9, tzinfo=VIETNAM)

    found = due(start, parse("300 ngày"), DEFAULT)

    assert found.derivation[-2:] == (
        "Tạm tính: lịch nghỉ năm 2027 chưa có quyết định chính thức.",
        "Tạm tính: chưa có lịch nghỉ năm 2028, chỉ trừ ngày lễ cố định trong năm.",
    )


@pytest.mark.parametrize(("text", "expected"), [
    ("PT90S", "2026-11-13T17:01:30+07:00"),
    ("P3D", "2026-11-16T17:00:00+07:00"),
    ("P3M", "2027-02-13T17:00:00+07:00"),
])
def test_an_iso_timer_is_elapsed_time_through_nights_and_holidays(text: str, expected: str) -> None:
    start = datetime(2026, 11, 13, 17, tzinfo=VIETNAM)

    found = due(start, parse(text), DEFAULT)

    assert found.at == datetime.fromisoformat(expected)
    assert not found.provisional


def test_a_month_after_31_january_is_the_last_of_february() -> None:
    start = datetime(2026, 1, 31, 8, tzinfo=VIETNAM)

    assert due(start, parse("P1M"), DEFAULT).at == datetime(2026, 2, 28, 8, tzinfo=VIETNAM)


@pytest.mark.parametrize(("start", "duration"), [
    (datetime(1999, 12, 31, 8, tzinfo=VIETNAM), "1 ngày"),
    (datetime(2101, 1, 1, 8, tzinfo=VIETNAM), "1 giờ"),
    (datetime(2100, 12, 31, 16, tzinfo=VIETNAM), "1 ngày"),
    (datetime(2100, 12, 31, 17, tzinfo=VIETNAM), "1 giờ"),
    (datetime(2026, 1, 5, 8, tzinfo=VIETNAM), "999999 ngày"),
    (datetime(2026, 1, 5, 8, tzinfo=VIETNAM), "999999 giờ"),
    (datetime(2026, 1, 5, 8, tzinfo=VIETNAM), "P999999Y"),
    (datetime.min.replace(tzinfo=VIETNAM), "1 giờ"),
])
@pytest.mark.parametrize("received", [True, False])
def test_a_term_beyond_the_calendar_is_refused(
    start: datetime, duration: str, received: bool,
) -> None:
    with pytest.raises(Invalid, match="2000-2100"):
        due(start, parse(duration), DEFAULT, received=received)


def test_a_moment_without_offset_is_refused() -> None:
    with pytest.raises(Invalid, match="has no offset"):
        due(datetime(2026, 1, 5, 8), parse("1 giờ"), DEFAULT)  # noqa: DTZ001


def test_counting_takes_no_longer_for_a_longer_term() -> None:
    class Counted(list[int]):
        looked_at = 0

        def __getitem__(self, key: Any) -> Any:
            Counted.looked_at += 1
            return super().__getitem__(key)

    calendar = Calendar.from_json(DEFAULT.to_json())
    object.__setattr__(calendar.index, "days", Counted(calendar.index.days))
    object.__setattr__(calendar.index, "before", Counted(calendar.index.before))
    for text in ("15000 ngày", "100000 giờ"):
        due(datetime(2026, 1, 5, 8, tzinfo=VIETNAM), parse(text), calendar)

    assert 0 < Counted.looked_at < 100
