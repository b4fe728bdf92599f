"""Consult (lấy ý kiến): Decree 61/2018 art. 19.5: content and deadline; late is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import town
from in_hand import InHand, clean, moment

from engine.law.rules import rules_by_id

ASKED: dict[str, Any] = {
    "agency": town.POLICE, "question": "Có cư trú tại xã không?", "duration": "02 ngày làm việc"}
HOLDS = replace(rules_by_id("ND118/2025"), consultation_holds=True)


def in_process(rules: object = None, drawing: bytes | None = None) -> InHand:
    dossier = InHand("09/11/2026 09:00", drawing or clean(), rules=rules)  # type: ignore[arg-type]
    return dossier.act("accept").act("forward")


def test_the_other_agency_gets_a_task_with_its_deadline_and_the_clock_runs_on() -> None:
    dossier = in_process().act("consult", "10/11/2026 10:00", **ASKED)
    (asked,) = dossier.standing.consultations
    assert (asked.id, asked.agency, asked.answered_at) == ("1", town.POLICE, None)
    # Wed 11, Thu 12.
    assert asked.due == moment("12/11/2026 17:30")
    assert (dossier.status, dossier.standing.hold) == ("in_process", None)
    assert dossier.due == "16/11/2026 17:30"
    assert dossier.waiting() == [("answer", town.POLICE)]
    assert dossier.task("motcua.act.answer.1").due == asked.due
    assert dossier.reminders()["consultation-late:1"] == "12/11/2026 17:31"
    assert dossier.said() == ASKED
    assert dossier.replays()


def test_a_deadline_in_hours_runs_by_the_calendar_of_the_agency_that_is_asked() -> None:
    dossier = in_process().act("consult", "10/11/2026 16:30", **{**ASKED, "duration": "04 giờ"})
    # 1 h on Tue, 3 h on Wed from 07:30.
    assert dossier.standing.consultations[0].due == moment("11/11/2026 10:30")


def test_late_is_told_to_the_one_stop_unit_and_silence_is_no_agreement() -> None:
    dossier = in_process().act("consult", "10/11/2026 10:00", **ASKED)
    dossier.remind("consultation-late:1", "12/11/2026 17:31")
    (alert,) = dossier.standing.alerts
    assert (alert.kind, alert.about) == ("consultation-late", "1")
    assert dossier.waiting() == [("acknowledge", town.COMMUNE), ("answer", town.POLICE)]
    dossier.complete("motcua.act.acknowledge.consultation-late:1", "13/11/2026 08:00")
    assert dossier.waiting() == [("answer", town.POLICE)]


def test_only_where_the_procedure_says_so_silence_agrees() -> None:
    dossier = in_process(drawing=clean(tacitConsent="true")).act(
        "consult", "10/11/2026 10:00", **ASKED)
    dossier.remind("consultation-late:1", "12/11/2026 17:31")
    (asked,) = dossier.standing.consultations
    assert (asked.tacit, asked.answered_at) == (True, moment("12/11/2026 17:31"))
    assert (dossier.waiting(), dossier.standing.alerts) == ([], ())
    assert dossier.last is not None
    assert [task.state for task in dossier.last.changed] == ["cancelled"]
    assert dossier.refuses("correct", reason="Nhầm").code == "nothing-to-correct"
    assert dossier.replays()


def test_two_agencies_are_asked_at_once() -> None:
    dossier = in_process().act("consult", "10/11/2026 10:00", **ASKED)
    dossier.act("consult", **{**ASKED, "agency": town.INSURANCE})
    assert [one.id for one in dossier.standing.consultations] == ["1", "2"]
    assert dossier.waiting() == [("answer", town.POLICE), ("answer", town.INSURANCE)]


def test_where_the_parameter_says_so_the_dossier_is_held_until_all_have_answered() -> None:
    dossier = in_process(HOLDS).act("consult", "10/11/2026 10:00", **ASKED)
    hold = dossier.standing.hold
    assert hold is not None
    assert (hold.act, hold.until_act) == ("consult", "answer")
    assert list(dossier.reminders()) == ["consultation-late:1"]
    dossier.act("consult", **{**ASKED, "agency": town.INSURANCE})
    assert dossier.standing.hold == hold
    assert dossier.refuses("request-supplement", reason="Thiếu").code == "held"


def test_the_term_that_the_notice_states_runs_on_while_a_supplement_is_awaited() -> None:
    """Art. 19.5: the agency asked answers in time; what art. 19.4 counts anew is the settlement."""
    dossier = in_process().act("consult", "10/11/2026 10:00", **ASKED)
    dossier.act("request-supplement", "10/11/2026 14:00", reason="Thiếu")
    assert dossier.reminders()["consultation-late:1"] == "12/11/2026 17:31"
    dossier.act("receive-supplement", "12/11/2026 10:00")
    # Fri 13, Mon 16, Tue 17, Wed 18, Thu 19.
    assert dossier.due == "19/11/2026 17:30"
    asked = dossier.task("motcua.act.answer.1")
    assert asked.due == dossier.standing.consultations[0].due == moment("12/11/2026 17:30")
    dossier.complete("motcua.act.answer.1", "12/11/2026 16:00", opinion="Có cư trú", agrees=True)
    assert (dossier.waiting(), dossier.standing.alerts) == ([], ())
    assert dossier.replays()


def test_during_another_hold_nobody_is_asked() -> None:
    for rules in (None, HOLDS):
        dossier = in_process(rules).act("request-supplement", "10/11/2026 10:00", reason="Thiếu")
        assert dossier.refuses("consult", **ASKED).code == "held"


@pytest.mark.parametrize(("wrong", "pointer"), [
    ({"agency": "000.99.99.X99"}, "/agency"), ({"agency": None}, "/agency"),
    ({"agency": town.COMMUNE}, "/agency"), ({"question": " "}, "/question"),
    ({"duration": ""}, "/duration"), ({"duration": "sớm"}, "/duration"),
    ({"duration": "Không tính thời gian"}, "/duration"),
])
def test_it_states_another_agency_a_question_and_a_deadline(
    wrong: dict[str, Any], pointer: str,
) -> None:
    refusal = in_process().refuses("consult", **{**ASKED, **wrong})
    assert [fault.pointer for fault in refusal.faults] == [pointer]  # type: ignore[union-attr]


@pytest.mark.parametrize(("registered", "named"), [
    ("09/11/2026 08:00", "tham số who_may.consult"), ("09/06/2025 08:00", "NĐ 61/2018 Đ19.5"),
])
def test_only_while_the_dossier_is_being_settled(registered: str, named: str) -> None:
    refusal = InHand(registered).refuses("consult", **ASKED)
    assert (refusal.code, named in refusal.vi) == ("not-in-process", True)
    settled = InHand(registered).act("accept").act("forward").act("settle")
    assert settled.refuses("consult", **ASKED).code == "not-in-process"
