"""Receive the supplement (nhận bổ sung): the hold ends; the clock restarts or goes on.

Decree 61/2018 art. 19.4: the deadline is counted from the start after the complete dossier is
received; rule-set parameter `supplement_restarts`.
"""

from __future__ import annotations

from engine.errors import Conflict
from engine.law.acting import Circumstances, Effect, released
from engine.law.deadline import resumed, start_clock
from engine.law.standing import Standing


def receive_supplement(standing: Standing, circumstances: Circumstances) -> Effect:
    """Take the supplement: back to received at reception, back to in process after acceptance."""
    hold, now = standing.hold, circumstances.now
    if hold is None or hold.until_act != "receive-supplement":
        raise Conflict(
            "Hồ sơ không chờ bổ sung.", "The dossier does not wait for a supplement.",
            code="no-supplement-awaited",
        )
    if standing.accepted_at is None:
        return Effect(released(standing.moved("received"), now, runs=True))
    moved = standing.moved("in_process")
    if circumstances.rules.supplement_restarts:
        restarted = released(moved, now, restarts=True)
        if standing.clock_from is None:  # the competent agency has not received it yet
            return Effect(restarted)
        return Effect(start_clock(restarted, now, circumstances))
    return Effect(resumed(released(moved, now), circumstances, "supplement_restarts"))
