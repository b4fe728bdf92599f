"""Payload (nội dung gửi): what a message declares, `name` or `name = expression` by commas.

Papers of the dossier are declared beside it, by the codes of their components.
"""

from __future__ import annotations

from engine.expressions import Expression, compile_expression

Payload = tuple[tuple[str, Expression | None], ...]


def read_payload(drawn: str | None) -> Payload:
    """Return names with their expressions; raise ExpressionError for what cannot be read."""
    found: list[tuple[str, Expression | None]] = []
    for part in split_payload(drawn or ""):
        name, sign, value = part.partition("=")
        found.append((name.strip(), compile_expression(value) if sign else None))
    return tuple(found)


def read_papers(drawn: str | None) -> tuple[str, ...]:
    """Return the codes of the components whose papers a message carries, each once, as drawn."""
    return tuple(dict.fromkeys((drawn or "").replace(",", " ").split()))


def split_payload(drawn: str) -> list[str]:
    """Return the parts of a payload: commas inside of texts and brackets do not divide."""
    parts, quote, depth, start = [], "", 0, 0
    for at, sign in enumerate(drawn):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif sign == "," and depth == 0:
            parts.append(drawn[start:at])
            start = at + 1
    return [part for part in (*parts, drawn[start:]) if part.strip()]
