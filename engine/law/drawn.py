"""Drawn statuses (trạng thái vẽ): what a step's motcua:status does to the standing of its dossier.

It counts along the table of moves alone, and what an act has decided wins.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from engine.law.forward import noted
from engine.law.standing import Standing
from engine.law.status import ENDED, Status, may_move


def follow(standing: Standing, status: Status, now: datetime) -> Standing:
    """Return the standing with a drawn status, unchanged where the status does not count.

    What waits for a supplement or a payment stays so, whatever other parts do meanwhile; what was
    not accepted is not in process, or it could never be accepted and its clock never start. A
    status at which the clock ends keeps the moment, as the act would.
    """
    hold = standing.hold
    if hold is not None and hold.act != "consult":
        return standing
    if status == "in_process" and standing.accepted_at is None:
        return standing
    if not may_move(standing.status, status):
        return standing
    moved = noted(standing.moved(status), now)
    if status == "settled":
        return replace(moved, settled_at=now, result=moved.result or "granted")
    if status == "returned":
        return replace(moved, returned_at=now)
    return replace(moved, ended_at=now) if status in ENDED else moved
