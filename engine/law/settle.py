"""Settle (giải quyết xong): the competent authority has signed the result, or refuses to settle.

Decree 61/2018 art. 19 and 19.8 (a refusal comes within the deadline, with its reason, and is handed
out as a result); art. 17.4 for what is settled on the spot.
"""

from __future__ import annotations

from dataclasses import replace

from engine.errors import Fault, Invalid
from engine.law.acting import ActTask, Circumstances, Effect, need_no_hold, need_reason, refused
from engine.law.deadline import start_clock
from engine.law.forward import noted
from engine.law.standing import Standing

RESULTS = ("granted", "refused")


def settle(standing: Standing, circumstances: Circumstances) -> Effect:
    """Record that the result exists; content may say `result`: granted (default) or refused.

    With `on_the_spot` reception and settlement fall together, and no part of the drawing runs on.
    """
    need_no_hold(standing)
    result = circumstances.content.get("result", "granted")
    if result not in RESULTS:
        raise Invalid(
            "Kết quả phải là granted hoặc refused.", "The result must be granted or refused.",
            [Fault("/result", "choice", "Chọn một trong hai.", "Choose one of the two.")],
        )
    at_once = circumstances.content.get("on_the_spot") is True and not circumstances.drawn
    ready = _on_the_spot(standing, circumstances) if at_once else standing
    settled = replace(ready.moved("settled"), result=result, settled_at=circumstances.now)
    return Effect(settled, ends_parts=at_once, opens=(ActTask("return"),) if at_once else ())


def refuse(standing: Standing, circumstances: Circumstances) -> Effect:
    """Refuse to settle: all parts end, and the one-stop unit hands the written refusal out."""
    need_no_hold(standing)
    if standing.accepted_at is None:
        raise refused(
            "refuse", circumstances, "Hồ sơ chưa được tiếp nhận; hãy dùng từ chối tiếp nhận",
            "The dossier is not accepted yet; use not-accept", "not-accepted-yet",
        )
    moved = _processed(standing, circumstances).moved("settled")
    need_reason(circumstances, "refuse")
    if standing.due is not None and circumstances.now > standing.due:
        # Late as it is, the citizen must get an answer: but never without the apology.
        need_reason(circumstances, "refuse", "apology")
    return Effect(
        replace(moved, result="refused", settled_at=circumstances.now),
        ends_parts=True, opens=(ActTask("return"),), papers=("refusal",),
    )


def _on_the_spot(standing: Standing, circumstances: Circumstances) -> Standing:
    if standing.status not in ("newly_registered", "received"):
        raise refused(
            "on_the_spot", circumstances, "Chỉ giải quyết ngay khi hồ sơ vừa được nộp",
            "Only a dossier that has just come in is settled on the spot", "not-at-the-counter",
        )
    taken = standing
    if standing.accepted_at is None:
        received = standing if standing.status == "received" else standing.moved("received")
        taken = start_clock(
            replace(received, accepted_at=circumstances.now), circumstances.now, circumstances)
    return replace(_processed(taken, circumstances), on_the_spot=True)


def _processed(standing: Standing, circumstances: Circumstances) -> Standing:
    if standing.status != "received":
        return standing
    return noted(standing.moved("in_process"), circumstances.now)
