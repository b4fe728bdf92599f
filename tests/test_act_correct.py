"""Correct (đính chính): an official takes a mistaken act back; Decree 61/2018 art. 21."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import town
from in_hand import InHand, clean

ASKED: dict[str, Any] = {"agency": town.POLICE, "question": "?", "duration": "2 ngày"}
STEPS: dict[str, dict[str, Any]] = {
    "accept": {}, "forward": {}, "request-supplement": {"reason": "Thiếu"},
    "request-payment": {"amount": 1}, "consult": ASKED,
    "extend": {"reason": "Chậm", "duration": "2 ngày"}, "settle": {},
}


@pytest.mark.parametrize("act", list(STEPS))
def test_the_last_act_is_taken_back_as_if_it_had_not_been(act: str) -> None:
    dossier = InHand("09/11/2026 09:00")
    for before in {"accept": (), "forward": ("accept",)}.get(act, ("accept", "forward")):
        dossier.act(before)
    stood, open_before = dossier.standing, dossier.before.tasks
    dossier.act(act, "09/11/2026 10:00", **STEPS[act])
    assert dossier.standing != stood
    dossier.act("correct", "10/11/2026 09:00", reason="Bấm nhầm")
    assert dossier.standing == replace(stood, undo=None)
    assert dossier.before.tasks == open_before
    assert dossier.told() == [{"act": "correct", "element": ""}]
    assert dossier.said() == {"reason": "Bấm nhầm"}
    assert dossier.refuses("correct", reason="Nữa").code == "nothing-to-correct"
    assert dossier.replays()


def test_what_the_mistake_had_stopped_goes_on_at_its_own_time() -> None:
    dossier = InHand("09/11/2026 09:00").act("accept").act("forward")
    reminders = dossier.reminders()
    dossier.act("request-supplement", reason="Thiếu").act("correct", reason="Nhầm hồ sơ")
    assert (dossier.status, dossier.due) == ("in_process", "16/11/2026 17:30")
    assert dossier.reminders() == reminders


def test_the_warnings_and_tasks_of_what_is_taken_back_go_with_it() -> None:
    dossier = InHand("09/11/2026 09:00").act("accept").act("forward").act("consult", **ASKED)
    dossier.remind("consultation-late:1", "11/11/2026 17:31")
    dossier.act("correct", reason="Hỏi nhầm cơ quan")
    assert (dossier.waiting(), dossier.standing.alerts) == ([], ())
    dossier.act("consult", **{**ASKED, "agency": town.INSURANCE})
    assert "consultation-late:1" in dossier.reminders()


def test_a_supplement_asked_for_by_mistake_is_not_waited_for_any_more() -> None:
    dossier = InHand("09/11/2026 09:00").act("request-supplement", reason="Thiếu", days=1)
    dossier.remind("supplement-late", "10/11/2026 17:31").act("correct", reason="Nhầm hồ sơ")
    assert (dossier.status, dossier.waiting()) == ("newly_registered", [])


def test_of_a_result_taken_back_the_opinions_are_waited_for_again() -> None:
    dossier = InHand("09/11/2026 09:00").act("accept").act("forward").act("consult", **ASKED)
    dossier.act("settle").act("correct", "10/11/2026 09:00", reason="Ký nhầm")
    assert dossier.waiting() == [("answer", town.POLICE)]
    assert "consultation-late:1" in dossier.reminders()
    dossier.complete("motcua.act.answer.1", opinion="Đồng ý")
    assert dossier.standing.awaited() == ()


def test_a_note_in_between_does_not_stand_in_the_way() -> None:
    dossier = InHand("09/11/2026 09:00").act("accept")
    dossier.act("remedy", fault="loss", reason="Mất bản sao", apology="Xin lỗi")
    dossier.act("correct", reason="Nhận nhầm hồ sơ")
    assert dossier.status == "newly_registered"
    assert [alert.kind for alert in dossier.standing.alerts] == ["agency-fault"]


def test_once_the_drawing_has_moved_on_nothing_is_taken_back() -> None:
    dossier = InHand("09/11/2026 09:00").act("accept").act("forward").complete("work")
    assert dossier.refuses("correct", reason="Nhầm").code == "nothing-to-correct"


@pytest.mark.parametrize("end", [
    ("withdraw", {}), ("stop", {"reason": "Theo đơn"}), ("refuse", {"reason": "Không đủ"}),
])
def test_an_end_is_not_taken_back(end: tuple[str, dict[str, str]]) -> None:
    dossier = InHand("09/11/2026 09:00").act("accept").act(end[0], **end[1])
    refusal = dossier.refuses("correct", reason="Nhầm")
    assert (refusal.code, "tham số who_may.correct" in refusal.vi) == ("nothing-to-correct", True)


def test_it_states_why_and_under_decree_61_names_article_21() -> None:
    assert InHand().act("accept").refuses("correct").code == "reason-required"
    assert "NĐ 61/2018 Đ21" in InHand("09/06/2025 09:00", clean()).refuses("correct").vi
