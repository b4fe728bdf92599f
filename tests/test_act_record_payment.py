"""Record the payment (ghi nhận đã nộp): Decree 61/2018 art. 22: with its proof it goes on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from in_hand import InHand, moment

from engine.law.rules import rules_by_id


def asked(rules: object = None) -> InHand:
    dossier = InHand("09/11/2026 09:00", rules=rules)  # type: ignore[arg-type]
    return dossier.act("accept").act("forward").act(
        "request-payment", "11/11/2026 10:00", amount=250_000)


def test_the_dossier_goes_on_with_the_minutes_that_were_left() -> None:
    dossier = asked().act(
        "record-payment", "13/11/2026 14:00", receipt="BL 0012", method="online")
    assert (dossier.status, dossier.standing.hold) == ("in_process", None)
    assert dossier.standing.charges[0].paid_at == moment("13/11/2026 14:00")
    # Due Mon 16 at 17:30; from Wed 11 at 10:00 29 h 30 were left (1 h 30 + 4, then 3 x 8).
    # From Fri 13 at 14:00: 3 h 30, Mon to Wed 24 h (27 h 30), 2 h on Thu 19.
    assert dossier.due == "19/11/2026 09:30"
    assert "payment_pauses" in dossier.standing.derivation[-1]
    assert dossier.waiting() == []
    assert dossier.said() == {"receipt": "BL 0012", "method": "online"}
    assert dossier.replays()


def test_two_payments_take_two_pauses_off() -> None:
    dossier = asked().act("record-payment", "11/11/2026 11:00", receipt="1")
    # An hour off: 17:30 on Mon 16 and an hour, 08:30 on Tue 17.
    assert dossier.due == "17/11/2026 08:30"
    dossier.act("request-payment", "12/11/2026 08:00", amount=1)
    dossier.act("record-payment", "12/11/2026 15:00", receipt="2")
    # 08:00-11:30 and 13:30-15:00 are 5 h: 08:30 and 5 h, 15:30.
    assert dossier.due == "17/11/2026 15:30"
    assert [charge.paid_at is not None for charge in dossier.standing.charges] == [True, True]


def test_where_the_parameter_says_so_the_clock_has_run_on() -> None:
    rules = replace(rules_by_id("ND118/2025"), payment_pauses=False)
    dossier = asked(rules).act("record-payment", "13/11/2026 14:00", receipt="BL")
    assert dossier.due == "16/11/2026 17:30"
    assert [pause.runs for pause in dossier.standing.pauses] == [True]


def test_the_task_in_the_inbox_records_it() -> None:
    dossier = asked().complete("motcua.act.record-payment", "11/11/2026 11:00", receipt="BL 1")
    assert (dossier.status, dossier.waiting()) == ("in_process", [])


@pytest.mark.parametrize("receipt", [None, "", 12])
def test_without_the_proof_nothing_is_recorded(receipt: object) -> None:
    refusal = asked().refuses("record-payment", receipt=receipt)
    assert [fault.pointer for fault in refusal.faults] == ["/receipt"]  # type: ignore[union-attr]
    assert "NĐ 118/2025 Đ24" in refusal.vi


def test_a_payment_that_nobody_asked_for_is_refused() -> None:
    dossier = InHand().act("accept")
    refusal = dossier.refuses("record-payment", receipt="BL")
    assert (refusal.code, "NĐ 118/2025 Đ24" in refusal.vi) == ("no-payment-awaited", True)


def test_what_was_asked_to_pay_before_it_was_passed_on_goes_on_at_once() -> None:
    dossier = InHand("09/11/2026 09:00").act("accept").act("request-payment", amount=1)
    dossier.act("record-payment", "09/11/2026 10:00", receipt="BL")
    assert dossier.status == "in_process"
    assert "forward-late" not in dossier.reminders()
