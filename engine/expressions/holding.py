"""Holding (đúng hay không): a condition of a drawing against data that may not be there yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import MotcuaError
from engine.expressions.compiler import Surroundings, compile_expression


def holds(when: str, data: Mapping[str, Any], surroundings: Surroundings) -> bool:
    """Tell whether a condition is true; it is not while a name of it is not answered yet.

    Nor where an answer is of another kind than the drawing compares with.
    """
    condition = compile_expression(when)
    if not condition.names <= data.keys() | surroundings.facts.keys():
        return False
    try:
        return condition.evaluate(data, surroundings) is True
    except MotcuaError:
        return False
