"""Withdraw (rút hồ sơ): the applicant takes the dossier back, as long as there is no result."""

from __future__ import annotations

import pytest
from in_hand import InHand, moment


@pytest.mark.parametrize("before", [
    (), (("accept", {}),), (("accept", {}), ("forward", {})),
    (("request-supplement", {"reason": "Thiếu"}),),
    (("accept", {}), ("request-payment", {"amount": 1})),
])
def test_it_ends_everything_wherever_it_stands(
    before: tuple[tuple[str, dict[str, object]], ...],
) -> None:
    dossier = InHand("09/11/2026 09:00")
    for act, content in before:
        dossier.act(act, **content)
    dossier.act("withdraw", "10/11/2026 09:00", reason="Đổi ý")
    assert (dossier.status, dossier.standing.hold) == ("withdrawn", None)
    assert dossier.standing.ended_at == moment("10/11/2026 09:00")
    assert (dossier.steps(), dossier.waiting(), dossier.before.parts) == ([], [], ())
    assert dossier.papers() == []
    assert dossier.replays()


def test_a_dossier_with_a_result_or_at_its_end_is_not_withdrawn() -> None:
    dossier = InHand("09/11/2026 09:00").act("accept").act("forward").act("settle")
    refusal = dossier.refuses("withdraw")
    assert (refusal.code, "tham số who_may.withdraw" in refusal.vi) == ("status-move", True)
    ended = InHand().act("withdraw")
    assert ended.refuses("withdraw").code == "status-move"
