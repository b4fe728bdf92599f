"""Settle (giải quyết xong): the competent authority has signed the result.

Decree 61/2018 art. 19; a refusal to settle is settled with the result "refused".
"""

from __future__ import annotations

from dataclasses import replace

from engine.errors import Fault, Invalid
from engine.law.standing import Circumstances, Effect, Standing, need_no_hold

RESULTS = ("granted", "refused")


def settle(standing: Standing, circumstances: Circumstances) -> Effect:
    """Record that the result exists; content may say `result`: granted (default) or refused."""
    need_no_hold(standing)
    result = circumstances.content.get("result", "granted")
    if result not in RESULTS:
        raise Invalid(
            "Kết quả phải là granted hoặc refused.", "The result must be granted or refused.",
            [Fault("/result", "choice", "Chọn một trong hai.", "Choose one of the two.")],
        )
    return Effect(replace(standing.moved("settled"), result=result, settled_at=circumstances.now))
