"""Operators (phép toán): each takes plain values, refuses other kinds and stays within bounds."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from engine.clock import local
from engine.expressions.errors import ExpressionError, too_large, wrong_type
from engine.expressions.values import MAX_RESULT, exact, number

Binary = Callable[[Any, Any], Any]
MAX_EXPONENT = 64


def add(left: Any, right: Any) -> Any:
    """Add numbers, join texts or lists, or move a day or an instant by a duration."""
    if number(left) and number(right):
        return exact(left + right)
    for kind in (str, list):
        if isinstance(left, kind) and isinstance(right, kind):
            return _joined(left, right)
    if isinstance(left, date | timedelta) and isinstance(right, timedelta):
        return _moved(operator.add, "+", left, right)
    if isinstance(left, timedelta) and isinstance(right, date):
        return _moved(operator.add, "+", right, left)
    raise wrong_type("+", left, right)


def subtract(left: Any, right: Any) -> Any:
    """Subtract numbers, durations, days or instants."""
    if number(left) and number(right):
        return exact(left - right)
    if isinstance(left, date) and isinstance(right, str | date):
        first, second = alike(left, right)
        return _moved(operator.sub, "-", first, second)
    if isinstance(left, date | timedelta) and isinstance(right, timedelta):
        return _moved(operator.sub, "-", left, right)
    raise wrong_type("-", left, right)


def multiply(left: Any, right: Any) -> Any:
    """Multiply numbers; never repeat a text or a list."""
    return _numbers("*", operator.mul, left, right)


def power(left: Any, right: Any) -> Any:
    """Raise a number to an exponent of at most 64."""
    if number(right) and abs(right) > MAX_EXPONENT:
        raise too_large(f"exponent > {MAX_EXPONENT}")
    return _numbers("**", operator.pow, left, right)


def contains(container: Any, item: Any) -> bool:
    """Tell whether a text, a list or an object's names contain the item."""
    if isinstance(container, str) and not isinstance(item, str):
        raise wrong_type("in", item, container)
    if isinstance(container, str | list | Mapping):
        try:
            return item in container
        except TypeError as error:
            raise wrong_type("in", item, container) from error
    raise wrong_type("in", item, container)


def alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Return two values as one kind where one is a day or an instant and the other ISO text."""
    if isinstance(left, date) and isinstance(right, str):
        right = moment(right)
    elif isinstance(right, date) and isinstance(left, str):
        left = moment(left)
    if isinstance(left, datetime) and _day(right):
        return local(left).date(), right
    if isinstance(right, datetime) and _day(left):
        return left, local(right).date()
    return left, right


def moment(text: str) -> date:
    """Read ISO text as a day or, with an offset, as an instant; raise ExpressionError."""
    try:
        if len(text) <= 10:
            return date.fromisoformat(text)
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise _not_a_moment(text) from error
    if at.tzinfo is None:
        raise _not_a_moment(text)
    return at


def _not_a_moment(text: str) -> ExpressionError:
    shown = text[:40]
    return ExpressionError(
        f"“{shown}” không phải là ngày; hãy viết như 2026-11-24 hoặc 2026-11-24T08:00:00+07:00.",
        f"{shown!r} is no day; write 2026-11-24, or 2026-11-24T08:00:00+07:00 for an instant.",
        code="expression-value",
    )


def _day(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _moved(do: Binary, sign: str, left: Any, right: Any) -> Any:
    try:
        return do(left, right)
    except OverflowError as error:
        raise too_large("date") from error
    except TypeError as error:
        raise wrong_type(sign, left, right) from error


def _numbers(sign: str, do: Binary, left: Any, right: Any) -> Any:
    if not (number(left) and number(right)):
        raise wrong_type(sign, left, right)
    try:
        result = do(left, right)
    except ZeroDivisionError as error:
        raise ExpressionError(
            "Phép chia cho 0.", "Division by zero.", code="expression-value",
        ) from error
    except OverflowError as error:
        raise too_large("number") from error
    if isinstance(result, complex):
        raise wrong_type(sign, left, right)
    return exact(result)


def _joined(left: Any, right: Any) -> Any:
    if len(left) + len(right) > MAX_RESULT:
        raise too_large("text")
    return left + right


def _arithmetic(sign: str, do: Binary) -> Binary:
    return lambda left, right: _numbers(sign, do, left, right)


def _ordered(sign: str, do: Binary) -> Binary:
    def compare(left: Any, right: Any) -> bool:
        first, second = alike(left, right)
        both = (first, second)
        if all(number(v) for v in both) or any(
            all(isinstance(v, k) for v in both) for k in (str, date, timedelta)
        ):
            return bool(do(first, second))
        raise wrong_type(sign, left, right)
    return compare


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, date) or isinstance(right, date):
        left, right = alike(left, right)
    return bool(left == right)


BINARY: Mapping[type[ast.operator], Binary] = {
    ast.Add: add, ast.Sub: subtract, ast.Mult: multiply, ast.Pow: power,
    ast.Div: _arithmetic("/", operator.truediv),
    ast.FloorDiv: _arithmetic("//", operator.floordiv),
    ast.Mod: _arithmetic("%", operator.mod),
}
COMPARE: Mapping[type[ast.cmpop], Binary] = {
    ast.Eq: _equal, ast.NotEq: lambda left, right: not _equal(left, right),
    ast.Lt: _ordered("<", operator.lt), ast.LtE: _ordered("<=", operator.le),
    ast.Gt: _ordered(">", operator.gt), ast.GtE: _ordered(">=", operator.ge),
    ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda left, right: contains(right, left),
    ast.NotIn: lambda left, right: not contains(right, left),
}
