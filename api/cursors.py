"""Cursors (con trỏ trang): opaque places in a list, for the next page."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from api.problem import BadRequest

Row = TypeVar("Row")


def write_cursor(place: tuple[str, ...]) -> str:
    """Return a place as an opaque word."""
    return urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def cut(
    found: Sequence[Row], size: int, place: Callable[[Row], tuple[str, ...]],
) -> tuple[Sequence[Row], str | None]:
    """Return a page of what was found, and the cursor of the next one, None on the last page.

    One row more than the page is asked for: it tells that there is a next page.
    """
    more = len(found) > size
    return found[:size], write_cursor(place(found[size - 1])) if more else None


def read_cursor(cursor: str | None, *kinds: Callable[[str], object]) -> Any:
    """Return the place that a cursor names, None without one.

    `kinds` read its texts one by one and raise ValueError for what they are not. Raises BadRequest
    for a word that no page gave.
    """
    if cursor is None:
        return None
    try:
        place = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        for kind, text in zip(kinds, place, strict=True):
            kind(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise BadRequest(
            "cursor không đúng: hãy dùng nguyên giá trị next của trang trước.",
            "The cursor does not hold: use `next` of the page before, unchanged.",
            code="bad-cursor",
        ) from error
    return tuple(place)


def a_number(text: str) -> int:
    """Return a number's text as it is; raise ValueError for any other."""
    if not isinstance(text, str) or not text.isdecimal() or len(text) > 9:
        raise ValueError(text)
    return int(text)


def a_due_date(text: str) -> None:
    """Raise ValueError for a text that is no instant and does not say that there is none."""
    if text != "infinity" and datetime.fromisoformat(text).tzinfo is None:
        raise ValueError(text)


def a_moment(text: str) -> None:
    """Raise ValueError for a text that is no instant."""
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError(text)


def an_id(text: str) -> UUID:
    """Return the id that a text is; raise ValueError for any other."""
    return UUID(text if isinstance(text, str) else "")
