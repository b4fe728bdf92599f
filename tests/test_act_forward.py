"""Forward (chuyển hồ sơ): Decree 61/2018 art. 18, Decree 118/2025 art. 18.2."""

from __future__ import annotations

import pytest
import town
from in_hand import InHand, moment

from engine.worktime import DEFAULT, Calendar


def accepted(at: str = "09/11/2026 09:00") -> InHand:
    return InHand(at).act("accept", at)


def test_forwarding_puts_it_in_process_with_the_control_slip() -> None:
    dossier = accepted().act("forward", "09/11/2026 10:00", note="Kèm 2 bản")
    assert dossier.status == "in_process"
    assert dossier.standing.forwarded_at == moment("09/11/2026 10:00")
    assert dossier.due == "16/11/2026 17:30"
    assert dossier.papers() == ["control-slip"]
    assert "forward-late" not in dossier.reminders()
    assert dossier.said() == {"note": "Kèm 2 bản"}
    assert dossier.replays()


@pytest.mark.parametrize(("at", "late"), [
    # The same working day: until its close, late from the minute after.
    ("09/11/2026 09:00", "09/11/2026 17:31"), ("09/11/2026 15:00", "09/11/2026 17:31"),
    # After 15:00, or on a day not worked: when the next working day opens.
    ("09/11/2026 16:00", "10/11/2026 07:31"), ("14/11/2026 09:00", "16/11/2026 07:31"),
    # Mon 23 November after 15:00; Tue 24 is off.
    ("23/11/2026 15:30", "25/11/2026 07:31"),
])
def test_it_is_due_the_same_day_or_when_the_next_one_opens(at: str, late: str) -> None:
    assert accepted(at).reminders()["forward-late"] == late


def test_being_late_only_warns_and_it_is_still_passed_on() -> None:
    dossier = accepted().remind("forward-late", "09/11/2026 17:31")
    (alert,) = dossier.standing.alerts
    assert (alert.kind, alert.at) == ("forward-late", moment("09/11/2026 17:31"))
    assert dossier.waiting() == []
    assert dossier.act("forward", "10/11/2026 08:00").status == "in_process"


@pytest.mark.parametrize(("registered", "article"), [
    ("09/11/2026 08:00", "NĐ 118/2025 Đ18"), ("09/06/2025 08:00", "NĐ 61/2018 Đ18"),
])
def test_only_what_was_accepted_is_passed_on_and_only_once(registered: str, article: str) -> None:
    dossier = InHand(registered)
    refusal = dossier.refuses("forward")
    assert (refusal.code, article in refusal.vi) == ("not-accepted-yet", True)
    dossier.act("accept").act("forward")
    again = dossier.refuses("forward")
    assert (again.code, article in again.vi) == ("status-move", True)


def test_a_held_dossier_is_not_passed_on() -> None:
    dossier = accepted().act("request-supplement", "09/11/2026 10:00", reason="Thiếu")
    assert dossier.refuses("forward").code == "held"


def test_after_a_supplement_it_goes_on_from_where_it_was_and_is_due_anew() -> None:
    dossier = accepted().act("request-supplement", "09/11/2026 10:00", reason="Thiếu")
    dossier.act("receive-supplement", "12/11/2026 16:00")
    assert dossier.status == "received"
    assert dossier.reminders()["forward-late"] == "13/11/2026 07:31"
    assert dossier.act("forward", "13/11/2026 07:31").status == "in_process"


def test_the_hours_of_the_unit_that_must_pass_it_on_decide() -> None:
    # The receiving unit closes at 16:30, the competent agency at 17:30.
    week = {day: ["07:30-11:30", "12:30-16:30"] for day in ("mon", "tue", "wed", "thu", "fri")}
    early = Calendar.from_json({**DEFAULT.to_json(), "name": "early", "hours": [
        {**DEFAULT.to_json()["hours"][0], "week": week}]})
    calendars = {town.COMMUNE: early, town.DEPARTMENT: DEFAULT}
    dossier = InHand("09/11/2026 09:00", competent=town.DEPARTMENT, calendars=calendars)
    assert dossier.act("accept").reminders() == {"forward-late": "09/11/2026 16:31"}
    dossier.act("forward", "09/11/2026 16:00")
    # After 15:00: when the competent agency opens on Tue 10.
    assert dossier.reminders() == {"take-over-late": "10/11/2026 07:31"}
    assert dossier.replays()
