"""Spelling (cách viết): what DMN writes otherwise than our expressions, put into our words.

Names may hold blanks ("Số ngày"), `?` is the value of the column, `@"2026-11-24"` a day, and `=`
compares. Texts in quotes stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property

from engine.expressions import Expression, ExpressionError, compile_expression

#: Under this name an expression reads the value of its column.
CELL = "_cell_"
#: FEEL's names with blanks of functions that we have (DMN 1.3 clause 10.3.4).
_FUNCTIONS = {
    "starts with": "starts_with", "ends with": "ends_with", "string length": "len",
    "upper case": "upper", "lower case": "lower",
}
_STRING = r'''"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*\''''
_WRAPPED = ("=", "${", "#{")


class Spelling:
    """Compiles the expressions of one file; `names` maps names with blanks to identifiers."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names: Mapping[str, str] = {
            name: identifier(name) for name in dict.fromkeys(names) if not name.isidentifier()
        }

    def compile(self, text: str) -> Expression:
        """Return the compiled expression; raise ExpressionError with the text as written."""
        spelled = self._words.sub(self._word, text.strip())
        wrapped = spelled if spelled.startswith(_WRAPPED) else f"= {spelled}"
        try:
            return replace(compile_expression(wrapped if spelled else ""), text=text.strip())
        except ExpressionError as error:
            error.text, error.column = text.strip(), None
            raise

    @cached_property
    def _words(self) -> re.Pattern[str]:
        longest = sorted({*self.names, *_FUNCTIONS}, key=len, reverse=True)
        names = "|".join(r"\s+".join(map(re.escape, name.split())) for name in longest if name)
        return re.compile(
            rf"@(?P<day>{_STRING})|{_STRING}|(?P<cell>\?)|(?<!\w)(?P<name>{names})(?!\w)",
        )

    def _word(self, match: re.Match[str]) -> str:
        if match["day"]:
            return f"date({match['day']})"
        if match["cell"]:
            return CELL
        if match["name"]:
            name = " ".join(match["name"].split())
            return self.names.get(name) or _FUNCTIONS[name]
        return match.group()


def identifier(name: str) -> str:
    """Return a name as one word: blanks and signs become underscores."""
    word = re.sub(r"\W+", "_", name.strip())
    return f"_{word}" if not word or word[0].isdigit() else word
