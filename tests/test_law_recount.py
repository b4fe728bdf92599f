"""A due date counted anew by another calendar: pauses, extension, restart, what was left."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from engine.clock import VIETNAM
from engine.law.accept import accept
from engine.law.acting import Circumstances
from engine.law.recount import recount_due, same_left, still_worked
from engine.law.rules import rules_on
from engine.law.standing import Extension, Pause, Standing
from engine.worktime import DEFAULT, Amendment, Calendar, SpecialDay, amend

WHY = "Tính lại theo quyết định 12/QĐ-UBND."


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def off(*days: str) -> Calendar:
    return amend(DEFAULT, Amendment(days=tuple(
        SpecialDay(date.fromisoformat(day), "holiday", "nghỉ đột xuất") for day in days)))


def around(calendar: Calendar, now: str = "2026-11-09T09:00") -> Circumstances:
    return Circumstances(at(now), {}, rules_on(date(2026, 11, 9)), "5 ngày làm việc", calendar)


def accepted() -> Standing:
    """Accepted on Monday 9 November 2026 at 09:00 for five working days: due Monday 16."""
    return accept(Standing(), around(DEFAULT)).standing.moved("in_process")


def test_it_is_counted_from_the_start_of_the_clock_and_says_why() -> None:
    found = recount_due(accepted(), around(off("2026-11-11")), WHY)

    assert found.due == at("2026-11-17T17:30")
    assert found.derivation[0] == WHY
    assert found.derivation[-1] == "Đến hạn: 17:30 thứ Ba 17/11/2026."
    assert replace(found, due=accepted().due, derivation=accepted().derivation) == accepted()


def test_counting_twice_gives_the_same_and_the_old_calendar_gives_the_old_date() -> None:
    once = recount_due(accepted(), around(off("2026-11-11")), WHY)

    assert recount_due(once, around(off("2026-11-11")), "khác") == once
    assert recount_due(once, around(DEFAULT), WHY).due == accepted().due


def test_pauses_move_it_in_their_order() -> None:
    # Wed 11 at 09:00: of the term to Mon 16 there are 6.5 + 3 x 8 = 30.5 hours left.
    held = Pause("request-payment", at("2026-11-11T09:00"), at("2026-11-12T09:00"))
    again = Pause("request-payment", at("2026-11-13T09:00"), at("2026-11-16T09:00"))
    standing = replace(accepted(), pauses=(again, held), due=at("2026-11-18T17:30"))

    # By the calendar of before: Mon 16 -> Tue 17 (one day held) -> Wed 18 (another one).
    assert recount_due(standing, around(DEFAULT), WHY) == standing
    # Tuesday 10 off: Tue 17, then Wed 18 and Thu 19.
    found = recount_due(standing, around(off("2026-11-10")), WHY)
    assert found.due == at("2026-11-19T17:30")
    assert found.derivation[-1] == "Đến hạn: 17:30 ngày 19/11/2026."
    assert "Trừ thời gian tạm dừng từ 09:00 ngày 11/11/2026 đến 09:00 ngày 12/11/2026." in (
        found.derivation)


def test_a_pause_of_a_day_that_is_off_after_all_takes_nothing() -> None:
    held = Pause("request-payment", at("2026-11-11T07:30"), at("2026-11-12T07:30"))
    standing = replace(accepted(), pauses=(held,), due=at("2026-11-17T17:30"))

    # Wed 11 is off: 10 = 1; 12, 13, 16, 17; and the pause fell on no working time.
    assert recount_due(standing, around(off("2026-11-11")), WHY) == standing


def test_pauses_that_the_clock_ran_through_and_those_before_a_restart_do_not_move_it() -> None:
    part = Pause("consult", at("2026-11-11T09:00"), at("2026-11-13T09:00"), runs=True)
    before = Pause("request-supplement", at("2026-11-02T09:00"), at("2026-11-09T09:00"),
                   restarts=True)
    standing = replace(accepted(), pauses=(before, part))

    assert recount_due(standing, around(off("2026-11-10")), WHY).due == at("2026-11-17T17:30")


def test_an_extension_stands_unless_its_date_has_become_a_day_off() -> None:
    granted = Extension(at("2026-11-13T10:00"), at("2026-11-16T17:30"), at("2026-11-20T17:30"))
    standing = replace(accepted(), extensions=(granted,), due=granted.due)

    assert recount_due(standing, around(off("2026-11-12")), WHY) == standing
    # Friday 20 off, so is Monday 23; Tuesday 24 is a holiday: Wednesday 25.
    found = recount_due(standing, around(off("2026-11-20", "2026-11-23")), WHY)
    assert found.due == at("2026-11-25T17:30")
    assert "Đã gia hạn đến 17:30 ngày 20/11/2026." in found.derivation


def test_an_extension_before_the_clock_began_anew_counts_no_more() -> None:
    granted = Extension(at("2026-11-05T10:00"), at("2026-11-06T17:30"), at("2026-11-20T17:30"))
    standing = replace(accepted(), extensions=(granted,))

    assert recount_due(standing, around(off("2026-11-10")), WHY).due == at("2026-11-17T17:30")


def test_a_pause_after_an_extension_moves_the_extended_date() -> None:
    granted = Extension(at("2026-11-10T10:00"), at("2026-11-16T17:30"), at("2026-11-20T17:30"))
    held = Pause("request-payment", at("2026-11-12T07:30"), at("2026-11-13T07:30"))
    standing = replace(
        accepted(), extensions=(granted,), pauses=(held,), due=at("2026-11-23T17:30"))

    assert recount_due(standing, around(DEFAULT), WHY) == standing
    # Monday 23 off, Tuesday 24 a holiday.
    assert recount_due(standing, around(off("2026-11-23")), WHY).due == at("2026-11-25T17:30")


@pytest.mark.parametrize("standing", [
    Standing(), replace(accepted(), settled_at=at("2026-11-10T09:00")),
    replace(accepted(), status="withdrawn"), replace(accepted(), due=None, limit=None),
])
def test_where_no_clock_runs_nothing_moves(standing: Standing) -> None:
    assert recount_due(standing, around(off("2026-11-11")), WHY) is standing


def test_what_has_no_start_of_its_own_keeps_the_minutes_that_were_left() -> None:
    now, moment = at("2026-11-09T16:00"), at("2026-11-10T10:00")  # 1.5 + 2.5 hours

    assert same_left(moment, now, DEFAULT, off("2026-11-10")) == at("2026-11-11T10:00")
    assert same_left(moment, now, off("2026-11-10"), DEFAULT) == at("2026-11-09T17:30")
    assert same_left(moment, now, DEFAULT, off("2026-11-12")) == moment
    assert same_left(moment, at("2026-11-10T10:01"), DEFAULT, off("2026-11-10")) == moment
    assert same_left(at("2026-11-15T10:00"), at("2026-11-14T10:00"), DEFAULT, DEFAULT) == (
        at("2026-11-15T10:00"))


def test_a_fixed_date_is_read_in_viet_nam() -> None:
    from datetime import UTC

    late = datetime(2026, 11, 10, 18, tzinfo=UTC)  # 01:00 on Wednesday 11 in Viet Nam

    assert still_worked(late, off("2026-11-10")) == late
    assert still_worked(late, off("2026-11-11")) == at("2026-11-12T17:30")
