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
    """Take the supplement: back to where it was asked for, received or already in process."""
    hold, now = standing.hold, circumstances.now
    if hold is None or hold.until_act != "receive-supplement":
        raise Conflict(
            "Hồ sơ không chờ bổ sung.", "The dossier does not wait for a supplement.",
            code="no-supplement-awaited",
        )
    if standing.accepted_at is None:
        back = released(standing.moved("received"), now, runs=True)
    elif circumstances.rules.supplement_restarts:
        back = released(_back(standing), now, restarts=True)
        if standing.clock_from is not None:  # else the competent agency has not received it yet
            back = start_clock(back, now, circumstances)
    else:
        back = resumed(released(_back(standing), now), circumstances)
    return Effect(back, cancels=("close",))


def _back(standing: Standing) -> Standing:
    return standing.moved("in_process" if standing.forwarded_at else "received")
