"""Receive the supplement (nhận bổ sung): the hold ends; the clock restarts or goes on.

Decree 61/2018 art. 19.4: the deadline is counted from the start after the complete dossier is
received; rule-set parameter `supplement_restarts`.
"""

from __future__ import annotations

from dataclasses import replace

from engine.errors import Conflict
from engine.law.deadline import shift, start_clock
from engine.law.standing import Circumstances, Effect, Standing


def receive_supplement(standing: Standing, circumstances: Circumstances) -> Effect:
    """Take the supplement: back to received at reception, back to in process after acceptance."""
    hold = standing.hold
    if hold is None or hold.until_act != "receive-supplement":
        raise Conflict(
            "Hồ sơ không chờ bổ sung.", "The dossier does not wait for a supplement.",
            code="no-supplement-awaited",
        )
    if standing.accepted_at is None:
        return Effect(replace(standing.moved("received"), hold=None))
    moved = replace(standing.moved("in_process"), hold=None)
    if circumstances.rules.supplement_restarts:
        return Effect(start_clock(moved, circumstances.now, circumstances))
    if standing.due is None:
        return Effect(moved)
    due = shift(standing.due, hold.since, circumstances.now, circumstances.calendar)
    line = f"Trừ thời gian chờ bổ sung từ {hold.since.isoformat()} (tham số supplement_restarts)."
    return Effect(replace(moved, due=due, derivation=(*standing.derivation, line)))
