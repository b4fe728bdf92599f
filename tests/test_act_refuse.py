"""Refuse to settle (từ chối giải quyết): Decree 61/2018 art. 19.8: in writing, in time."""

from __future__ import annotations

import pytest
import town
from in_hand import InHand, moment

WHY = "Không đủ điều kiện"


def in_process(at: str = "09/11/2026 09:00") -> InHand:
    return InHand(at).act("accept").act("forward")


def test_it_ends_every_part_and_the_one_stop_unit_hands_the_refusal_out() -> None:
    dossier = in_process().act("refuse", "11/11/2026 09:00", reason=WHY)
    standing = dossier.standing
    assert (dossier.status, standing.result) == ("settled", "refused")
    assert (standing.settled_at, standing.ended_at) == (moment("11/11/2026 09:00"), None)
    assert (dossier.steps(), dossier.before.parts) == ([], ())
    assert dossier.waiting() == [("return", town.COMMUNE)]
    assert dossier.papers() == ["refusal"]
    assert dossier.reminders() == {}
    dossier.complete("motcua.act.return", "12/11/2026 09:00", informed=True)
    assert dossier.status == "returned"
    assert dossier.replays()


def test_also_before_it_was_passed_on() -> None:
    dossier = InHand("09/11/2026 09:00").act("accept").act("refuse", reason=WHY)
    assert dossier.status == "settled"


def test_after_the_due_date_only_with_the_apology() -> None:
    in_process().act("refuse", "16/11/2026 17:30", reason=WHY)
    late = in_process()
    refusal = late.refuses("refuse", "16/11/2026 17:31", reason=WHY)
    assert [fault.pointer for fault in refusal.faults] == ["/apology"]  # type: ignore[union-attr]
    assert late.act("refuse", reason=WHY, apology="Xin lỗi vì chậm trễ").status == "settled"


@pytest.mark.parametrize(("at", "named"), [
    ("09/11/2026 09:00", "tham số who_may.refuse"), ("09/06/2025 09:00", "NĐ 61/2018 Đ19.8"),
])
def test_what_was_not_accepted_is_refused_at_reception_instead(at: str, named: str) -> None:
    refusal = InHand(at).refuses("refuse", reason=WHY)
    assert (refusal.code, named in refusal.vi) == ("not-accepted-yet", True)


def test_it_states_its_reason_and_comes_once() -> None:
    dossier = in_process()
    assert dossier.refuses("refuse").code == "reason-required"
    assert dossier.act("refuse", reason=WHY).refuses("refuse", reason=WHY).code == "status-move"


def test_not_while_the_dossier_is_held() -> None:
    dossier = in_process().act("request-supplement", reason="Thiếu")
    assert dossier.refuses("refuse", reason=WHY).code == "held"
