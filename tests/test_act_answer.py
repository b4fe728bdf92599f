"""Answer (trả lời lấy ý kiến): Decree 61/2018 art. 19.5: the opinion is recorded."""

from __future__ import annotations

from dataclasses import replace

import pytest
import town
from in_hand import InHand, moment

from engine.law.rules import rules_by_id

HOLDS = replace(rules_by_id("ND118/2025"), consultation_holds=True)


def asked(*agencies: str, rules: object = None) -> InHand:
    dossier = InHand("09/11/2026 09:00", rules=rules)  # type: ignore[arg-type]
    dossier.act("accept").act("forward")
    for agency in agencies or (town.POLICE,):
        dossier.act("consult", "10/11/2026 10:00", agency=agency, question="Ý kiến?",
                    duration="02 ngày")
    return dossier


def test_the_opinion_is_recorded_and_the_task_of_the_agency_is_done() -> None:
    dossier = asked().act("answer", "11/11/2026 09:00", opinion="Thống nhất", agrees=True)
    (one,) = dossier.standing.consultations
    assert (one.answered_at, one.tacit) == (moment("11/11/2026 09:00"), False)
    assert dossier.waiting() == []
    assert "consultation-late:1" not in dossier.reminders()
    assert dossier.said() == {"opinion": "Thống nhất", "agrees": True}
    assert dossier.due == "16/11/2026 17:30"
    assert dossier.replays()


def test_the_task_in_the_inbox_answers_its_own_consultation() -> None:
    dossier = asked(town.POLICE, town.INSURANCE)
    dossier.complete("motcua.act.answer.2", "11/11/2026 09:00", opinion="Đủ năm đóng")
    assert [one.answered_at is None for one in dossier.standing.consultations] == [True, False]
    assert dossier.waiting() == [("answer", town.POLICE)]


def test_late_as_it_is_it_is_still_recorded() -> None:
    dossier = asked().remind("consultation-late:1", "12/11/2026 17:31")
    dossier.act("answer", "13/11/2026 09:00", opinion="Thống nhất")
    assert dossier.standing.awaited() == ()
    assert dossier.waiting() == [("acknowledge", town.COMMUNE)]


def test_of_several_it_says_which_one_it_answers() -> None:
    dossier = asked(town.POLICE, town.INSURANCE)
    for content in ({}, {"consultation": "3"}):
        refusal = dossier.refuses("answer", opinion="Đồng ý", **content)
        assert [f.pointer for f in refusal.faults] == ["/consultation"]  # type: ignore[union-attr]
    dossier.act("answer", opinion="Đồng ý", consultation="1")
    assert dossier.waiting() == [("answer", town.INSURANCE)]


def test_where_the_parameter_says_so_the_last_answer_lets_the_clock_go_on() -> None:
    dossier = asked(town.POLICE, town.INSURANCE, rules=HOLDS)
    dossier.act("answer", "11/11/2026 09:00", opinion="Đồng ý", consultation="1")
    assert dossier.standing.hold is not None
    dossier.act("answer", "12/11/2026 10:00", opinion="Đồng ý")
    assert dossier.standing.hold is None
    # From Tue 10 at 10:00 to Thu 12 at 10:00 16 h were lost: Mon 16, 17:30, and two days.
    assert dossier.due == "18/11/2026 17:30"
    assert "consultation_holds" in dossier.standing.derivation[-1]


def test_an_opinion_is_stated() -> None:
    refusal = asked().refuses("answer", opinion=" ")
    assert [fault.pointer for fault in refusal.faults] == ["/opinion"]  # type: ignore[union-attr]


@pytest.mark.parametrize(("registered", "named"), [
    ("09/11/2026 08:00", "tham số who_may.answer"), ("09/06/2025 08:00", "NĐ 61/2018 Đ19.5"),
])
def test_nobody_answers_what_was_not_asked(registered: str, named: str) -> None:
    refusal = InHand(registered).act("accept").refuses("answer", opinion="Có")
    assert (refusal.code, named in refusal.vi) == ("no-consultation", True)


@pytest.mark.parametrize("end", ["settle", "withdraw"])
def test_once_the_dossier_is_settled_or_has_ended_no_answer_is_waited_for(end: str) -> None:
    dossier = asked().act(end, "11/11/2026 09:00")
    assert dossier.waiting() == []
    assert dossier.refuses("answer", opinion="Muộn").code == "not-in-process"
