"""Payment (nghĩa vụ tài chính): the applicant is asked to pay, the dossier waits for the receipt.

Decree 61/2018 art. 22, Decree 118/2025 art. 24; that the clock stands still meanwhile is the
rule-set parameter `payment_pauses` (local regulations do so for taxes on land).
"""

from __future__ import annotations

from dataclasses import replace

from engine.errors import Conflict, Fault, Invalid
from engine.law.acting import (
    ActTask,
    Circumstances,
    Effect,
    days_or,
    held_by,
    need_no_hold,
    need_text,
    refused,
    released,
)
from engine.law.deadline import resumed
from engine.law.forward import noted
from engine.law.standing import Charge, Standing


def request_payment(standing: Standing, circumstances: Circumstances) -> Effect:
    """Ask the applicant to pay; the dossier is held until the receipt is recorded."""
    need_no_hold(standing)
    moved = standing.moved("payment_requested")
    if standing.accepted_at is None:
        raise refused(
            "request-payment", circumstances, "Phải tiếp nhận trước khi yêu cầu nộp tiền",
            "The dossier must be accepted before a payment is asked for", "not-accepted-yet",
        )
    hold = held_by(
        "request-payment", "record-payment", circumstances, days_or(circumstances.content, None),
    )
    charge = Charge(_amount(circumstances), circumstances.now)
    return Effect(
        replace(moved, hold=hold, charges=(*standing.charges, charge)),
        opens=(ActTask("record-payment", due=hold.due),),
    )


def record_payment(standing: Standing, circumstances: Circumstances) -> Effect:
    """Record the proof of payment: the dossier goes on."""
    hold, now = standing.hold, circumstances.now
    if hold is None or hold.until_act != "record-payment":
        raise Conflict(
            "Hồ sơ không chờ nghĩa vụ tài chính.", "The dossier does not wait for a payment.",
            code="no-payment-awaited",
        )
    need_text(circumstances, "record-payment", "receipt")
    *before, asked = standing.charges
    paid = replace(
        # Of a dossier that was asked to pay before it was passed on: it goes on at once.
        noted(standing.moved("in_process"), now), charges=(*before, replace(asked, paid_at=now)),
    )
    if not circumstances.rules.payment_pauses:
        return Effect(released(paid, now, runs=True))
    return Effect(resumed(released(paid, now), circumstances))


def _amount(circumstances: Circumstances) -> int:
    amount = circumstances.content.get("amount")
    if not isinstance(amount, int) or isinstance(amount, bool) or amount <= 0:
        raise Invalid(
            "Phải ghi số tiền phải nộp, bằng đồng.", "The amount to pay is needed, in đồng.",
            [Fault("/amount", "required", "Ghi số tiền bằng đồng.", "State the amount in đồng.")],
            code="amount-required",
        )
    return amount
