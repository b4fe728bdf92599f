"""docs/acts.md is what the code says of the acts, and says of papers what the acts call for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import town
from in_hand import InHand

from engine.law.acts import ACTS
from engine.law.guide import TOLD, guide

PAGE = Path(__file__).resolve().parent.parent / "docs" / "acts.md"
ASKED: dict[str, Any] = {"agency": town.POLICE, "question": "?", "duration": "1 ngày"}
#: Act -> the acts before it, and its content.
WAYS: dict[str, tuple[list[tuple[str, dict[str, Any]]], dict[str, Any]]] = {
    "accept": ([], {}), "not-accept": ([], {"reason": "Sai nơi"}),
    "forward": ([("accept", {})], {}),
    "request-supplement": ([("accept", {})], {"reason": "Thiếu"}),
    "receive-supplement": ([("request-supplement", {"reason": "Thiếu"})], {}),
    "request-payment": ([("accept", {})], {"amount": 1}),
    "record-payment": ([("accept", {}), ("request-payment", {"amount": 1})], {"receipt": "BL"}),
    "consult": ([("accept", {})], ASKED),
    "answer": ([("accept", {}), ("consult", ASKED)], {"opinion": "Có"}),
    "extend": ([("accept", {})], {"reason": "Chậm", "duration": "1 ngày"}),
    "stop": ([("accept", {})], {"reason": "Theo đơn"}), "withdraw": ([], {}),
    "refuse": ([("accept", {})], {"reason": "Không đủ"}),
    "settle": ([("accept", {}), ("forward", {})], {"result": "refused", "reason": "Không đủ"}),
    "return": ([("settle", {"on_the_spot": True})], {}),
    "correct": ([("accept", {})], {"reason": "Nhầm"}),
    "remedy": ([], {"fault": "loss", "reason": "Mất", "apology": "Xin lỗi"}),
}


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == guide()


def test_every_act_by_hand_is_told() -> None:
    assert set(TOLD) == {name for name, deed in ACTS.items() if deed.by_hand}


@pytest.mark.parametrize("act", sorted(WAYS))
def test_the_papers_told_are_the_papers_called_for(act: str) -> None:
    before, content = WAYS[act]
    dossier = InHand("09/11/2026 09:00")
    for name, said in before:
        dossier.act(name, **said)
    dossier.act(act, **content)
    assert tuple(dossier.papers()) == TOLD[act].papers


def test_take_over_calls_for_no_paper_and_close_for_the_notice() -> None:
    elsewhere = InHand("09/11/2026 09:00", competent=town.DEPARTMENT).act("accept")
    assert tuple(elsewhere.act("take-over").papers()) == TOLD["take-over"].papers
    late = InHand("09/11/2026 09:00").act("request-supplement", reason="Thiếu", days=1)
    assert tuple(late.act("close", "11/11/2026 09:00").papers()) == TOLD["close"].papers
