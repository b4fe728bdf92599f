"""Accept (tiếp nhận): the dossier is complete and correct, the legal clock starts.

Decree 61/2018 art. 17.1c; Decree 118/2025 art. 17.3 (the clock starts when complete and correct).
"""

from __future__ import annotations

from dataclasses import replace

from engine.errors import Conflict
from engine.law.deadline import start_clock
from engine.law.standing import Circumstances, Effect, Standing, need_no_hold


def accept(standing: Standing, circumstances: Circumstances) -> Effect:
    """Accept the dossier: status received, the due date counted from this receipt."""
    need_no_hold(standing)
    if standing.accepted_at is not None:
        raise Conflict(
            "Hồ sơ đã được tiếp nhận.", "The dossier has already been accepted.",
            code="already-accepted",
        )
    # After a supplement at reception the dossier is already "received" but not yet accepted.
    moved = standing if standing.status == "received" else standing.moved("received")
    started = start_clock(moved, circumstances.now, circumstances)
    return Effect(replace(started, accepted_at=circumstances.now))
