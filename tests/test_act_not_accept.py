"""Not accept (từ chối tiếp nhận): Decree 61/2018 art. 17.1b, Decree 118/2025 art. 17."""

from __future__ import annotations

import pytest
from in_hand import InHand, moment

WHY = "Không thuộc thẩm quyền"


def test_a_dossier_refused_at_the_counter_ends_with_its_reason_and_the_paper() -> None:
    dossier = InHand().act("not-accept", "09/11/2026 09:00", reason=WHY)
    assert dossier.status == "not_accepted"
    assert dossier.standing.ended_at == moment("09/11/2026 09:00")
    assert (dossier.steps(), dossier.waiting(), dossier.before.parts) == ([], [], ())
    assert dossier.papers() == ["refusal"]
    assert dossier.said() == {"reason": WHY}
    assert dossier.replays()


@pytest.mark.parametrize("reason", [None, "", "   ", 7])
@pytest.mark.parametrize(("registered", "article"), [
    ("09/11/2026 08:00", "NĐ 118/2025 Đ17"), ("09/06/2025 08:00", "NĐ 61/2018 Đ17.1b"),
])
def test_a_refusal_without_reason_is_refused_naming_the_article(
    reason: object, registered: str, article: str,
) -> None:
    refusal = InHand(registered).refuses("not-accept", reason=reason)
    assert [fault.pointer for fault in refusal.faults] == ["/reason"]  # type: ignore[union-attr]
    assert article in refusal.vi


def test_a_dossier_once_received_can_no_longer_be_refused_at_the_counter() -> None:
    dossier = InHand().act("accept", "09/11/2026 09:00")
    refusal = dossier.refuses("not-accept", reason="quá muộn")
    assert "được tiếp nhận" in refusal.vi
    assert "NĐ 118/2025 Đ17" in refusal.vi


def test_not_after_a_supplement_was_asked_for() -> None:
    dossier = InHand().act("request-supplement", "09/11/2026 09:00", reason="Thiếu")
    assert dossier.refuses("not-accept", reason=WHY).code == "held"
