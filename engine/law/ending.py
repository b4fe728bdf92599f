"""Endings without a result (kết thúc không có kết quả): withdrawn, stopped, closed.

Withdraw (rút): the applicant takes the dossier back. Stop (dừng): on the applicant's request, only
while no decision exists (Decree 118/2025 art. 21, Circular 03/2025 art. 7). Close (đóng): nobody
completed it in time (rule-set parameter `supplement_wait`).
"""

from __future__ import annotations

from dataclasses import replace

from engine.clock import local
from engine.law.acting import Circumstances, Effect, need_text, refused, released
from engine.law.standing import Standing
from engine.law.status import Status


def withdraw(standing: Standing, circumstances: Circumstances) -> Effect:
    """End the dossier because the applicant takes it back; all parts end."""
    return Effect(_ended(standing, "withdrawn", circumstances), ends_parts=True)


def stop(standing: Standing, circumstances: Circumstances) -> Effect:
    """Stop the dossier on the applicant's request while no decision exists; all parts end."""
    if standing.settled_at is not None:
        raise refused(
            "stop", circumstances, "Hồ sơ đã có kết quả giải quyết, không dừng được nữa",
            "The dossier has a decision and can no longer be stopped", "already-decided",
        )
    ended = _ended(standing, "stopped", circumstances)
    need_text(circumstances, "stop")
    return Effect(ended, ends_parts=True, papers=_notice(circumstances))


def close(standing: Standing, circumstances: Circumstances) -> Effect:
    """Close a dossier whose supplement did not come in time; all parts end."""
    hold = standing.hold
    if hold is None or hold.act != "request-supplement":
        raise refused(
            "close", circumstances, "Hồ sơ không chờ bổ sung",
            "The dossier does not wait for a supplement", "no-supplement-awaited",
        )
    if hold.due is not None and circumstances.now <= hold.due:
        raise refused(
            "supplement_wait", circumstances,
            f"Còn chờ bổ sung đến {local(hold.due):%H:%M %d/%m/%Y}",
            f"The supplement is awaited until {local(hold.due).isoformat()}", "still-awaited",
        )
    ended = _ended(standing, "stopped", circumstances)
    return Effect(ended, ends_parts=True, papers=_notice(circumstances))


def _notice(circumstances: Circumstances) -> tuple[str, ...]:
    """Return the stop notice where the circular in force has that form (Circular 03/2025)."""
    return ("stop-notice",) if circumstances.rules.stop_notice else ()


def _ended(standing: Standing, status: Status, circumstances: Circumstances) -> Standing:
    moved = released(standing.moved(status), circumstances.now)
    return replace(moved, ended_at=circumstances.now)
