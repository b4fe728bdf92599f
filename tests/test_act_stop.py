"""Stop (dừng giải quyết): Decree 118/2025 art. 21, Circular 03/2025 art. 7.

On the applicant's request, only while no decision exists.
"""

from __future__ import annotations

import pytest
import town
from in_hand import InHand, moment

WHY = "Công dân đề nghị dừng"


def in_process(at: str = "09/11/2026 09:00") -> InHand:
    return InHand(at).act("accept").act("forward")


def test_it_ends_everything_with_the_notice() -> None:
    dossier = in_process().act("stop", "10/11/2026 09:00", reason=WHY)
    assert dossier.status == "stopped"
    assert dossier.standing.ended_at == moment("10/11/2026 09:00")
    assert (dossier.steps(), dossier.waiting(), dossier.before.parts) == ([], [], ())
    assert dossier.papers() == ["stop-notice"]
    assert dossier.reminders() == {}
    assert dossier.replays()


def test_also_while_a_supplement_a_payment_or_an_opinion_is_awaited() -> None:
    supplement = in_process().act("request-supplement", reason="Thiếu")
    payment = in_process().act("request-payment", amount=1)
    opinion = in_process().act(
        "consult", agency=town.POLICE, question="?", duration="1 ngày")
    for dossier in (supplement, payment, opinion):
        dossier.act("stop", "10/11/2026 09:00", reason=WHY)
        assert (dossier.status, dossier.standing.hold, dossier.waiting()) == ("stopped", None, [])


@pytest.mark.parametrize(("at", "named"), [
    ("09/11/2026 09:00", "NĐ 118/2025 Đ21, TT 03/2025 Đ7"), ("02/07/2025 09:00", "NĐ 118/2025 Đ21"),
    ("09/06/2025 09:00", "tham số who_may.stop"),
])
def test_not_once_there_is_a_decision(at: str, named: str) -> None:
    refusal = in_process(at).act("settle").refuses("stop", reason=WHY)
    assert (refusal.code, named in refusal.vi) == ("already-decided", True)


def test_it_states_the_reason_and_what_was_not_accepted_is_withdrawn_instead() -> None:
    assert in_process().refuses("stop").code == "reason-required"
    refusal = InHand().refuses("stop", reason=WHY)
    assert (refusal.code, "NĐ 118/2025 Đ21" in refusal.vi) == ("status-move", True)


def test_before_circular_3_of_2025_there_is_no_form_for_the_notice() -> None:
    assert in_process("14/09/2025 09:00").act("stop", reason=WHY).papers() == []
    assert in_process("15/09/2025 09:00").act("stop", reason=WHY).papers() == ["stop-notice"]
