"""Checking (kiểm tra): every problem of an expression as a list, before anything runs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches

from engine.expressions.compiler import compile_expression
from engine.expressions.errors import ExpressionError


@dataclass(frozen=True)
class Problem:
    """One problem of an expression: stable code, column from 1 if known, sentence, hint."""

    code: str
    column: int | None
    vi: str
    en: str
    hint_vi: str = ""
    hint_en: str = ""


def check(text: str, known: Collection[str] | None = None) -> list[Problem]:
    """Return all problems; names outside `known` are problems too, unless `known` is None."""
    try:
        expression = compile_expression(text)
    except ExpressionError as error:
        return [
            Problem(error.code, error.column, error.vi, error.en, error.hint_vi, error.hint_en),
        ]
    if known is None:
        return []
    return [_unknown(name, known) for name in sorted(expression.names - set(known))]


def _unknown(name: str, known: Collection[str]) -> Problem:
    close = get_close_matches(name, list(known), 1, 0.6)
    hint = (f"Có phải là {close[0]}?", f"Did you mean {close[0]}?") if close else ("", "")
    return Problem(
        "expression-unknown-name", None, f"Không rõ “{name}” lấy từ đâu.",
        f"Nothing before it provides '{name}'.", *hint,
    )
