"""Values (giá trị): copied out of the data, bounded in size, clean for JSON when stored."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from engine.expressions.errors import ExpressionError, too_large, wrong_type

#: Characters of JSON that one result may take.
MAX_RESULT = 64 * 1024
MAX_DEPTH = 100
#: Beyond it JSON numbers are no longer exact everywhere (RFC 8785 section 3.2.2.3).
MAX_INTEGER = 2**53 - 1
_ATOMS = (bool, date, timedelta)


def copied(value: Any) -> Any:
    """Return the value as fresh containers of at most 64 KB; raise ExpressionError beyond.

    So a result never shares a list or an object with the data it was taken from.
    """
    return _copy(value, [MAX_RESULT], 0)


def as_data(value: Any) -> Any:
    """Return a result as plain JSON data: days, instants and durations become ISO 8601 text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return iso_duration(value)
    if isinstance(value, Mapping):
        return {key: as_data(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_data(item) for item in value]
    return value


def iso_duration(span: timedelta) -> str:
    """Return a span as ISO 8601 text, in days and seconds."""
    sign, rest = ("-", -span) if span < timedelta(0) else ("", span)
    seconds = rest.seconds + rest.microseconds / 1_000_000
    clock = f"T{seconds:g}S" if rest.microseconds else f"T{rest.seconds}S"
    return f"{sign}P{rest.days}D{clock if seconds else ''}"


def number(value: Any) -> bool:
    """Tell whether the value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def exact(value: Any) -> Any:
    """Return a number within what JSON keeps exactly; raise ExpressionError beyond."""
    if isinstance(value, float) and not math.isfinite(value):
        raise too_large("number")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > MAX_INTEGER:
        raise too_large("number > 2^53")
    return value


def _copy(value: Any, left: list[int], depth: int) -> Any:
    _spend(left, len(value) if isinstance(value, str) else 4)
    if value is None or isinstance(value, (*_ATOMS, str)):
        return value
    if isinstance(value, int | float):
        return exact(value)
    if depth > MAX_DEPTH:
        raise too_large("nesting")
    if isinstance(value, Mapping):
        return {_key(key, left): _copy(item, left, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_copy(item, left, depth + 1) for item in value]
    raise wrong_type("result", value)


def _key(key: Any, left: list[int]) -> str:
    if not isinstance(key, str):
        raise ExpressionError(
            "Tên trong một đối tượng phải là chữ.", "A name in an object must be text.",
            code="expression-type",
        )
    _spend(left, len(key))
    return key


def _spend(left: list[int], size: int) -> None:
    left[0] -= size
    if left[0] < 0:
        raise too_large(f"> {MAX_RESULT // 1024} KB")
