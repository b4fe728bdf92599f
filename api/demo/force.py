"""Into force (ban hành): a procedure of the pack is uploaded, submitted, approved, published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from api.demo.client import Desk
from api.demo.script import PLAYS, walk
from api.demo.time import OfficeTime
from engine import packs


def bring_into_force(folder: str, desks: Mapping[str, Desk], clock: OfficeTime) -> str:
    """Bring a folder's procedure into force from today on; return a line that tells of it."""
    author, approver = desks["soan-quy-trinh"], desks["duyet-quy-trinh"]
    code = walk(next(p for p in PLAYS if p.folder == folder)).procedure
    files = packs.procedure("builtin", folder).files
    version = author.upload(f"/procedures/{code}/versions", files)
    path = f"/procedures/{code}/versions/{version['number']}"
    author.post(f"{path}/submit", {})
    yesterday = (clock.now - timedelta(days=1)).date().isoformat()
    decision = {"decision": f"{folder.upper()}/QĐ-TD", "decision_date": yesterday}
    approver.post(f"{path}/approve", decision)
    approver.post(f"{path}/publish", {"effective_from": clock.now.date().isoformat()})
    warnings = sum(f["severity"] == "warning" for f in version["findings"])
    return f"{code:10} v{version['number']}  {version['name']}  ({warnings} cảnh báo)"
