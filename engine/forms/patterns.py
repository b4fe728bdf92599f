"""Patterns (mẫu): a form's regular expressions, kept from taking a server's time.

Python's matcher may try exponentially many ways where repetitions nest, and a power of the text's
length where they follow each other. Nested ones are refused on upload; for the others the text that
is matched at all is kept so short that the ways stay few.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from re import _constants as codes  # type: ignore[attr-defined]  # its parser is undocumented
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

#: Ways that matching one text may take at the most, and a repetition's length that counts as long.
MOST_WAYS, LONG = 10_000_000, 32

_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)


@lru_cache(512)
def longest_text(pattern: str) -> int:
    """Return how many characters of text a pattern may be matched against.

    Raises ValueError saying what to change when repetitions nest or the pattern refers back, and
    re.error, OverflowError or RecursionError when it is none.
    """
    tree = parser.parse(pattern)
    repeated = sum(1 for _ in _long_repeats(tree))
    anchored = pattern.startswith(("^", "\\A"))
    power = repeated + (0 if anchored else 1)
    return MOST_WAYS if power == 0 else int(MOST_WAYS ** (1 / power))


def fits(pattern: str, text: str) -> bool:
    """Tell whether the pattern is found in the text (form-js searches too)."""
    return len(text) <= longest_text(pattern) and re.search(pattern, text) is not None


def _long_repeats(tree: Any, *, in_long: bool = False, in_many: bool = False) -> Iterator[None]:
    """Yield once for each long repetition; raise ValueError for what may take forever.

    `in_long` tells that a long repetition stands around, `in_many` that one of any length does.
    """
    for code, argument in tree:
        if code in _REPEATS:
            least, most, body = argument
            free = most != least and most > 1
            long = free and most > LONG
            if (in_long and free) or (in_many and long):
                raise ValueError("a repetition stands inside another one; write one of them out")
            if long:
                yield
            around = {"in_long": in_long or long, "in_many": in_many or most > 1}
            yield from _long_repeats(body, **around)
        elif code is codes.GROUPREF:
            raise ValueError("it refers back to a group; write the text out")
        elif code is codes.BRANCH and in_long:
            raise ValueError("alternatives stand inside a repetition; use a class like [ab]")
        else:
            for part in _bodies(argument):
                yield from _long_repeats(part, in_long=in_long, in_many=in_many)


def _bodies(argument: Any) -> Iterator[Any]:
    """Yield the patterns that stand inside a piece of a parsed pattern."""
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for part in argument:
            yield from _bodies(part)
