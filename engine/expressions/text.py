"""The text of an expression (lời biểu thức): wrappers of other tools taken off, then parsed."""

from __future__ import annotations

import ast
import re
import warnings

from engine.expressions.errors import ExpressionError

#: Longest text read; a longer condition belongs in a decision table.
MAX_TEXT = 4_000
MAX_DEPTH = 50

_WRAPPED = re.compile(r"\A(?:=(?!=)(?P<feel>.*)|[$#]\{(?P<juel>[^{}]*)\})\Z", re.DOTALL)
_TOKENS = re.compile(
    r"""(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?P<two>[=!<>]=)|(?P<and>&&)|(?P<or>\|\|)"""
    r"""|(?P<equals>=)|(?P<not>!)""",
)
_WORDS = {"and": " and ", "or": " or ", "equals": "==", "not": " not "}


def parse(text: str) -> ast.expr:
    """Return the syntax tree of a text of at most 4,000 characters; raise ExpressionError.

    Accepted around it: `= expr` (FEEL), `${expr}` and `#{expr}` (JUEL). Inside such a wrapper
    `=`, `&&`, `||` and `!` are read as `==`, `and`, `or` and `not`.
    """
    if len(text) > MAX_TEXT:
        raise _refused(
            f"Biểu thức dài quá {MAX_TEXT} ký tự.",
            f"The expression is longer than {MAX_TEXT} characters.", "expression-too-long",
        )
    inside, shift = unwrap(text)
    if not inside:
        raise _refused("Biểu thức để trống.", "The expression is empty.", "expression-empty")
    tree = _tree(inside, shift)
    if _deeper_than(tree, MAX_DEPTH):
        raise _refused(
            f"Biểu thức lồng nhau quá {MAX_DEPTH} tầng.",
            f"The expression is nested deeper than {MAX_DEPTH}.", "expression-too-deep",
        )
    return tree


def unwrap(text: str) -> tuple[str, int]:
    """Return the expression without its wrapper, and how many characters stood before it."""
    bare = text.strip()
    match = _WRAPPED.match(bare)
    if match is None:
        return bare, len(text) - len(text.lstrip())
    inner = match["feel"] if match["feel"] is not None else match["juel"]
    return _TOKENS.sub(_python, inner).strip(), text.find(inner.strip())


def _python(match: re.Match[str]) -> str:
    return _WORDS.get(match.lastgroup or "", match.group())


def _tree(text: str, shift: int) -> ast.expr:
    lines = "\n" in text or "\r" in text
    try:
        with warnings.catch_warnings():
            # Python's remarks on style (`1if x`) are for Python code, and would go to the log.
            warnings.simplefilter("ignore", SyntaxWarning)
            return ast.parse(f"({text}\n)" if lines else text, mode="eval").body
    except SyntaxError as error:
        column = None if lines or error.offset is None else error.offset + shift
        raise _refused(
            "Biểu thức sai cú pháp.", "The expression is not well formed.",
            "expression-syntax", column, _syntax_hint(text),
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise _refused(
            "Không đọc được biểu thức.", "The expression cannot be read.", "expression-syntax",
        ) from error


def _syntax_hint(text: str) -> tuple[str, str]:
    if re.search(r"(?<![=!<>])=(?!=)", text):
        return "So sánh bằng viết là ==.", "Equality is written ==."
    if "&&" in text or "||" in text:
        return "Hãy viết and, or, not.", "Write and, or, not."
    return (
        'Ví dụ đúng: so_ngay > 3 and loai == "A".', 'A well-formed one: days > 3 and kind == "A".',
    )


def _deeper_than(tree: ast.expr, limit: int) -> bool:
    level: list[ast.AST] = [tree]
    for _ in range(limit):
        level = [
            child for node in level for child in ast.iter_child_nodes(node)
            if isinstance(child, ast.expr)
        ]
        if not level:
            return False
    return True


def _refused(
    vi: str, en: str, code: str, column: int | None = None, hint: tuple[str, str] = ("", ""),
) -> ExpressionError:
    return ExpressionError(vi, en, code=code, column=column, hint=hint)
