"""Plain data (dữ liệu thuần): what may enter a flow, copied on the way so that nobody shares it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from engine.errors import Fault, Invalid

MAX_DEPTH = 100


def plain(value: Any, pointer: str = "", depth: int = 0) -> Any:
    """Return a copy of JSON data; raise Invalid with the JSON pointer of what is not JSON.

    Depth is at most 100; texts are valid Unicode; numbers are finite (RFC 8259).
    """
    if isinstance(value, str):
        return value if value.isascii() else _text(value, pointer)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if depth < MAX_DEPTH:
        if isinstance(value, Mapping):
            return {_name(key, pointer): plain(item, f"{pointer}/{key}", depth + 1)
                    for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [plain(item, f"{pointer}/{number}", depth + 1)
                    for number, item in enumerate(value)]
    raise _not_plain(pointer)


def _name(key: Any, pointer: str) -> str:
    if not isinstance(key, str):
        raise _not_plain(pointer)
    return _text(key, pointer)


def _text(value: str, pointer: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise _not_plain(pointer) from error
    return value


def _not_plain(pointer: str) -> Invalid:
    vi = "Dữ liệu không phải JSON thuần hoặc lồng quá sâu."
    en = "The data are not plain JSON, or nested too deeply."
    return Invalid(vi, en, [Fault(pointer, "not-json", vi, en)], code="data-not-json")
