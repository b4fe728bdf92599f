"""Forward (chuyển hồ sơ): the one-stop unit passes the accepted dossier on to who settles it.

Decree 61/2018 art. 18, Decree 118/2025 art. 18.2: at once; the same working day at the latest, or
at the start of the next one for what was received after 15:00.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from engine.law.acting import Circumstances, Effect, need_no_hold, refused
from engine.law.rules import RuleSet
from engine.law.standing import Standing
from engine.worktime import Calendar, Duration, due, receipt


def forward(standing: Standing, circumstances: Circumstances) -> Effect:
    """Pass the dossier on: it is in process from now."""
    need_no_hold(standing)
    if standing.accepted_at is None:
        raise refused(
            "forward", circumstances, "Phải tiếp nhận trước khi chuyển hồ sơ",
            "The dossier must be accepted before it is forwarded", "not-accepted-yet",
        )
    moved = standing.moved("in_process")
    return Effect(noted(moved, circumstances.now), papers=("control-slip",))


def received_at(standing: Standing) -> datetime | None:
    """Return the receipt from which it must be passed on: acceptance, or what came in since."""
    came = [pause.until for pause in standing.pauses if pause.act == "request-supplement"]
    accepted = standing.accepted_at
    return max([accepted, *came]) if accepted is not None else None


def noted(standing: Standing, now: datetime) -> Standing:
    """Return the standing with the moment at which it was passed on, where that is news."""
    if standing.status != "in_process" or standing.accepted_at is None or standing.forwarded_at:
        return standing
    return replace(standing, forwarded_at=now)


def forward_due(received: datetime, rules: RuleSet, calendar: Calendar) -> datetime:
    """Return until when what was received and accepted must be passed on.

    The close of the day of receipt; for a receipt after the cut-off or on a day not worked the
    opening of the next working day.
    """
    counted = receipt(received, calendar, rules.receipt_cutoff)
    if counted.replace(second=0, microsecond=0) > received:
        return counted
    close = due(received, Duration("days", 0), calendar).at
    return close or counted
