"""Request a payment (nghĩa vụ tài chính): Decree 61/2018 art. 22, Decree 118/2025 art. 24."""

from __future__ import annotations

from dataclasses import replace

import pytest
import town
from in_hand import InHand, moment

from engine.law.rules import rules_by_id


def in_process(rules: object = None) -> InHand:
    dossier = InHand("09/11/2026 09:00", rules=rules)  # type: ignore[arg-type]
    return dossier.act("accept").act("forward")


def test_a_request_holds_the_dossier_and_waits_for_the_receipt() -> None:
    dossier = in_process().act("request-payment", "10/11/2026 10:00", amount=250_000, days=3)
    hold = dossier.standing.hold
    assert hold is not None
    assert (dossier.status, hold.until_act) == ("payment_requested", "record-payment")
    (charge,) = dossier.standing.charges
    assert (charge.amount, charge.asked_at, charge.paid_at) == (250_000, hold.since, None)
    assert dossier.waiting() == [("record-payment", town.COMMUNE)]
    # Wed 11, Thu 12, Fri 13; meanwhile the clock stands, so nothing else falls due.
    assert hold.due == moment("13/11/2026 17:30")
    assert dossier.reminders() == {"payment-late": "13/11/2026 17:31"}
    assert dossier.papers() == []
    assert dossier.replays()


def test_without_a_term_it_waits_without_end() -> None:
    dossier = in_process().act("request-payment", amount=1)
    assert dossier.reminders() == {}


def test_a_payment_that_is_late_only_warns() -> None:
    dossier = in_process().act("request-payment", "10/11/2026 10:00", amount=1, days=1)
    dossier.remind("payment-late", "11/11/2026 17:31")
    assert [alert.kind for alert in dossier.standing.alerts] == ["payment-late"]
    assert dossier.waiting() == [("record-payment", town.COMMUNE)]


def test_where_the_clock_runs_on_it_still_warns_of_the_due_date() -> None:
    rules = replace(rules_by_id("ND118/2025"), payment_pauses=False)
    dossier = in_process(rules).act("request-payment", "10/11/2026 10:00", amount=1, days=1)
    assert dossier.due == "16/11/2026 17:30"
    assert sorted(dossier.reminders()) == ["near-due", "overdue", "payment-late"]


@pytest.mark.parametrize("amount", [None, 0, -1, 1.5, True, "100"])
def test_the_amount_is_stated_in_whole_dong(amount: object) -> None:
    refusal = in_process().refuses("request-payment", amount=amount)
    assert [fault.pointer for fault in refusal.faults] == ["/amount"]  # type: ignore[union-attr]
    assert "NĐ 118/2025 Đ24" in refusal.vi


def test_what_is_not_accepted_yet_or_has_a_result_owes_nothing() -> None:
    assert InHand().refuses("request-payment", amount=1).code == "status-move"
    supplemented = InHand().act("request-supplement", reason="Thiếu").act("receive-supplement")
    assert supplemented.refuses("request-payment", amount=1).code == "not-accepted-yet"
    assert in_process().act("settle").refuses("request-payment", amount=1).code == "status-move"


def test_it_may_be_asked_for_before_it_is_passed_on() -> None:
    dossier = InHand("09/11/2026 09:00").act("accept").act("request-payment", amount=1)
    assert dossier.status == "payment_requested"
