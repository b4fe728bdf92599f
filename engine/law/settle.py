"""Settle (giải quyết xong): the competent authority has signed the result, or refuses to settle.

Decree 61/2018 art. 19 and 19.8 (a refusal comes within the deadline, with its reason, and is handed
out as a result); art. 17.4 for what is settled on the spot.
"""

from __future__ import annotations

from dataclasses import replace

from engine.law.acting import (
    ActTask,
    Circumstances,
    Effect,
    need_no_hold,
    need_text,
    needed,
    refused,
)
from engine.law.consultation import answer_task
from engine.law.deadline import start_clock
from engine.law.forward import noted
from engine.law.standing import Standing

RESULTS = ("granted", "refused")
_AT_COUNTER = ("newly_registered", "received")


def settle(standing: Standing, circumstances: Circumstances) -> Effect:
    """Record that the result exists; content may say `result`: granted (default) or refused.

    With `on_the_spot` reception and settlement fall together, and no part of the drawing runs on.
    A refusal states its reason, and late the apology; of a drawn one the drawing's steps do so.
    """
    need_no_hold(standing)
    result = circumstances.content.get("result") or "granted"
    if result not in RESULTS:
        raise needed("settle", circumstances, "result", "Kết quả phải là granted hoặc refused",
                     "The result must be granted or refused")
    at_once = _at_once(standing, circumstances)
    ready = _on_the_spot(standing, circumstances) if at_once else standing
    settled = replace(ready.moved("settled"), result=result, settled_at=circumstances.now)
    if result == "refused" and not circumstances.drawn:
        _explained(standing, circumstances)
    return Effect(
        settled, ends_parts=at_once, opens=(ActTask("return"),) if at_once else (),
        papers=("refusal",) if result == "refused" else (), cancels=moot(standing),
    )


def refuse(standing: Standing, circumstances: Circumstances) -> Effect:
    """Refuse to settle: all parts end, and the one-stop unit hands the written refusal out."""
    need_no_hold(standing)
    if standing.accepted_at is None:
        raise refused(
            "refuse", circumstances, "Hồ sơ chưa được tiếp nhận; hãy dùng từ chối tiếp nhận",
            "The dossier is not accepted yet; use not-accept", "not-accepted-yet",
        )
    moved = _processed(standing, circumstances).moved("settled")
    _explained(standing, circumstances)
    return Effect(
        replace(moved, result="refused", settled_at=circumstances.now),
        ends_parts=True, opens=(ActTask("return"),), papers=("refusal",),
    )


def _explained(standing: Standing, circumstances: Circumstances) -> None:
    need_text(circumstances, "refuse")
    if standing.due is not None and circumstances.now > standing.due:
        # Late as it is, the citizen must get an answer: but never without the apology.
        need_text(circumstances, "refuse", "apology")


def moot(standing: Standing) -> tuple[str, ...]:
    """Return the act tasks that nobody needs any more once there is a result."""
    return ("take-over", *(answer_task(one).key for one in standing.awaited()))


def _at_once(standing: Standing, circumstances: Circumstances) -> bool:
    """Tell whether it is settled on the spot; where nothing else is left it must be said."""
    if circumstances.drawn:
        return False
    said = circumstances.content.get("on_the_spot") is True
    if standing.status in _AT_COUNTER and not circumstances.elsewhere and not said:
        raise needed(
            "on_the_spot", circumstances, "on_the_spot",
            "Hồ sơ chưa được chuyển giải quyết; chỉ có thể giải quyết ngay khi tiếp nhận",
            "The dossier has not been passed on; it can only be settled on the spot",
        )
    return said


def _on_the_spot(standing: Standing, circumstances: Circumstances) -> Standing:
    if standing.status not in _AT_COUNTER or circumstances.elsewhere:
        raise refused(
            "on_the_spot", circumstances,
            "Chỉ cơ quan có thẩm quyền giải quyết ngay hồ sơ vừa được nộp tại đó",
            "Only the competent agency settles on the spot what has just been handed in there",
            "not-at-the-counter",
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
