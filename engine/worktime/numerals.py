"""Numerals (số viết bằng chữ): "03 (ba) ngày" says its number twice, and both must agree."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

_ONES = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
#: How a last digit is also said, and how it is said after "mươi" or "mười".
_ALSO = {4: ("tư",), 5: ("lăm", "nhăm"), 1: ("mốt",), 7: ("bẩy",)}


def spelled(number: int) -> frozenset[str]:
    """Return how a whole number below 100 is spelled, without accents; nothing for others."""
    return frozenset(_WORDS.get(number, ()))


def is_numeral(words: str) -> bool:
    """Tell whether words without accents spell a whole number below 100."""
    return words in _KNOWN


def _words(number: int) -> Iterator[str]:
    tens, ones = divmod(number, 10)
    last = (_ONES[ones], *_ALSO.get(ones, ()))
    if tens == 0:
        yield from last
        return
    ten = "mười" if tens == 1 else f"{_ONES[tens]} mươi"
    yield from ([ten] if ones == 0 else (f"{ten} {word}" for word in last))
    if tens > 1 and ones:
        yield from (f"{_ONES[tens]} {word}" for word in last)


def _bare(words: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", words) if not unicodedata.combining(c))


_WORDS = {number: tuple(_bare(words) for words in _words(number)) for number in range(100)}
_KNOWN = frozenset(words for spellings in _WORDS.values() for words in spellings)
