"""Assignments (phép gán): what a script task may hold, one `name = expression` a line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.expressions.compiler import CONSTANTS, Expression, compile_expression
from engine.expressions.errors import ExpressionError
from engine.expressions.functions import FUNCTIONS

MAX_LINES = 200
_LINE = re.compile(r"\A\s*(?P<name>[^\W\d]\w*)\s*=(?!=)(?P<value>.*)\Z", re.DOTALL)


@dataclass(frozen=True)
class Assignment:
    """One name and the expression whose value it gets."""

    name: str
    expression: Expression


def assignments(text: str) -> tuple[Assignment, ...]:
    """Return the assignments of a script in order; raise ExpressionError for anything else.

    Empty lines and lines that start with # are skipped; `a = 1; b = 2` may stand on one line.
    """
    lines = [line for line in _lines(text) if line.strip() and not line.strip().startswith("#")]
    if len(lines) > MAX_LINES:
        raise ExpressionError(
            f"Tập lệnh dài quá {MAX_LINES} dòng.", f"The script is longer than {MAX_LINES} lines.",
            code="expression-too-long",
        )
    return tuple(_assignment(line) for line in lines)


def _lines(text: str) -> list[str]:
    """Split at line ends and semicolons that stand outside of texts and brackets."""
    parts, quote, depth, start = [], "", 0, 0
    for at, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote and text[at - 1] != "\\" else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif sign in ";\n\r" and depth <= 0:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def _assignment(line: str) -> Assignment:
    match = _LINE.match(line)
    if match is None:
        raise _refused(line)
    name = match["name"]
    if name.startswith("__") or name in CONSTANTS or name in FUNCTIONS:
        raise ExpressionError(
            f"Không gán được cho “{name}”.", f"'{name}' cannot be assigned to.",
            code="expression-forbidden", text=line,
        )
    return Assignment(name, compile_expression(match["value"]))


def _refused(line: str) -> ExpressionError:
    shown = line.strip()[:60]
    return ExpressionError(
        f"Tập lệnh chỉ nhận dòng “tên = biểu thức”, không nhận “{shown}”.",
        f"A script holds lines 'name = expression' only, not '{shown}'.",
        code="script-not-assignment", text=line,
        hint=("Ví dụ: tong = phi + le_phi", "For example: total = fee + charge"),
    )
