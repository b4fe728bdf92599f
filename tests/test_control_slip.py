"""The control slip (phiếu kiểm soát, Circular 01/2018): who held the dossier, how long, how late.

Every figure was worked out on a printed calendar before the code was written; the code, when it
first ran, disagreed with none of them.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from courses import (
    COMMUNE,
    DEPARTMENT,
    INSURANCE,
    POLICE,
    RULES,
    SATURDAY,
    act_task,
    at,
    course,
    held,
    step,
    waited,
)

from engine.law.elapsed import Shares, legal_clock, step_clock, whose_minutes

SUPPLEMENT, PAYMENT = "request-supplement", "request-payment"


def minutes(shares: Shares) -> dict[str, int]:
    return {share.agency: share.minutes for share in shares.agencies}


def late(shares: Shares) -> dict[str, int]:
    return {share.agency: share.late for share in shares.agencies if share.late}


# The time of each agency, one after the other.

def test_agencies_one_after_the_other_share_the_time_between_them() -> None:
    shares = whose_minutes(course(
        step(COMMUNE, "09/11 09:00", "10/11 10:00"),
        step(DEPARTMENT, "10/11 10:00", "12/11 17:30"), settled_at="12/11 17:30",
    ))
    # Commune: Mon 6 h 30, Tue 2 h 30. Department: Tue 5 h 30, Wed and Thu 16 h.
    assert minutes(shares) == {COMMUNE: 540, DEPARTMENT: 1290}
    assert (shares.worked, shares.waiting, shares.idle, shares.total) == (1830, 0, 0, 1830)


def test_time_that_nobody_holds_is_idle_and_nobodys() -> None:
    shares = whose_minutes(course(
        step(COMMUNE, "09/11 09:00", "09/11 10:00"),
        step(DEPARTMENT, "10/11 08:00", "10/11 11:30"), settled_at="10/11 11:30",
    ))
    # Idle: Mon 10:00-11:30 and the afternoon, 5 h 30; Tue 07:30-08:00.
    assert minutes(shares) == {COMMUNE: 60, DEPARTMENT: 210}
    assert (shares.worked, shares.idle, shares.total) == (270, 360, 630)


def test_a_gap_over_tet_is_idle_only_while_offices_are_open() -> None:
    shares = whose_minutes(course(
        step(COMMUNE, "13/02 10:00", "13/02 11:30"),
        step(DEPARTMENT, "23/02 09:00", "23/02 11:30"), received="13/02 10:00",
        settled_at="23/02 11:30",
    ))
    # Fri afternoon 4 h; Mon 23 February 07:30-09:00.
    assert (shares.worked, shares.idle) == (90 + 150, 330)


# Side by side: shown for each, counted once for the dossier.

def test_parallel_minutes_are_shown_for_each_and_counted_once_for_the_dossier() -> None:
    shares = whose_minutes(course(
        step(POLICE, "09/11 09:00", "11/11 09:00", part="P2"),
        step(INSURANCE, "09/11 14:00", "10/11 16:00", part="P3"), settled_at="11/11 09:00",
    ))
    # Police: Mon 6 h 30, Tue 8 h, Wed 1 h 30. Insurance: Mon 3 h 30, Tue 6 h 30.
    assert minutes(shares) == {INSURANCE: 600, POLICE: 960}
    assert (shares.worked, shares.idle, shares.total) == (960, 0, 960)


def test_two_steps_of_one_agency_at_once_are_one_time_of_that_agency() -> None:
    shares = whose_minutes(course(
        step(DEPARTMENT, "09/11 09:00", "09/11 11:30"),
        step(DEPARTMENT, "09/11 10:00", "09/11 14:30"), settled_at="09/11 14:30",
    ))
    # 09:00-11:30 and 13:30-14:30.
    assert minutes(shares) == {DEPARTMENT: 210}
    assert shares.agencies[0].steps == 2


# Waiting for the citizen is nobody's time.

def test_waiting_for_a_supplement_stands_apart() -> None:
    shares = whose_minutes(course(
        step(DEPARTMENT, "09/11 09:00", "17/11 10:00"),
        act_task(COMMUNE, "receive-supplement", "11/11 10:00", "16/11 14:00"),
        settled_at="17/11 10:00", supplements=1,
        pauses=(waited(SUPPLEMENT, "11/11 10:00", "16/11 14:00"),),
    ))
    # In all 6 h 30 + 32 h + 8 h + 2 h 30 = 49 h; waiting 5 h 30 + 16 h + 4 h 30 = 26 h.
    assert minutes(shares) == {COMMUNE: 0, DEPARTMENT: 1380}
    assert (shares.worked, shares.waiting, shares.idle, shares.total) == (1380, 1560, 0, 2940)


def test_a_hold_that_stands_is_waiting_until_now() -> None:
    shares = whose_minutes(course(
        step(DEPARTMENT, "09/11 09:00"), hold=held(PAYMENT, "10/11 10:00"), now="11/11 09:30",
    ))
    # Department Mon 6 h 30 and Tue 2 h 30; waiting Tue 5 h 30 and Wed 2 h.
    assert (minutes(shares), shares.waiting) == ({DEPARTMENT: 540}, 450)


def test_while_one_part_waits_for_a_payment_another_agency_works_on() -> None:
    shares = whose_minutes(course(
        step(POLICE, "09/11 09:00", "10/11 09:30", part="P2"),
        step(INSURANCE, "09/11 09:00", "10/11 11:30", part="P3"),
        act_task(COMMUNE, "record-payment", "09/11 13:30", "10/11 10:30"),
        settled_at="10/11 11:30",
        pauses=(waited(PAYMENT, "09/11 13:30", "10/11 10:30", part="P3"),),
    ))
    # Police 6 h 30 + 2 h. Insurance 2 h 30, then 10:30-11:30. Only 09:30-10:30 waits for the
    # citizen alone: before that the police worked.
    assert minutes(shares) == {COMMUNE: 0, INSURANCE: 210, POLICE: 510}
    assert (shares.worked, shares.waiting, shares.idle, shares.total) == (570, 60, 0, 630)


def test_waiting_for_another_agencys_opinion_is_that_agencys_time() -> None:
    shares = whose_minutes(course(
        step(DEPARTMENT, "09/11 13:30", "11/11 10:00"),
        act_task(POLICE, "answer", "10/11 08:00", "11/11 08:00"),
        received="09/11 13:30", settled_at="11/11 10:00",
        pauses=(waited("consult", "10/11 08:00", "11/11 08:00"),),
    ))
    # Police: Tue 7 h 30, Wed 0 h 30. Department: Mon 4 h, Tue 0 h 30, Wed 2 h.
    assert minutes(shares) == {DEPARTMENT: 390, POLICE: 480}
    assert (shares.worked, shares.waiting, shares.idle) == (870, 0, 0)


# Calendars that differ.

def test_a_saturday_counts_for_the_agency_that_works_on_it_and_for_the_dossier() -> None:
    shares = whose_minutes(course(
        step(COMMUNE, "13/11 16:30", "16/11 08:30", part="P1"),
        step(DEPARTMENT, "13/11 16:00", "16/11 08:00", part="P2"),
        received="13/11 16:00", settled_at="16/11 08:30", calendars={COMMUNE: SATURDAY},
    ))
    # Commune Fri 1 h, Sat 4 h, Mon 1 h. Department Fri 1 h 30, Mon 0 h 30.
    # Together Fri 16:00-17:30, Sat 07:30-11:30, Mon 07:30-08:30: 6 h 30.
    assert minutes(shares) == {COMMUNE: 360, DEPARTMENT: 120}
    assert (shares.worked, shares.idle, shares.total) == (390, 0, 390)


def test_a_saturday_without_a_holder_is_not_idle_where_the_competent_agency_is_closed() -> None:
    shares = whose_minutes(course(
        step(COMMUNE, "13/11 16:30", "13/11 17:30"),
        step(DEPARTMENT, "16/11 08:30", "16/11 09:30"),
        received="13/11 16:30", settled_at="16/11 09:30", calendars={COMMUNE: SATURDAY},
    ))
    # The competent department's calendar measures idleness: Mon 07:30-08:30 alone.
    assert (shares.worked, shares.idle, shares.total) == (120, 60, 180)


def test_an_agency_without_a_calendar_is_counted_by_the_competent_agencys() -> None:
    shares = whose_minutes(course(
        step("elsewhere", "13/11 16:30", "16/11 08:30"), received="13/11 16:30",
        settled_at="16/11 08:30", calendars={DEPARTMENT: SATURDAY},
    ))
    # Fri 1 h, Sat 4 h, Mon 1 h.
    assert minutes(shares) == {"elsewhere": 360}


# Result of each row: trước hạn, đúng hạn, quá hạn.

@pytest.mark.parametrize(("closed", "verdict", "by"), [
    ("09/11 17:30", "early", 0),
    ("10/11 08:00", "on_time", 0),
    ("10/11 17:30", "on_time", 0),
    ("11/11 07:30", "late", 0),
    ("11/11 09:00", "late", 90),
])
def test_a_step_is_early_on_time_or_late_by_its_own_budget(
    closed: str, verdict: str, by: int,
) -> None:
    row = step(DEPARTMENT, "09/11 09:00", closed, due="10/11 17:30")
    found = step_clock(course(row), row)
    # Given Mon 09:00 with one day: Mon 6 h 30 and Tue 8 h.
    assert (found.standing, found.late, found.budget) == (verdict, by, 870)


def test_a_row_tells_the_minutes_used() -> None:
    row = step(DEPARTMENT, "09/11 09:00", "11/11 09:00", due="10/11 17:30")
    # Mon 6 h 30, Tue 8 h, Wed 1 h 30.
    assert step_clock(course(row), row).used == 960


def test_a_hold_is_neither_used_nor_budget_nor_lateness() -> None:
    # One day from Mon 09:00 was due Tue 17:30; held Mon 14:00 - Wed 14:00, it moved: left were
    # Mon 3 h 30 + Tue 8 h = 11 h 30, from Wed 14:00: 3 h 30 + Thu 8 h: due Thu 17:30.
    row = step(DEPARTMENT, "09/11 09:00", "13/11 08:30", due="12/11 17:30")
    found = step_clock(
        course(row, pauses=(waited(SUPPLEMENT, "09/11 14:00", "11/11 14:00"),)), row,
    )
    # Used: Mon 2 h 30 + 0 h 30, Wed 3 h 30, Thu 8 h, Fri 1 h.
    assert (found.used, found.budget, found.standing, found.late) == (930, 870, "late", 60)


def test_a_step_late_before_the_hold_stays_late_and_the_hold_adds_nothing() -> None:
    row = step(DEPARTMENT, "09/11 09:00", "16/11 16:00", due="10/11 17:30")
    found = step_clock(
        course(row, pauses=(waited(SUPPLEMENT, "11/11 10:00", "16/11 14:00"),)), row,
    )
    # Wed 07:30-10:00 and Mon 14:00-16:00.
    assert (found.budget, found.late) == (870, 270)


def test_a_step_opened_after_its_shared_budget_ran_out_has_no_budget_left() -> None:
    row = step(DEPARTMENT, "11/11 08:00", "11/11 09:00", due="10/11 17:30")
    found = step_clock(course(row), row)
    # Its own lateness is its own hour; the half hour before it belongs to the step before.
    assert (found.budget, found.used, found.late) == (0, 60, 60)


def test_an_open_step_is_near_due_when_no_more_than_the_parameter_is_left() -> None:
    row = step(DEPARTMENT, "09/11 09:00", due="16/11 17:30")
    # One working day before: Mon 16 has 8 h, at the close of Fri 13 exactly 480 minutes are left.
    assert step_clock(course(row, now="13/11 17:29"), row).standing == "on_time"
    assert step_clock(course(row, now="13/11 17:30"), row).standing == "near_due"
    assert step_clock(course(row, now="16/11 17:30"), row).standing == "near_due"
    assert step_clock(course(row, now="16/11 17:31"), row).standing == "late"


def test_a_short_step_is_near_due_in_the_last_quarter_of_its_budget() -> None:
    row = step(DEPARTMENT, "09/11 09:00", due="10/11 17:30")
    # 870 minutes, a quarter of them 217: from Tue 13:53 on.
    assert step_clock(course(row, now="10/11 13:52"), row).standing == "on_time"
    assert step_clock(course(row, now="10/11 13:53"), row).standing == "near_due"


def test_an_open_step_of_a_held_dossier_is_judged_as_the_hold_found_it() -> None:
    row = step(DEPARTMENT, "09/11 09:00", due="10/11 17:30")
    found = step_clock(course(row, hold=held(SUPPLEMENT, "10/11 14:00")), row)
    # Tue 14:00-17:30 was left; used were Mon 6 h 30, Tue 4 h 30.
    assert (found.standing, found.left, found.late, found.used) == ("near_due", 210, 0, 660)


def test_a_step_without_a_budget_is_not_counted() -> None:
    row = step(DEPARTMENT, "09/11 09:00", "11/11 09:00")
    found = step_clock(course(row), row)
    assert (found.standing, found.budget, found.used) == ("uncounted", None, 960)


def test_an_applicant_who_comes_late_makes_no_agency_late() -> None:
    row = replace(
        act_task(COMMUNE, "receive-supplement", "09/11 10:00", "12/11 10:00"),
        due=at("11/11 17:30"),
    )
    found = course(row, pauses=(waited(SUPPLEMENT, "09/11 10:00", "12/11 10:00"),))
    assert (step_clock(found, row).standing, step_clock(found, row).budget) == ("uncounted", None)


def test_a_cancelled_step_has_used_its_time_and_has_no_verdict() -> None:
    row = replace(
        step(DEPARTMENT, "09/11 09:00", "09/11 10:00", due="10/11 17:30"), state="cancelled",
    )
    found = step_clock(course(row), row)
    assert (found.standing, found.used, found.late) == ("cancelled", 60, 0)


# Whose lateness.

def test_the_agency_past_its_own_budget_bears_the_lateness() -> None:
    shares = whose_minutes(course(
        step(COMMUNE, "09/11 09:00", "10/11 10:00", due="10/11 17:30"),
        step(DEPARTMENT, "10/11 10:00", "12/11 09:00", due="11/11 17:30"),
        due="11/11 17:30", settled_at="12/11 09:00",
    ))
    assert (late(shares), shares.late) == ({DEPARTMENT: 90}, 90)


def test_parallel_lateness_is_shown_for_each_and_never_counted_twice() -> None:
    shares = whose_minutes(course(
        step(POLICE, "09/11 09:00", "12/11 11:30", due="10/11 17:30", part="P2"),
        step(INSURANCE, "09/11 09:00", "12/11 17:30", due="11/11 11:30", part="P3"),
        settled_at="12/11 17:30",
    ))
    # Police Wed 8 h + Thu 4 h; insurance Wed 4 h + Thu 8 h; together Wed 8 h + Thu 8 h.
    assert late(shares) == {INSURANCE: 720, POLICE: 720}
    assert shares.late == 960


# The dossier itself.

@pytest.mark.parametrize(("settled", "standing", "by"), [
    ("13/11 17:30", "early", 0), ("16/11 08:00", "on_time", 0), ("16/11 17:30", "on_time", 0),
    ("17/11 09:00", "late", 90),
])
def test_a_settled_dossier_is_early_on_time_or_late(settled: str, standing: str, by: int) -> None:
    found = legal_clock(course(due="16/11 17:30", settled_at=settled))
    assert (found.standing, found.late) == (standing, by)


def test_lateness_over_the_24th_of_november_leaves_the_holiday_out() -> None:
    found = legal_clock(course(due="23/11 17:30", settled_at="25/11 09:00"))
    assert (found.standing, found.late) == ("late", 90)


def test_a_running_dossier_is_near_due_by_the_parameter_of_its_rule_set() -> None:
    # Mon 16 from 09:30: 2 h + 4 h left.
    running = course(due="16/11 17:30", now="16/11 09:30")
    for minutes_before, standing in ((360, "near_due"), (359, "on_time")):
        rules = replace(RULES, near_due_minutes=minutes_before)
        assert legal_clock(replace(running, rules=rules)).standing == standing
    assert legal_clock(running).left == 360


def test_while_a_supplement_is_awaited_the_legal_clock_stands_where_the_hold_found_it() -> None:
    found = legal_clock(course(due="16/11 17:30", hold=held(SUPPLEMENT, "11/11 10:00")))
    # Wed 5 h 30, Thu and Fri 16 h, Mon 8 h: 29 h 30 left.
    assert (found.standing, found.left, found.stands) == ("on_time", 1770, True)


def test_while_a_payment_is_awaited_the_legal_clock_stands_or_runs_by_the_rule_set() -> None:
    awaited = course(due="16/11 17:30", hold=held(PAYMENT, "11/11 10:00"), now="17/11 08:00")
    found = legal_clock(awaited)
    assert (found.standing, found.left, found.stands) == ("on_time", 1770, True)
    running = legal_clock(replace(awaited, rules=replace(RULES, payment_pauses=False)))
    assert (running.standing, running.late, running.stands) == ("late", 30, False)


def test_a_pause_in_which_the_clock_ran_lets_lateness_grow_and_another_does_not() -> None:
    # Due Tue 10 17:30; awaited Wed 07:30-11:30; settled Wed 14:30: 4 h + 1 h, or 1 h.
    for runs, by in ((True, 300), (False, 60)):
        pause = waited(PAYMENT, "11/11 07:30", "11/11 11:30", runs=runs)
        found = course(due="10/11 17:30", settled_at="11/11 14:30", pauses=(pause,))
        assert legal_clock(found).late == by


def test_where_the_competent_agency_took_the_dossier_over_its_receipt_is_the_start() -> None:
    taken = course(
        step(COMMUNE, "09/11 09:00", "10/11 08:00"),
        act_task(DEPARTMENT, "take-over", "09/11 10:00", "10/11 08:00"),
        step(DEPARTMENT, "10/11 08:00", "10/11 09:00"),
        clock_from="10/11 08:00", settled_at="10/11 09:00",
    )
    shares = whose_minutes(taken)
    assert (shares.start, minutes(shares)) == (at("10/11 08:00"), {COMMUNE: 0, DEPARTMENT: 60})


def test_a_warning_to_be_read_is_nobodys_work() -> None:
    warning = act_task(COMMUNE, "acknowledge", "09/11 09:00", "09/11 11:00")
    found = course(warning, settled_at="09/11 11:00")
    assert (minutes(whose_minutes(found)), whose_minutes(found).idle) == ({COMMUNE: 0}, 120)
    assert step_clock(found, warning).used == 0


def test_a_dossier_without_appointment_is_not_counted() -> None:
    assert legal_clock(course()).standing == "uncounted"


def test_the_time_before_the_receipt_and_after_the_settlement_is_not_the_dossiers() -> None:
    shares = whose_minutes(course(
        step(COMMUNE, "09/11 08:00", "09/11 09:00"),
        step(DEPARTMENT, "09/11 09:00", "09/11 10:00"),
        step(COMMUNE, "09/11 10:00", "09/11 11:00"),
        settled_at="09/11 10:00", returned_at="09/11 11:00",
    ))
    assert minutes(shares) == {COMMUNE: 0, DEPARTMENT: 60}
    assert (shares.total, at("09/11 09:00")) == (60, shares.start)
