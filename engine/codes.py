"""Dossier codes (mã hồ sơ): agency, day and the day's sequence, by a pattern that is a setting.

Circular 01/2018 art. 19 writes `V1V2V3.Z1Z2.Y1Y2.MX1X2-YYMMDD-XXXX`; the portals of 2026 write
`G09.20-20260609-0092637`. Both are patterns here, and a code can be read back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime

from engine.errors import Fault, Invalid

#: The form of Circular 01/2018 art. 19, and the one seen on portals in 2026.
CIRCULAR_01 = "{agency}-{yymmdd}-{nnnn}"
PORTAL_2026 = "{agency}-{yyyymmdd}-{nnnnnnn}"

#: What a URL carries as it is (RFC 3986 section 2.3); a colon would be taken for another chain.
_SAFE = re.compile(r"[A-Za-z0-9._~-]+")
_FIELD = re.compile(r"\{([^{}]*)\}")
_DATES = {"yymmdd": "%y%m%d", "yyyymmdd": "%Y%m%d"}
_MOST_CHARACTERS, _MOST_DIGITS = 80, 12


def possible(code: str, agency: str) -> bool:
    """Tell whether some pattern may have written a code for an agency: another node has its own."""
    return agency in code and code != agency and _SAFE.fullmatch(code) is not None


@dataclass(frozen=True)
class CodePattern:
    """How dossier codes are written: {agency}, {yymmdd} or {yyyymmdd}, and {nnnn}, once each.

    As many n as the sequence has digits at least; it grows beyond them and never starts again on
    the same day. Raises Invalid (code-pattern) for a pattern whose codes could not be told apart.
    """

    text: str = CIRCULAR_01
    _read: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Hold the pattern against what a code must be."""
        pieces = _FIELD.split(self.text)
        literals, names = pieces[::2], pieces[1::2]
        kinds = sorted(_kind(name) for name in names)
        if kinds != ["agency", "date", "sequence"] or len(self.text) > _MOST_CHARACTERS:
            _refuse(self.text, "phải có {agency}, một ngày và một số thứ tự, mỗi thứ đúng một lần",
                    "needs {agency}, one date and one sequence, each exactly once")
        if any(text and not _SAFE.fullmatch(text) for text in literals):
            _refuse(self.text, "chỉ được thêm chữ cái không dấu, chữ số và . _ ~ -",
                    "may add only letters, digits and . _ ~ -")
        if any(not text or text[0].isdigit() or text[-1].isdigit() for text in literals[1:-1]):
            _refuse(self.text, "giữa hai phần phải có dấu ngăn cách không phải chữ số",
                    "needs a separator that is no digit between two fields")
        object.__setattr__(self, "_read", _reader(literals, names))

    def code(self, agency: str, day: date, sequence: int) -> str:
        """Return the code of the day's nth dossier at an agency.

        Raises Invalid where the agency's own code holds what an address cannot carry.
        """
        if not _SAFE.fullmatch(agency):
            raise Invalid(
                f"Mã cơ quan «{agency}» không dùng được trong mã hồ sơ: chỉ được có chữ cái không "
                "dấu, chữ số và . _ ~ -; hãy sửa danh bạ.",
                f"The agency code {agency!r} cannot stand in a dossier code: it may hold only "
                "letters, digits and . _ ~ -; mend the register.", code="agency-code-unusable",
            )

        def write(found: re.Match[str]) -> str:
            name = found[1]
            if name == "agency":
                return agency
            return f"{day:{_DATES[name]}}" if name in _DATES else f"{sequence:0{len(name)}d}"

        return _FIELD.sub(write, self.text)

    def read(self, code: str) -> tuple[str, date, int]:
        """Return agency, day and sequence of a code; raise Invalid for what this never wrote."""
        found = self._read.fullmatch(code)
        day = self._day(found["date"]) if found else None
        if found is None or day is None or code != self.code(
            found["agency"], day, int(found["sequence"]),
        ):
            raise Invalid(
                f"«{code[:100]}» không phải mã hồ sơ theo mẫu {self.text}.",
                f"{code[:100]!r} is no dossier code by the pattern {self.text}.", code="no-code",
            )
        return found["agency"], day, int(found["sequence"])

    @staticmethod
    def _day(digits: str) -> date | None:
        whole = digits if len(digits) == len("yyyymmdd") else f"20{digits}"
        try:
            return datetime.strptime(whole, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            return None


def _kind(name: str) -> str:
    if name in _DATES:
        return "date"
    if name and set(name) == {"n"} and len(name) <= _MOST_DIGITS:
        return "sequence"
    return name


def _reader(literals: list[str], names: list[str]) -> re.Pattern[str]:
    written = re.escape(literals[0])
    for name, literal in zip(names, literals[1:], strict=True):
        shape = {
            "agency": r"[A-Za-z0-9._~-]+", "date": rf"\d{{{len(name)}}}",
            "sequence": rf"\d{{{len(name)},}}",
        }[_kind(name)]
        written += f"(?P<{_kind(name)}>{shape})" + re.escape(literal)
    return re.compile(written, re.ASCII)


def _refuse(text: str, vi: str, en: str) -> None:
    example = f"{CIRCULAR_01}, {PORTAL_2026}"
    raise Invalid(
        f"Mẫu mã hồ sơ «{text[:100]}» {vi}; ví dụ {example}.",
        f"The dossier code pattern {text[:100]!r} {en}; for example {example}.",
        [Fault("MOTCUA_CODE_PATTERN", "code-pattern", f"Mẫu {vi}.", f"It {en}.")],
        code="code-pattern",
    )
