"""Plain data of machines (dữ liệu máy gửi): any JSON, cleaned as the answers of forms are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any
from unicodedata import category, normalize

from engine.errors import Fault, Invalid
from engine.forms.values import EXACT

#: Most values in all, most characters in all, deepest nesting.
MOST_VALUES, MOST_CHARACTERS, DEEPEST = 5_000, 65_536, 20
_SAID: Mapping[str, tuple[str, str]] = {
    "name": ("Tên phải là một từ không dấu cách.", "A name must be one word."),
    "too-deep": ("Dữ liệu lồng quá sâu.", "The data is nested too deeply."),
    "too-large": ("Dữ liệu quá lớn.", "The data is too large."),
    "not-number": ("Số này không chính xác được.", "This number cannot be exact."),
    "control-character": ("Có ký tự điều khiển.", "There is a control character."),
    "not-data": ("Không phải dữ liệu JSON.", "This is no JSON data."),
}


class _Faulty(ValueError):
    """A place and the code of its fault."""


def clean_data(data: Mapping[str, Any], *, pointer: str = "/variables") -> dict[str, Any]:
    """Return data as history keeps it: NFC texts, exact numbers, names that expressions can read.

    Only the names of `data` itself must be words; keys inside may be any text. Raises Invalid with
    the first fault below `pointer`.
    """
    try:
        found = {_word(name): _clean(value, f"/{name}", 1) for name, value in data.items()}
        _bound(found)
    except _Faulty as fault:
        place, code = fault.args
        vi, en = _SAID[code]
        raise Invalid(
            f"Dữ liệu gửi lên không dùng được: {vi}", f"The data cannot be used: {en}",
            [Fault(f"{pointer}{place}", code, vi, en)], code="data-invalid",
        ) from fault
    return found


def _word(name: str) -> str:
    clean = normalize("NFC", name)
    if not clean.isidentifier() or clean.startswith("__") or len(clean) > 100:
        raise _Faulty(f"/{name[:100]}", "name")
    return clean


def _clean(value: Any, place: str, depth: int) -> Any:
    if depth > DEEPEST:
        raise _Faulty(place, "too-deep")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, place)
    if isinstance(value, int | float):
        return _number(value, place)
    if isinstance(value, list | tuple):
        return [_clean(one, f"{place}/{i}", depth + 1) for i, one in enumerate(value)]
    if isinstance(value, Mapping):
        return {
            _text(str(key), place): _clean(one, f"{place}/{key}", depth + 1)
            for key, one in value.items()
        }
    raise _Faulty(place, "not-data")


def _text(value: str, place: str) -> str:
    clean = normalize("NFC", value.replace("\r\n", "\n"))
    if not clean.isprintable() and any(
        category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in clean
    ):
        raise _Faulty(place, "control-character")
    return clean


def _number(value: float, place: str) -> int | float:
    if (isinstance(value, float) and not isfinite(value)) or abs(value) > EXACT:
        raise _Faulty(place, "not-number")
    # History writes 2.0 as 2: a replay must start from what the first run had.
    return int(value) if value == int(value) else value


def _bound(data: Mapping[str, Any]) -> None:
    values = characters = 0
    for size in _sizes(data):
        values, characters = values + 1, characters + size
        if values > MOST_VALUES or characters > MOST_CHARACTERS:
            raise _Faulty("", "too-large")


def _sizes(value: Any) -> Iterator[int]:
    yield len(value) if isinstance(value, str) else 1
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield len(key)
            yield from _sizes(one)
    elif isinstance(value, list):
        for one in value:
            yield from _sizes(one)
