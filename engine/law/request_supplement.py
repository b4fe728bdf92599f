"""Request a supplement (yêu cầu bổ sung): the dossier is held until the applicant completes it.

Decree 61/2018 art. 17.1a and 17.2 at reception: one notice, in full. Art. 19.4 after appraisal:
within three working days of the receipt, through the one-stop unit.
"""

from __future__ import annotations

from dataclasses import replace

from engine.law.acting import (
    ActTask,
    Circumstances,
    Effect,
    days_or,
    held_by,
    need_no_hold,
    need_text,
    refused,
    within_days,
)
from engine.law.standing import Standing


def request_supplement(standing: Standing, circumstances: Circumstances) -> Effect:
    """Ask for what is missing; the dossier is held and the one-stop unit waits for it."""
    need_no_hold(standing)
    moved = standing.moved("supplement_requested")
    _need_once(standing, circumstances)
    _need_early(standing, circumstances)
    need_text(circumstances, "request-supplement")
    wait = days_or(circumstances.content, circumstances.rules.supplement_wait)
    hold = held_by("request-supplement", "receive-supplement", circumstances, wait)
    return Effect(
        replace(moved, hold=hold, supplements=standing.supplements + 1),
        opens=(ActTask("receive-supplement", due=hold.due),), papers=("supplement-request",),
    )


def _need_once(standing: Standing, circumstances: Circumstances) -> None:
    most = circumstances.rules.supplements_at_reception
    if standing.accepted_at is None and most is not None and standing.supplements >= most:
        raise refused(
            "supplements_at_reception", circumstances,
            f"Khi tiếp nhận chỉ được yêu cầu bổ sung {most} lần, hướng dẫn một lần đầy đủ",
            f"At reception a supplement may be asked for {most} time(s), in full",
            "supplement-asked-before",
        )


def _need_early(standing: Standing, circumstances: Circumstances) -> None:
    days = circumstances.notice_days or circumstances.rules.supplement_notice_days
    receipt = standing.clock_from or standing.accepted_at
    if receipt is None or days is None:
        return
    if not within_days(receipt, days, circumstances):
        raise refused(
            "supplement_notice_days", circumstances,
            f"Chỉ được yêu cầu bổ sung trong {days} ngày làm việc kể từ khi nhận hồ sơ",
            f"A supplement may be asked for within {days} working days of the receipt only",
            "supplement-too-late",
        )
