"""Access (truy cập): reading one part of plain data while an expression runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.expressions.errors import ExpressionError, wrong_type
from engine.expressions.values import number


def item(place: Any, key: Any) -> Any:
    """Return the named or numbered part of an object, list or text; raise ExpressionError."""
    if isinstance(place, Mapping) and isinstance(key, str):
        if key in place:
            return place[key]
        raise missing(key)
    if isinstance(place, list | tuple | str) and isinstance(key, int) and not isinstance(key, bool):
        if -len(place) <= key < len(place):
            return place[key]
        raise missing(str(key))
    raise wrong_type(f"[{key if isinstance(key, str) else '…'}]", place)


def missing(name: str) -> ExpressionError:
    """Return the refusal of a name that the data does not hold."""
    return ExpressionError(
        f"Dữ liệu không có “{name}”.", f"The data has no '{name}'.", code="expression-missing-name",
        hint=(
            "Cho giá trị mặc định bằng get(đối_tượng, tên, mặc_định), hoặc hỏi trong biểu mẫu.",
            "Give a default with get(object, key, default), or ask for it in a form.",
        ),
    )


def signed(value: Any, *, minus: bool) -> Any:
    """Return the number with its sign kept or turned; raise ExpressionError for other kinds."""
    if not number(value):
        raise wrong_type("-" if minus else "+", value)
    return -value if minus else value
