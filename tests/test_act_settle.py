"""Settle (giải quyết xong): Decree 61/2018 art. 19; on the spot art. 17.4."""

from __future__ import annotations

import pytest
import town
from in_hand import InHand, moment


def in_process(at: str = "09/11/2026 09:00") -> InHand:
    return InHand(at).act("accept").act("forward")


def test_the_result_exists_the_clock_ends_and_the_drawings_steps_stay() -> None:
    dossier = in_process().act("settle", "11/11/2026 09:00")
    standing = dossier.standing
    assert (dossier.status, standing.result) == ("settled", "granted")
    assert standing.settled_at == moment("11/11/2026 09:00")
    assert dossier.due == "16/11/2026 17:30"
    assert dossier.steps() == ["work"]
    assert (dossier.waiting(), dossier.papers(), dossier.reminders()) == ([], [], {})
    assert dossier.replays()


def test_with_the_result_refused_it_states_why_and_calls_for_the_paper() -> None:
    dossier = in_process()
    assert dossier.refuses("settle", result="refused").code == "reason-required"
    dossier.act("settle", result="refused", reason="Không đủ điều kiện")
    assert (dossier.standing.result, dossier.papers()) == ("refused", ["refusal"])


def test_late_with_the_result_refused_it_apologises() -> None:
    dossier = in_process()
    refusal = dossier.refuses("settle", "17/11/2026 09:00", result="refused", reason="Không đủ")
    assert refusal.code == "apology-required"


def test_late_as_it_is_a_result_is_a_result() -> None:
    assert in_process().act("settle", "20/11/2026 09:00").status == "settled"


def test_a_result_of_another_name_is_refused() -> None:
    refusal = in_process().refuses("settle", result="maybe")
    assert [fault.pointer for fault in refusal.faults] == ["/result"]  # type: ignore[union-attr]


def test_on_the_spot_reception_and_settlement_fall_together_without_a_slip() -> None:
    dossier = InHand().act("settle", "09/11/2026 09:00", on_the_spot=True)
    standing = dossier.standing
    assert (dossier.status, standing.on_the_spot, standing.result) == ("settled", True, "granted")
    assert standing.accepted_at == standing.settled_at == moment("09/11/2026 09:00")
    assert dossier.papers() == []
    assert (dossier.steps(), dossier.before.parts) == ([], ())
    assert dossier.waiting() == [("return", town.COMMUNE)]
    dossier.act("return", "09/11/2026 09:05")
    assert dossier.status == "returned"
    assert dossier.replays()


def test_on_the_spot_also_after_it_was_accepted() -> None:
    dossier = InHand().act("accept").act("settle", "09/11/2026 09:00", on_the_spot=True)
    assert dossier.status == "settled"


@pytest.mark.parametrize("accepted", [False, True])
@pytest.mark.parametrize(("at", "named"), [
    ("09/11/2026 09:00", "tham số on_the_spot"), ("09/06/2025 09:00", "NĐ 61/2018 Đ17.4"),
])
def test_what_was_not_passed_on_is_settled_on_the_spot_or_not_at_all(
    accepted: bool, at: str, named: str,
) -> None:
    dossier = InHand(at)
    if accepted:
        dossier.act("accept")
    refusal = dossier.refuses("settle")
    assert [f.pointer for f in refusal.faults] == ["/on_the_spot"]  # type: ignore[union-attr]
    assert named in refusal.vi


def test_once_it_is_in_process_it_is_no_longer_on_the_spot() -> None:
    assert in_process().refuses("settle", on_the_spot=True).code == "not-at-the-counter"


def test_another_agencys_dossier_is_not_settled_at_the_counter() -> None:
    dossier = InHand(competent=town.DEPARTMENT)
    assert dossier.refuses("settle", on_the_spot=True).code == "not-at-the-counter"
    assert dossier.refuses("settle").code == "status-move"


def test_a_held_dossier_is_not_settled() -> None:
    dossier = in_process().act("request-payment", amount=1)
    assert dossier.refuses("settle").code == "held"


def test_what_still_waited_for_an_opinion_needs_it_no_more() -> None:
    dossier = in_process().act("consult", agency=town.POLICE, question="?", duration="1 ngày")
    assert dossier.act("settle", "10/11/2026 09:00").waiting() == []
