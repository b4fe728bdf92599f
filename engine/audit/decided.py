"""Decided (đã quyết định): the calendar of an agency, held against its own chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.errors import MotcuaError
from engine.history import Entry, read_body


def unlike_decided(agency: str, chain: Sequence[Entry], version: str) -> Iterator[str]:
    """Yield where an agency's calendar is another than the one last decided.

    An agency about whose calendar nothing was decided keeps the one it began with.
    """
    if not chain:
        return
    try:
        decided = read_body(chain[-1])["content"]["outcome"]["calendar"]
    except (MotcuaError, LookupError, TypeError):
        return  # the chain itself is broken, and has been named
    if decided != version:
        yield f"agency {agency}: works by calendar {version}, its entries say {decided}"
