"""Settle and return (giải quyết, trả kết quả): Decree 61/2018 art. 19 and 20."""

from __future__ import annotations

from datetime import datetime

import pytest

from engine.clock import VIETNAM
from engine.errors import Conflict, Invalid
from engine.law.acting import Circumstances
from engine.law.return_result import return_result
from engine.law.rules import rules_on
from engine.law.settle import settle
from engine.law.standing import Standing
from engine.worktime import DEFAULT

NOW = datetime(2026, 11, 9, 9, 0, tzinfo=VIETNAM)


def at(**content: object) -> Circumstances:
    return Circumstances(NOW, content, rules_on(NOW.date()), None, DEFAULT)


def test_a_dossier_in_process_is_settled_and_then_returned() -> None:
    settled = settle(Standing(status="in_process"), at()).standing
    assert (settled.status, settled.result, settled.settled_at) == ("settled", "granted", NOW)
    returned = return_result(settled, at()).standing
    assert (returned.status, returned.returned_at) == ("returned", NOW)


def test_a_refusal_to_settle_is_settled_with_the_result_refused() -> None:
    assert settle(Standing(status="in_process"), at(result="refused")).standing.result == "refused"


def test_an_unknown_result_is_refused() -> None:
    with pytest.raises(Invalid):
        settle(Standing(status="in_process"), at(result="maybe"))


@pytest.mark.parametrize("status", ["newly_registered", "received", "supplement_requested"])
def test_only_a_dossier_in_process_can_be_settled(status: str) -> None:
    with pytest.raises(Conflict):
        settle(Standing(status=status), at())  # type: ignore[arg-type]


def test_nothing_is_returned_before_it_is_settled_and_nothing_twice() -> None:
    with pytest.raises(Conflict):
        return_result(Standing(status="in_process"), at())
    with pytest.raises(Conflict):
        return_result(Standing(status="returned"), at())
