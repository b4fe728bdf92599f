"""Not accept (từ chối tiếp nhận): Decree 61/2018 art. 17.1b, with its reason."""

from __future__ import annotations

from datetime import datetime

import pytest

from engine.clock import VIETNAM
from engine.errors import Conflict, Invalid
from engine.law.acting import Circumstances
from engine.law.not_accept import not_accept
from engine.law.rules import rules_on
from engine.law.standing import Standing
from engine.worktime import DEFAULT

NOW = datetime(2026, 11, 9, 9, 0, tzinfo=VIETNAM)


def because(reason: object) -> Circumstances:
    return Circumstances(NOW, {"reason": reason}, rules_on(NOW.date()), "3 ngày", DEFAULT)


def test_a_dossier_refused_at_the_counter_ends_with_its_reason() -> None:
    effect = not_accept(Standing(), because("Không thuộc thẩm quyền"))
    assert effect.standing.status == "not_accepted"
    assert effect.ends_parts


@pytest.mark.parametrize("reason", [None, "", "   ", 7])
def test_a_refusal_without_reason_is_refused_naming_the_article(reason: object) -> None:
    with pytest.raises(Invalid) as refused:
        not_accept(Standing(), because(reason))
    assert refused.value.faults[0].pointer == "/reason"
    assert "NĐ 118/2025 Đ17" in refused.value.vi


def test_a_dossier_once_received_can_no_longer_be_refused_at_the_counter() -> None:
    with pytest.raises(Conflict) as refused:
        not_accept(Standing(status="received"), because("quá muộn"))
    assert "được tiếp nhận" in refused.value.vi
