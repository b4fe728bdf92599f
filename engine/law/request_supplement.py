"""Request a supplement (yêu cầu bổ sung): the dossier is held until the applicant completes it.

Decree 61/2018 art. 17.1a at reception, art. 19.4 after appraisal; once, in full, with its reason.
"""

from __future__ import annotations

from dataclasses import replace

from engine.law.standing import (
    Circumstances,
    Effect,
    Hold,
    Standing,
    need_no_hold,
    need_reason,
)


def request_supplement(standing: Standing, circumstances: Circumstances) -> Effect:
    """Ask for what is missing; the dossier is held and the one-stop unit waits for it."""
    need_no_hold(standing)
    moved = standing.moved("supplement_requested")
    need_reason(circumstances, "request-supplement")
    hold = Hold(
        act="request-supplement", since=circumstances.now,
        article=circumstances.rules.article("request-supplement"), until_act="receive-supplement",
    )
    return Effect(
        replace(moved, hold=hold, supplements=standing.supplements + 1),
        opens="receive-supplement",
    )
