"""Not accept (từ chối tiếp nhận): the dossier ends at the counter, with a reason.

Decree 61/2018 art. 17.1b (phiếu từ chối tiếp nhận).
"""

from __future__ import annotations

from dataclasses import replace

from engine.law.acting import Circumstances, Effect, need_no_hold, need_text
from engine.law.standing import Standing


def not_accept(standing: Standing, circumstances: Circumstances) -> Effect:
    """Refuse the dossier at reception; all parts end."""
    need_no_hold(standing)
    moved = standing.moved("not_accepted")
    need_text(circumstances, "not-accept")
    ended = replace(moved, ended_at=circumstances.now)
    return Effect(ended, ends_parts=True, papers=("refusal",))
