"""Return (trả kết quả): the applicant has the result in hand.

Decree 61/2018 art. 20; Decree 118/2025 art. 22.
"""

from __future__ import annotations

from dataclasses import replace

from engine.law.standing import Circumstances, Effect, Standing, need_no_hold


def return_result(standing: Standing, circumstances: Circumstances) -> Effect:
    """Record that the result has been returned to the applicant."""
    need_no_hold(standing)
    return Effect(replace(standing.moved("returned"), returned_at=circumstances.now))
