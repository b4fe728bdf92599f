"""Receive the supplement (nhận bổ sung): Decree 61/2018 art. 19.4: the clock begins anew."""

from __future__ import annotations

from dataclasses import replace

import pytest
import town
from in_hand import InHand, moment
from sketch import draw

from engine.law.rules import rules_by_id

GOES_ON = replace(rules_by_id("ND118/2025"), supplement_restarts=False)


def asked(rules: object = None, at: str = "11/11/2026 10:00") -> InHand:
    dossier = InHand("09/11/2026 09:00", rules=rules)  # type: ignore[arg-type]
    dossier.act("accept").act("forward")
    return dossier.act("request-supplement", at, reason="Thiếu")


def test_the_deadline_is_counted_from_the_start_after_the_complete_dossier_is_received() -> None:
    dossier = asked().act("receive-supplement", "16/11/2026 14:00", note="Đủ")
    assert (dossier.status, dossier.standing.hold) == ("in_process", None)
    # Mon 16 is not counted: Tue 17, Wed 18, Thu 19, Fri 20, Mon 23.
    assert dossier.due == "23/11/2026 17:30"
    (pause,) = dossier.standing.pauses
    assert (pause.since, pause.until) == (moment("11/11/2026 10:00"), moment("16/11/2026 14:00"))
    assert (pause.restarts, pause.runs) == (True, False)
    assert dossier.waiting() == []
    assert sorted(dossier.reminders()) == ["near-due", "overdue"]
    assert dossier.replays()


def test_what_comes_after_15_00_counts_as_of_the_next_working_day() -> None:
    # Mon 23 November after 15:00: as Wed 25 (Tue 24 is off); Thu 26, Fri 27, Mon 30, Tue 1, Wed 2.
    dossier = asked().act("receive-supplement", "23/11/2026 15:30")
    assert dossier.due == "02/12/2026 17:30"


def test_over_tet_the_clock_that_begins_anew_leaves_the_days_off_out() -> None:
    dossier = InHand("10/02/2026 09:00").act("accept").act("forward")
    dossier.act("request-supplement", "11/02/2026 09:00", reason="Thiếu")
    # Fri 13, then 14-22 off: Mon 23, Tue 24, Wed 25, Thu 26 February (Thu 12 is not counted).
    assert dossier.act("receive-supplement", "12/02/2026 11:00").due == "26/02/2026 17:30"


def test_where_the_parameter_says_so_the_clock_goes_on_instead() -> None:
    dossier = asked(GOES_ON)
    assert dossier.due == "16/11/2026 17:30"
    dossier.act("receive-supplement", "16/11/2026 14:00")
    # From Wed 11 at 10:00 to Mon 16 at 17:30: 5 h 30 + 3 x 8 h = 29 h 30 were left.
    # From Mon 16 at 14:00: 3 h 30, then 8 h on Tue, Wed, Thu (27 h 30), 2 h on Fri 20.
    assert dossier.due == "20/11/2026 09:30"
    assert "supplement_restarts" in dossier.standing.derivation[-1]


def test_late_already_when_it_was_asked_for_stays_late() -> None:
    rules = replace(GOES_ON, supplement_notice_days=None)
    dossier = asked(rules, "17/11/2026 09:00").act("receive-supplement", "20/11/2026 09:00")
    assert dossier.due == "16/11/2026 17:30"


def test_a_steps_own_budget_moves_by_the_hold() -> None:
    drawing = draw(
        "start:s user:work end:e", "s>work work>e", 'motcua:procedureCode="9.000003"',
        work='motcua:duration="16 giờ"',
    )
    dossier = InHand("09/11/2026 09:00", drawing).act("accept").act("forward")
    # Mon 09:00: 6 h 30 that day, 8 h on Tue, 1 h 30 on Wed.
    assert dossier.task("work").due == moment("11/11/2026 09:00")
    dossier.act("request-supplement", "10/11/2026 10:00", reason="Thiếu")
    dossier.act("receive-supplement", "12/11/2026 10:00")
    # On Tue at 10:00 7 h were left; from Thu 10:00 5 h 30 that day, 1 h 30 on Fri 13.
    assert dossier.task("work").due == moment("13/11/2026 09:00")


def test_at_reception_it_leads_back_to_received_and_starts_no_clock() -> None:
    dossier = InHand().act("request-supplement", "09/11/2026 09:00", reason="Thiếu")
    dossier.act("receive-supplement", "11/11/2026 10:00")
    standing = dossier.standing
    assert (dossier.status, dossier.due, standing.accepted_at) == ("received", None, None)
    assert dossier.act("accept", "16/11/2026 14:00").standing.clock_from == dossier.now


def test_the_task_in_the_inbox_receives_it_too() -> None:
    dossier = asked().complete("motcua.act.receive-supplement", "16/11/2026 14:00", note="Đủ")
    assert (dossier.due, dossier.waiting()) == ("23/11/2026 17:30", [])


def test_late_as_it_comes_it_is_received_and_nobody_need_close_it_any_more() -> None:
    dossier = asked().remind("supplement-late", "03/12/2026 17:31")
    assert dossier.waiting() == [("close", town.COMMUNE), ("receive-supplement", town.COMMUNE)]
    dossier.act("receive-supplement", "04/12/2026 08:00")
    assert dossier.waiting() == []
    # Mon 7, Tue 8, Wed 9, Thu 10, Fri 11 December.
    assert dossier.due == "11/12/2026 17:30"


@pytest.mark.parametrize(("registered", "named"), [
    ("09/11/2026 08:00", "tham số who_may.receive-supplement"),
    ("09/06/2025 08:00", "NĐ 61/2018 Đ19.4"),
])
def test_a_supplement_that_nobody_asked_for_is_refused(registered: str, named: str) -> None:
    refusal = InHand(registered).act("accept").refuses("receive-supplement")
    assert (refusal.code, named in refusal.vi) == ("no-supplement-awaited", True)


def test_when_the_competent_agency_has_not_received_it_yet_no_clock_starts() -> None:
    dossier = InHand(competent=town.DEPARTMENT).act("accept").act("forward")
    dossier.act("request-supplement", reason="Thiếu").act("receive-supplement")
    assert (dossier.status, dossier.due) == ("in_process", None)
