"""Conditions of a form (điều kiện ẩn hiện): which fields the answers given hide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from engine.errors import Invalid
from engine.expressions import Expression, ExpressionError, Surroundings, compile_expression

#: Functions that read the clock: what a form hides must not change while it is filled in.
_TIMELY = ("now", "today")
_NO_TIME = Surroundings(now=datetime(1970, 1, 1, tzinfo=UTC))


def condition(text: str) -> Expression:
    """Return the compiled condition; raise Invalid where it cannot be read or asks the time."""
    expression = compile_expression(text)
    bare = text.replace(" ", "")
    if any(f"{name}(" in bare for name in _TIMELY):
        raise Invalid(
            f"Điều kiện ẩn «{text}» không được dùng giờ hiện tại.",
            f"The condition {text!r} must not ask the time.", code="form-condition",
        )
    return expression


def hidden(
    conditions: Mapping[str, tuple[Expression, ...]], answers: Mapping[str, Any],
) -> frozenset[str]:
    """Return the keys that the answers hide; a condition that cannot be worked out hides nothing.

    Like form-js, a field that was left empty counts as null in a condition.
    """
    return frozenset(
        key for key, found in conditions.items() if any(_holds(hides, answers) for hides in found)
    )


def _holds(hides: Expression, answers: Mapping[str, Any]) -> bool:
    data = {name: answers.get(name) for name in hides.names}
    try:
        return hides.evaluate(data, _NO_TIME) is True
    except ExpressionError:
        return False
