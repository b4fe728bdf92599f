"""Return (trả kết quả): the applicant has the result in hand, and the originals back.

Decree 61/2018 art. 20; Decree 118/2025 art. 22. Before its day only after the applicant was told.
"""

from __future__ import annotations

from dataclasses import replace

from engine.clock import local
from engine.law.acting import Circumstances, Effect, need_no_hold, needed
from engine.law.standing import Alert, Standing


def return_result(standing: Standing, circumstances: Circumstances) -> Effect:
    """Record that the result has been returned to the applicant."""
    need_no_hold(standing)
    returned = replace(standing.moved("returned"), returned_at=circumstances.now)
    if not _early(standing, circumstances) or circumstances.content.get("informed") is True:
        return Effect(returned)
    if circumstances.drawn:
        # The drawn step has its own form, which need not ask: that nothing was noted is told.
        silent = Alert("early-return-unannounced", circumstances.now)
        return Effect(replace(returned, alerts=(*standing.alerts, silent)))
    raise needed(
        "early_return_informs", circumstances, "informed",
        "Trả trước hẹn chỉ sau khi đã báo cho người nộp",
        "Before its day a result is returned only after the applicant was told",
    )


def _early(standing: Standing, circumstances: Circumstances) -> bool:
    if not circumstances.rules.early_return_informs or standing.on_the_spot:
        return False
    return standing.due is not None and (
        local(circumstances.now).date() < local(standing.due).date()
    )
