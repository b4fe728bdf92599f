"""Decision 766/QĐ-TTg, group "progress": from when to when a dossier took, and was it on time.

The formulas are those of the document "Mô tả công thức tính chỉ số 766". Every figure was worked
out on a printed calendar before the code was written; the arithmetic stands beside it, and the
code, when it first ran, disagreed with none of them.
"""

from __future__ import annotations

from dataclasses import replace

from courses import at, course, held, step, waited

from engine.law.elapsed import by_decision_766

SUPPLEMENT = "request-supplement"
FIVE_DAYS = {"due": "16/11 17:30", "limit": "5 ngày làm việc"}


# 1. On time: NgayKetThucXuLy <= NgayHenTra.

def test_a_dossier_settled_at_the_minute_of_its_appointment_is_on_time() -> None:
    found = by_decision_766(course(status="settled", settled_at="16/11 17:30", **FIVE_DAYS))
    assert (found.verdict, found.end) == ("on_time", at("16/11 17:30"))
    # Mon 9 from 09:00: 2 h 30 + 4 h; Tue-Fri 4 x 8 h; Mon 16 8 h: 46 h 30.
    assert found.elapsed == 2790


def test_a_minute_after_its_appointment_it_is_overdue() -> None:
    found = by_decision_766(course(status="settled", settled_at="16/11 17:31", **FIVE_DAYS))
    assert found.verdict == "overdue"
    assert found.vi == (
        "Quá hạn: kết thúc 17:31 thứ Hai 16/11/2026, sau ngày hẹn trả 17:30 thứ Hai 16/11/2026."
    )
    assert found.en == "Overdue: it ended 2026-11-16 17:31, after the appointment 2026-11-16 17:30."


# 2. The end is the first that exists of status 9, status 10, status 8 or 3, status 7.

def test_settled_counts_before_returned() -> None:
    found = by_decision_766(course(
        status="returned", settled_at="16/11 10:00", returned_at="18/11 10:00", **FIVE_DAYS,
    ))
    assert (found.verdict, found.end) == ("on_time", at("16/11 10:00"))


def test_returned_counts_where_no_settlement_was_recorded() -> None:
    found = by_decision_766(course(status="returned", returned_at="17/11 08:00", **FIVE_DAYS))
    assert (found.verdict, found.end) == ("overdue", at("17/11 08:00"))


def test_a_stopped_dossier_ended_when_it_was_stopped() -> None:
    found = by_decision_766(course(status="stopped", ended_at="12/11 10:00", **FIVE_DAYS))
    assert (found.verdict, found.end) == ("on_time", at("12/11 10:00"))
    # 6 h 30; Tue and Wed 16 h; Thu 2 h 30: 25 h.
    assert found.elapsed == 1500


def test_a_dossier_not_accepted_ended_at_the_counter() -> None:
    found = by_decision_766(course(received=None, status="not_accepted", ended_at="09/11 15:00"))
    assert (found.verdict, found.start, found.end) == (
        "on_time", at("09/11 08:00"), at("09/11 15:00"),
    )
    # 08:00-11:30 and 13:30-15:00: 5 h.
    assert found.elapsed == 300


def test_a_dossier_withdrawn_after_its_receipt_has_ended() -> None:
    found = by_decision_766(course(status="withdrawn", ended_at="12/11 10:00", **FIVE_DAYS))
    assert (found.verdict, found.end) == ("on_time", at("12/11 10:00"))


def test_a_dossier_withdrawn_before_its_receipt_has_no_end_of_its_own() -> None:
    found = by_decision_766(course(
        received=None, status="withdrawn", ended_at="09/11 10:00", now="10/11 08:00",
    ))
    assert (found.verdict, found.end) == ("on_time", at("10/11 08:00"))


def test_where_the_moment_of_the_end_was_not_kept_the_last_step_closed_tells_it() -> None:
    last = replace(step("department", "09/11 09:00", "12/11 10:00"), state="cancelled")
    found = by_decision_766(course(last, status="stopped", **FIVE_DAYS))
    assert (found.verdict, found.end) == ("on_time", at("12/11 10:00"))


# 3. Not finished: the end of the period, here now.

def test_an_unfinished_dossier_is_measured_now() -> None:
    assert by_decision_766(course(now="16/11 17:30", **FIVE_DAYS)).verdict == "on_time"
    late = by_decision_766(course(now="17/11 07:30", **FIVE_DAYS))
    assert (late.verdict, late.end, late.elapsed) == ("overdue", at("17/11 07:30"), 2790)


# 4. Only one status 5: that moment. The time of the supplement is subtracted.

def test_while_the_only_supplement_is_awaited_the_dossier_ends_at_the_request() -> None:
    found = by_decision_766(course(
        status="supplement_requested", supplements=1, hold=held(SUPPLEMENT, "11/11 10:00"),
        **FIVE_DAYS,
    ))
    assert (found.verdict, found.end) == ("on_time", at("11/11 10:00"))
    # Mon 6 h 30; Tue 8 h; Wed 07:30-10:00 2 h 30: 17 h. Nothing of the waiting lies before the end.
    assert (found.elapsed, found.supplement) == (1020, 0)


def test_the_time_of_the_supplement_is_subtracted_though_the_legal_clock_began_anew() -> None:
    found = by_decision_766(course(
        status="settled", supplements=1, limit="5 ngày làm việc", due="23/11 17:30",
        clock_from="16/11 14:00", settled_at="23/11 16:00",
        pauses=(waited(SUPPLEMENT, "11/11 10:00", "16/11 14:00", restarts=True),),
    ))
    # From receipt: 6 h 30; 10-13: 32 h; 16-20: 40 h; Mon 23 until 16:00: 6 h 30: 85 h.
    # Supplement: Wed 11 5 h 30; Thu, Fri 16 h; Mon 16 4 h 30: 26 h. 85 - 26 = 59 h.
    assert (found.verdict, found.start) == ("on_time", at("09/11 09:00"))
    assert (found.elapsed, found.supplement) == (3540, 1560)


def test_after_the_supplement_came_an_unfinished_dossier_is_measured_now_again() -> None:
    found = by_decision_766(course(
        status="in_process", supplements=1, due="23/11 17:30", clock_from="16/11 14:00",
        now="17/11 09:30",
        pauses=(waited(SUPPLEMENT, "11/11 10:00", "16/11 14:00", restarts=True),),
    ))
    # 6 h 30 + 32 h + 8 h + 2 h = 48 h 30, less 26 h.
    assert (found.verdict, found.end, found.elapsed) == ("on_time", at("17/11 09:30"), 1350)


def test_a_supplement_over_a_saturday_worked_in_exchange_has_the_hours_of_that_saturday() -> None:
    found = by_decision_766(course(
        received="21/08 08:00", status="settled", supplements=1, due="31/12 17:30",
        settled_at="24/08 10:30",
        pauses=(waited(SUPPLEMENT, "21/08 16:30", "24/08 08:30"),),
    ))
    # Fri 1 h; Sat 22 August 8 h; Mon 1 h: 10 h. In all Fri 7 h 30, Sat 8 h, Mon 3 h: 18 h 30.
    assert (found.supplement, found.elapsed) == (600, 510)


# 5. A supplement requested more than once counts as overdue.

def test_a_second_request_makes_a_dossier_overdue_though_it_was_settled_early() -> None:
    found = by_decision_766(course(
        status="settled", supplements=2, due="23/11 17:30", settled_at="17/11 10:00",
        pauses=(waited(SUPPLEMENT, "10/11 08:00", "10/11 10:00"),
                waited(SUPPLEMENT, "11/11 08:00", "11/11 10:00")),
    ))
    assert found.verdict == "overdue"
    assert "hơn một lần (2)" in found.vi
    assert found.supplement == 240


def test_while_a_second_supplement_is_awaited_the_dossier_is_unfinished_and_overdue() -> None:
    found = by_decision_766(course(
        status="supplement_requested", supplements=2, due="23/11 17:30", now="16/11 08:00",
        pauses=(waited(SUPPLEMENT, "10/11 08:00", "10/11 10:00"),),
        hold=held(SUPPLEMENT, "13/11 17:00"),
    ))
    # Waiting: Tue 2 h; Fri 13 half an hour; Mon 16 half an hour.
    assert (found.verdict, found.end, found.supplement) == ("overdue", at("16/11 08:00"), 180)


# 6. Only supplements are subtracted.

def test_the_time_of_a_payment_is_not_subtracted() -> None:
    found = by_decision_766(course(
        status="settled", settled_at="16/11 17:30", **FIVE_DAYS,
        pauses=(waited("request-payment", "10/11 07:30", "11/11 07:30"),),
    ))
    assert (found.elapsed, found.supplement) == (2790, 0)


# 7. No appointment: (end - start - supplement time) <= the longest time allowed.

def test_without_an_appointment_the_time_taken_is_held_against_the_limit() -> None:
    pause = waited(SUPPLEMENT, "09/11 11:30", "10/11 11:30")
    # From Mon 07:30 to Wed 11:30: 8 + 8 + 4 = 20 h; supplement 4 + 4 = 8 h; 12 h <= 2 days = 16 h.
    kept = by_decision_766(course(
        received="09/11 07:30", status="settled", supplements=1, limit="2 ngày làm việc",
        settled_at="11/11 11:30", pauses=(pause,),
    ))
    assert (kept.verdict, kept.elapsed) == ("on_time", 720)
    # Until Thu 11:30: 28 - 8 = 20 h > 16 h.
    missed = by_decision_766(course(
        received="09/11 07:30", status="settled", supplements=1, limit="2 ngày làm việc",
        settled_at="12/11 11:30", pauses=(pause,),
    ))
    assert (missed.verdict, missed.elapsed) == ("overdue", 1200)
    assert missed.vi == "Quá hạn: mất 20 giờ làm việc, quá 16 giờ tối đa (2 ngày làm việc)."


def test_where_time_is_not_counted_there_is_nothing_to_be_late_against() -> None:
    found = by_decision_766(course(
        status="settled", limit="Không tính thời gian", settled_at="30/12 10:00",
    ))
    assert found.verdict == "on_time"


# 8. The calendar.

def test_tet_is_no_working_time() -> None:
    found = by_decision_766(course(
        step("department", "13/02 10:00", "24/02 08:00"), received="13/02 10:00",
        status="settled", due="24/02 17:30", settled_at="24/02 08:00",
    ))
    # Fri 13 February 1 h 30 + 4 h; Tết week off; Mon 23 8 h; Tue 24 half an hour: 14 h.
    assert (found.verdict, found.elapsed) == ("on_time", 840)


def test_the_24th_of_november_2026_is_no_working_time() -> None:
    found = by_decision_766(course(
        received="23/11 15:30", status="settled", due="26/11 17:30", settled_at="26/11 11:00",
    ))
    # Mon 23 2 h; Tue 24 off; Wed 25 8 h; Thu 26 3 h 30: 13 h 30.
    assert (found.verdict, found.elapsed) == ("on_time", 810)
