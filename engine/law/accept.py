"""Accept (tiếp nhận): the dossier is complete and correct, the legal clock starts.

Decree 61/2018 art. 17.1c; Decree 118/2025 art. 17.3 (the clock starts when complete and correct; of
a dossier received for another competent agency only at that agency's receipt).
"""

from __future__ import annotations

from dataclasses import replace

from engine.errors import Conflict
from engine.law.acting import ActTask, Circumstances, Effect, need_no_hold, need_text
from engine.law.deadline import start_clock
from engine.law.forward import noted
from engine.law.standing import Standing

#: Who hands in for another must be named on the receipt (Decree 61/2018 art. 6.2b, 16).
_AGENTS = frozenset({"hired_service", "authorised_person"})


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
    if circumstances.content.get("through") in _AGENTS:
        need_text(circumstances, "accept", "agent")
    taken = replace(moved, accepted_at=circumstances.now)
    if circumstances.elsewhere and circumstances.rules.competent_starts_clock:
        return Effect(taken, opens=(ActTask("take-over", "competent"),), papers=("receipt",))
    return Effect(start_clock(taken, circumstances.now, circumstances), papers=("receipt",))


def take_over(standing: Standing, circumstances: Circumstances) -> Effect:
    """Take a dossier over at the competent agency: its receipt starts the clock.

    What has arrived there was passed on, whether or not the receiving unit has said so.
    """
    need_no_hold(standing)
    if standing.accepted_at is None or standing.clock_from is not None:
        raise Conflict(
            "Hồ sơ không chờ cơ quan có thẩm quyền tiếp nhận.",
            "The dossier does not wait for the competent agency to receive it.",
            code="not-awaited",
        )
    taken = standing.moved("in_process") if standing.status == "received" else standing
    return Effect(start_clock(noted(taken, circumstances.now), circumstances.now, circumstances))
