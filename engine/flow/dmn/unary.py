"""Unary tests as written (lời của ô): a cell's text divided, read and worked out where fixed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from engine.expressions import Expression, ExpressionError, Surroundings
from engine.expressions.text import MAX_TEXT
from engine.flow.dmn.cells import EVERYTHING, Cell, Equal, Interval, Operand, Order, Test

Compile = Callable[[str], Expression]
_ORDER = re.compile(r"\A(<=|>=|!=|==|<|>|=)\s*(?P<operand>.+)\Z", re.DOTALL)
_NOT = re.compile(r"\Anot\s*\((?P<inside>.*)\)\Z", re.DOTALL)
#: Values that need neither data nor the time of day.
_FIXED = re.compile(
    r"""\A(?:[-+]?\d+(?:\.\d+)?|true|false|null|(?:date|duration)\(\s*(?:"[^"]*"|'[^']*')\s*\)"""
    r"""|@?"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')\Z""",
)
#: Fixed values are worked out here: the instant is never read.
_NOWHERE = Surroundings(datetime(2000, 1, 1, tzinfo=UTC))


def read_cell(text: str, compile_text: Compile) -> Cell:
    """Return the cell that a text says; raise ExpressionError where it cannot be read."""
    bare = text.strip()
    if len(bare) > MAX_TEXT:
        raise ExpressionError(
            f"Ô dài quá {MAX_TEXT} ký tự.", f"The cell is longer than {MAX_TEXT} characters.",
            code="expression-too-long",
        )
    if bare in ("", "-"):
        return EVERYTHING
    match = _NOT.match(bare)
    if match is not None and _closes_last(bare):
        return Cell(bare, tuple(_tests(match["inside"], compile_text)), negated=True)
    return Cell(bare, tuple(_tests(bare, compile_text)))


def operand_of(text: str, compile_text: Compile) -> Operand:
    """Return a value as written, worked out at once where it is fixed."""
    expression = compile_text(text)
    if _FIXED.match(text.strip()) is None:
        return Operand(expression, fixed=False)
    return Operand(expression, True, expression.evaluate({}, _NOWHERE))


def _tests(text: str, compile_text: Compile) -> Iterator[Test]:
    for part in parts_of(text):
        match = _ORDER.match(part)
        interval = _interval(part, compile_text)
        if match is not None:
            yield Order(match[1], operand_of(match["operand"], compile_text))
        elif interval is not None:
            yield interval
        else:
            yield Equal(operand_of(part, compile_text))


def parts_of(text: str) -> list[str]:
    """Return the parts of a list: commas in quotes, brackets and intervals do not divide."""
    parts, start = [], 0
    for at, sign, depth in _signs(text):
        if sign == "," and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
    parts.append(text[start:].strip())
    if not all(parts):
        raise ExpressionError(
            "Danh sách có chỗ trống giữa hai dấu phẩy.", "The list has an empty place.",
            code="decision-cell", text=text,
        )
    return parts


def _interval(text: str, compile_text: Compile) -> Interval | None:
    """Return the interval that a part is; None where it is none."""
    if text[0] not in "[(]" or text[-1] not in "])[" or len(text) < 6:
        return None
    inside = text[1:-1]
    middle = next((at for at, sign, depth in _signs(inside)
                   if depth == 0 and inside.startswith("..", at) and sign == "."), None)
    if middle is None:
        return None
    low, high = inside[:middle], inside[middle + 2:]
    return Interval(operand_of(low, compile_text), operand_of(high, compile_text),
                    text[0] != "[", text[-1] != "]")


def _signs(text: str) -> Iterator[tuple[int, str, int]]:
    """Yield place, sign and depth of what stands outside of quotes.

    A bracket that opens an interval may be any of `[(]`, one that closes it any of `])[`.
    """
    depth, quote, fresh, ranged = 0, "", True, 0
    for at, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote and text[at - 1] != "\\" else quote
            continue
        if sign in "\"'":
            quote = sign
        closes = sign == "[" and depth and ranged == depth
        if not closes and (sign in "([{" or (sign == "]" and fresh)):
            depth += 1
        elif sign in ")]}[":
            depth, ranged = max(0, depth - 1), 0
        elif text.startswith("..", at):
            ranged = depth
        yield at, sign, depth
        fresh = sign in ",(" if not sign.isspace() else fresh


def _closes_last(text: str) -> bool:
    """Tell whether the first bracket closes with the last sign."""
    closed = [at for at, sign, depth in _signs(text) if sign == ")" and depth == 0]
    return closed[:1] == [len(text) - 1]
