"""Accept (tiếp nhận): Decree 61/2018 art. 17.1c, the clock of Decree 118/2025 art. 17.3."""

from __future__ import annotations

from datetime import datetime

import pytest

from engine.clock import VIETNAM
from engine.errors import Conflict
from engine.law.accept import accept
from engine.law.acting import Circumstances
from engine.law.rules import rules_on
from engine.law.standing import Hold, Standing
from engine.worktime import DEFAULT

MONDAY = datetime(2026, 11, 9, 9, 0, tzinfo=VIETNAM)


def circumstances(now: datetime = MONDAY, limit: str | None = "3 ngày làm việc") -> Circumstances:
    return Circumstances(now, {}, rules_on(now.date()), limit, DEFAULT)


def test_accepting_starts_the_clock_and_gives_the_due_date_with_its_derivation() -> None:
    standing = accept(Standing(), circumstances()).standing
    assert standing.status == "received"
    assert standing.accepted_at == standing.clock_from == MONDAY
    # Three working days after Monday, which is not counted: Thursday, at the close.
    assert standing.due == datetime(2026, 11, 12, 17, 30, tzinfo=VIETNAM)
    assert standing.derivation


def test_a_dossier_received_after_15_00_counts_from_the_next_working_day() -> None:
    late = MONDAY.replace(hour=15, minute=0, second=1)
    assert accept(Standing(), circumstances(late)).standing.due == datetime(
        2026, 11, 13, 17, 30, tzinfo=VIETNAM,
    )


def test_a_dossier_received_at_15_00_sharp_counts_from_that_day() -> None:
    sharp = MONDAY.replace(hour=15)
    assert accept(Standing(), circumstances(sharp)).standing.due == datetime(
        2026, 11, 12, 17, 30, tzinfo=VIETNAM,
    )


def test_a_procedure_without_limit_gives_no_due_date() -> None:
    standing = accept(Standing(), circumstances(limit=None)).standing
    assert standing.due is None
    assert standing.accepted_at == MONDAY


def test_a_dossier_is_accepted_once() -> None:
    once = accept(Standing(), circumstances()).standing
    with pytest.raises(Conflict, match="already been accepted"):
        accept(once, circumstances())


def test_a_dossier_that_was_supplemented_at_reception_is_then_accepted() -> None:
    supplemented = Standing(status="received", supplements=1)
    assert accept(supplemented, circumstances()).standing.due is not None


@pytest.mark.parametrize("status", ["not_accepted", "withdrawn", "stopped", "returned"])
def test_a_dossier_that_has_ended_cannot_be_accepted(status: str) -> None:
    with pytest.raises(Conflict):
        accept(Standing(status=status), circumstances())  # type: ignore[arg-type]


def test_a_held_dossier_cannot_be_accepted() -> None:
    hold = Hold("request-supplement", MONDAY, "NĐ 61/2018 Đ17.1a", "receive-supplement")
    with pytest.raises(Conflict) as refused:
        accept(Standing(status="supplement_requested", hold=hold), circumstances())
    assert "NĐ 61/2018 Đ17.1a" in refused.value.vi
