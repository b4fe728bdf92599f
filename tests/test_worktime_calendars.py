"""Calendars as data: hours with valid-from dates and seasons, days off, versions, bad files."""

from __future__ import annotations

import copy
from datetime import date, datetime
from typing import Any

import pytest

from engine.clock import VIETNAM
from engine.errors import Invalid
from engine.worktime import (
    DEFAULT,
    Amendment,
    Calendar,
    SpecialDay,
    amend,
    due,
    parse,
    receipt,
    working_minutes,
)


def every_weekday(shifts: list[str]) -> dict[str, list[str]]:
    return {day: list(shifts) for day in ("mon", "tue", "wed", "thu", "fri")}


WEEK = every_weekday(["07:30-11:30", "13:30-17:30"])


def calendar(**changes: Any) -> Calendar:
    data = copy.deepcopy(DEFAULT.to_json())
    return Calendar.from_json(data | {"name": "Kim Liên"} | changes)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def test_hours_change_on_the_day_from_which_they_are_valid() -> None:
    later = every_weekday(["08:00-12:00", "13:00-17:00"])
    ours = calendar(hours=[{"since": "2000-01-01", "week": WEEK},
                           {"since": "2026-11-11", "week": later}])

    # Tuesday 10 November still closes at 17:30, Wednesday 11 at 17:00.
    assert due(at("2026-11-09T08:00"), parse("1 ngày"), ours).at == at("2026-11-10T17:30")
    assert due(at("2026-11-09T08:00"), parse("2 ngày"), ours).at == at("2026-11-11T17:00")
    # 1 h on Tuesday, 1 h from 08:00 on Wednesday.
    assert due(at("2026-11-10T16:30"), parse("2 giờ"), ours).at == at("2026-11-11T09:00")


def test_summer_hours_hold_in_their_season_every_year() -> None:
    summer = every_weekday(["07:00-11:00", "13:00-17:00"])
    ours = calendar(hours=[{"since": "2000-01-01", "week": WEEK},
                           {"since": "2000-01-01", "season": ["04-15", "10-15"], "week": summer}])

    for year in (2025, 2026, 2027):
        assert ours.week_of(date(year, 4, 14))[0][0] == (450, 690)
        assert ours.week_of(date(year, 4, 15))[0][0] == (420, 660)
        assert ours.week_of(date(year, 10, 15))[0][0] == (420, 660)
        assert ours.week_of(date(year, 10, 16))[0][0] == (450, 690)
    # Tuesday 14 April 2026 closes at 17:30; Wednesday 15 opens at 07:00.
    assert due(at("2026-04-14T16:30"), parse("2 giờ"), ours).at == at("2026-04-15T08:00")
    assert due(at("2026-10-14T08:00"), parse("1 ngày"), ours).at == at("2026-10-15T17:00")
    assert due(at("2026-10-14T08:00"), parse("2 ngày"), ours).at == at("2026-10-16T17:30")


def test_winter_hours_run_over_the_new_year() -> None:
    winter = every_weekday(["08:00-12:00", "13:00-17:00"])
    ours = calendar(hours=[{"since": "2000-01-01", "week": WEEK},
                           {"since": "2000-01-01", "season": ["10-16", "04-14"], "week": winter}])

    assert due(at("2026-12-30T08:00"), parse("1 ngày"), ours).at == at("2026-12-31T17:00")
    assert due(at("2026-06-08T08:00"), parse("1 ngày"), ours).at == at("2026-06-09T17:30")


def test_a_later_decision_on_hours_ends_an_older_season() -> None:
    summer = every_weekday(["07:00-11:00", "13:00-17:00"])
    ours = calendar(hours=[{"since": "2020-01-01", "season": ["04-15", "10-15"], "week": summer},
                           {"since": "2026-01-01", "week": WEEK}])

    assert ours.week_of(date(2025, 6, 2))[0][0] == (420, 660)
    assert ours.week_of(date(2026, 6, 1))[0][0] == (450, 690)


def test_a_day_worked_in_exchange_has_the_hours_of_the_day_that_it_replaces() -> None:
    # Friday 2 January 2026 is off for Saturday 10; Fridays close at 16:30 here.
    week = WEEK | {"fri": ["07:30-11:30", "13:00-16:30"], "sat": ["07:30-11:30"]}
    ours = calendar(hours=[{"since": "2000-01-01", "week": week}])

    assert due(at("2026-01-09T08:00"), parse("1 ngày"), ours).at == at("2026-01-10T16:30")
    # An ordinary Saturday has its own morning.
    assert due(at("2026-01-16T08:00"), parse("1 ngày"), ours).at == at("2026-01-17T11:30")


def test_a_weekday_that_is_not_eight_hours_is_found() -> None:
    ours = calendar(hours=[{"since": "2026-01-01", "week": WEEK | {"fri": ["07:30-11:00"]}}])

    assert ours.uneven() == ((date(2026, 1, 1), "fri", 210),)
    assert DEFAULT.uneven() == ()


def test_an_office_open_until_midnight_closes_at_midnight() -> None:
    ours = calendar(hours=[{"since": "2000-01-01", "week": {"mon": ["16:00-24:00"]}}])

    assert due(at("2026-11-09T16:00"), parse("8 giờ"), ours).at == at("2026-11-10T00:00")
    assert working_minutes(at("2026-11-09T00:00"), at("2026-11-10T00:00"), ours) == 480


def test_the_hour_after_which_a_receipt_is_late_is_a_parameter() -> None:
    sixteen = at("2026-11-09T16:00")

    assert receipt(sixteen, DEFAULT) == at("2026-11-10T07:30")
    assert receipt(sixteen, DEFAULT, sixteen.time()) == sixteen


def test_a_pinned_calendar_counts_as_before() -> None:
    again = Calendar.from_json(DEFAULT.to_json())

    assert again == DEFAULT
    assert again.version == DEFAULT.version
    assert again.index == DEFAULT.index


def test_calendars_that_say_nothing_new_keep_the_version_that_histories_pin() -> None:
    # The digest of the tables of 2025-2027 as every entry so far names it.
    assert DEFAULT.version == "vn@7814620eaada7ca8"
    seasonal = calendar(hours=[{"since": "2020-01-01", "season": ["04-15", "10-15"],
                                "week": WEEK, "decision": "1/QĐ"}])
    assert seasonal.version == "Kim Liên@499a52a470c7c53c"
    assert set(DEFAULT.to_json()) == {"name", "hours", "fixed", "tables"}


def test_who_decided_is_kept_with_hours_tables_and_days() -> None:
    by = {"decision": "1/QĐ", "decided_by": "UBND tỉnh", "decided_on": "2026-10-01"}
    day = {"day": "2026-12-24", "kind": "holiday", "name": "lễ", **by}
    ours = calendar(
        hours=[{"since": "2000-01-01", "week": WEEK, **by}],
        tables=[{"year": 2026, "provisional": False, "days": [day], **by}])
    again = Calendar.from_json(ours.to_json())

    assert again == ours
    for said in (again.hours[0], again.tables[0], again.tables[0].days[0]):
        assert (said.decision, said.decided_by, said.decided_on) == (
            "1/QĐ", "UBND tỉnh", date(2026, 10, 1))


def test_reception_hours_are_kept_and_never_counted() -> None:
    ours = calendar(reception=[{"since": "2000-01-01", "week": {"sat": ["07:30-11:30"]}}])
    start = at("2026-11-13T16:00")

    assert [hours.week for hours in ours.reception] == [((),) * 5 + (((450, 690),), ())]
    assert Calendar.from_json(ours.to_json()) == ours
    assert ours.version != calendar().version
    assert ours.index == calendar().index
    assert receipt(at("2026-11-14T08:00"), ours) == at("2026-11-16T07:30")
    for text in ("1 ngày", "4 giờ", "ngay trong ngày"):
        for received in (True, False):
            assert due(start, parse(text), ours, received=received).at == (
                due(start, parse(text), calendar(), received=received).at)


def test_an_amendment_changes_what_it_names_and_nothing_else() -> None:
    tables = [{"year": 2026, "provisional": False, "days": [
        {"day": "2026-12-24", "kind": "holiday", "name": "lễ"},
        {"day": "2026-12-25", "kind": "holiday", "name": "lễ"}]}]
    ours = calendar(tables=tables)
    extra = SpecialDay(date(2026, 12, 25), "holiday", "khác")
    changed = amend(ours, Amendment(days=(extra,), ordinary=(date(2026, 12, 24),)))

    assert [(d.day.day, d.name) for d in changed.tables[0].days] == [(25, "khác")]
    assert amend(ours, Amendment()) == ours
    assert Amendment.from_json(Amendment(days=(extra,)).as_json()) == Amendment(days=(extra,))


@pytest.mark.parametrize("half", [
    Amendment(ordinary=(date(2026, 8, 22),)), Amendment(ordinary=(date(2026, 8, 31),)),
    Amendment(days=(SpecialDay(date(2026, 8, 22), "holiday", "lễ"),)),
    Amendment(days=(SpecialDay(date(2026, 12, 26), "worked", "làm bù", date(2026, 12, 31)),)),
])
def test_half_of_a_pair_of_exchanged_days_cannot_change(half: Amendment) -> None:
    with pytest.raises(Invalid, match="both change, or neither"):
        amend(DEFAULT, half)


def test_both_halves_of_a_pair_can_be_taken_back_together() -> None:
    ours = amend(DEFAULT, Amendment(ordinary=(date(2026, 8, 22), date(2026, 8, 31))))

    # Friday 28 first; Monday 31 is worked again = 1.
    assert due(at("2026-08-28T09:00"), parse("1 ngày"), ours).at == at("2026-08-31T17:30")


def test_one_more_day_off_in_a_year_without_a_table_hides_no_fixed_holiday() -> None:
    ours = amend(calendar(), Amendment(
        days=(SpecialDay(date(2030, 4, 29), "holiday", "lễ"),)))

    # Mon 29 off, Tue 30 April and Wed 1 May are holidays of every year: Thu 2 May.
    found = due(at("2030-04-26T09:00"), parse("1 ngày"), ours)
    assert (found.at, found.provisional) == (at("2030-05-02T17:30"), True)


def test_the_version_changes_with_anything_that_counts() -> None:
    data = DEFAULT.to_json()
    data["tables"][1]["days"].append({"day": "2026-12-24", "kind": "holiday", "name": "thử"})

    assert Calendar.from_json(data).version != DEFAULT.version
    assert Calendar.from_json(data).version.startswith("vn@")


def test_the_public_tables_agree_with_the_holidays_library_but_for_the_swap_it_lacks() -> None:
    holidays = pytest.importorskip("holidays")
    ours = {special.day for table in DEFAULT.tables if not table.provisional
            for special in table.days if special.kind != "worked" and special.day.weekday() < 5}

    theirs = {day for day in holidays.country_holidays("VN", years=(2025, 2026))
              if day.weekday() < 5}

    assert ours - theirs == {date(2026, 1, 2)}
    assert theirs <= ours


def with_day(**day: Any) -> dict[str, Any]:
    return {"tables": [{"year": 2026, "provisional": False, "days": [day]}]}


@pytest.mark.parametrize(("changes", "place"), [
    ({"hours": []}, "Kim Liên"),
    ({"hours": [{"since": "2000-01-01"}]}, "week"),
    ({"hours": [{"since": "hôm nay", "week": {}}]}, "hôm nay"),
    ({"hours": [{"since": "2000-01-01", "week": {"mon": ["7h-11h"]}}]}, "7h-11h"),
    ({"hours": [{"since": "2000-01-01", "week": {"mon": ["11:30-07:30"]}}]}, "11:30-07:30"),
    ({"hours": [{"since": "2000-01-01", "week": {"mon": ["07:30-11:30", "11:00-17:00"]}}]},
     "11:00-17:00"),
    ({"hours": [{"since": "2000-01-01", "week": {"mon": ["07:30-24:30"]}}]}, "07:30-24:30"),
    ({"hours": [{"since": "2000-01-01", "week": {"mon": ["07:30-11:75"]}}]}, "07:30-11:75"),
    ({"hours": [{"since": "2000-01-01", "season": ["4-15", "10-15"], "week": WEEK}]}, "4-15"),
    ({"fixed": [{"day": "02-29", "name": "?"}]}, "02-29"),
    (with_day(day="2026-01-10", kind="worked", name="?"), "2026-01-10"),
    (with_day(day="2026-01-10", kind="làm", name="?"), "làm"),
    (with_day(day="2025-01-10", kind="holiday", name="?"), "2026"),
    ({"tables": [{"year": 2026, "provisional": False, "days": []}] * 2}, "Kim Liên"),
    ({"tables": 7}, "int"),
])
def test_a_calendar_that_cannot_be_is_refused_with_its_place(
    changes: dict[str, Any], place: str,
) -> None:
    with pytest.raises(Invalid) as refusal:
        calendar(**changes)

    assert refusal.value.code == "calendar-invalid"
    assert place in refusal.value.vi
