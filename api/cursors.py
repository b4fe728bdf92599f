"""Cursors (con trỏ trang): opaque places in a list, for the next page."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from api.problem import BadRequest


def write_cursor(place: tuple[str, ...]) -> str:
    """Return a place as an opaque word."""
    return urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def read_cursor(cursor: str | None, length: int) -> Any:
    """Return the place of so many texts that a cursor names, None without one.

    Raises BadRequest for a word that no page gave.
    """
    if cursor is None:
        return None
    try:
        place = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        place = None
    good = isinstance(place, list) and len(place) == length
    if not good or not all(isinstance(p, str) and p.isprintable() and p.isascii() for p in place):
        raise BadRequest(
            "cursor không đúng: hãy dùng nguyên giá trị next của trang trước.",
            "The cursor does not hold: use `next` of the page before, unchanged.",
            code="bad-cursor",
        )
    return tuple(place)
