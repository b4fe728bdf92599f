"""Approved (đã phê duyệt): versions of procedures as kept, held against their own chains."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from engine.errors import MotcuaError
from engine.history import Entry, read_body
from engine.procedure import Version, hash_files


def unlike_approved(
    code: str, chain: Iterable[Entry], kept: Iterable[tuple[Version, Mapping[str, bytes]]],
) -> Iterator[str]:
    """Yield what rows, files and lowered bytes of a procedure say otherwise than its entries."""
    try:
        told = _last(chain)
    except (MotcuaError, LookupError, TypeError):
        return  # the chain itself is broken, and has been named
    rows = {version.number: (version, files) for version, files in kept}
    for number in sorted(told.keys() | rows.keys()):
        place = f"procedure {code}, version {number}"
        if number not in rows or number not in told:
            yield f"{place}: {'its row is gone' if number in told else 'no entry made this row'}"
            continue
        version, files = rows[number]
        said = _said(version)
        wrong = [name for name in said if said[name] != told[number].get(name)]
        if hash_files(files) != version.source_hash:
            wrong.append("files")
        if sha256(version.lowered.content).hexdigest() != version.lowered.hash:
            wrong.append("lowered bytes")
        if wrong:
            yield f"{place}: kept otherwise than its entries say: {', '.join(wrong)}"


def _last(chain: Iterable[Entry]) -> dict[int, Mapping[str, Any]]:
    """Return what the newest entry of each version says of it."""
    bodies = (read_body(entry)["content"] for entry in chain)
    return {int(body["command"]["number"]): dict(body["outcome"]) for body in bodies}


def _said(version: Version) -> dict[str, Any]:
    decided, effective = version.decision_date, version.effective_from
    return {
        "state": version.state, "source": version.source_hash, "lowered": version.lowered.hash,
        "decision": version.decision,
        "decision_date": decided.isoformat() if decided else None,
        "effective_from": effective.isoformat() if effective else None,
    }
