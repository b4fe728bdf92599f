"""ISO 8601 durations (thời hạn ISO 8601): P3D, PT4H, P1DT2H30M; read into exact parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

_N = r"([0-9]{1,6}(?:[.,][0-9]{1,6})?)"
_DURATION = re.compile(
    rf"p(?:{_N}y)?(?:{_N}m)?(?:{_N}w)?(?:{_N}d)?(?:t(?=[0-9])(?:{_N}h)?(?:{_N}m)?(?:{_N}s)?)?",
)


@dataclass(frozen=True)
class Parts:
    """The parts of a duration; months hold the years too, seconds all of the time of day."""

    months: int
    weeks: Fraction
    days: Fraction
    seconds: Fraction


def looks_like(text: str) -> bool:
    """Tell whether the text, in small letters, means to be an ISO 8601 duration."""
    return re.match(r"p[0-9t]", text) is not None


def read(text: str) -> Parts | None:
    """Return the parts of a duration written in small letters; None when it is not one.

    A fraction may stand in the smallest part only, and not in years or months.
    """
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    written = [group for group in found.groups() if group]
    if any("," in n or "." in n for n in [*written[:-1], found[1] or "", found[2] or ""]):
        return None
    year, month, week, day, hour, minute, second = (
        Fraction((group or "0").replace(",", ".")) for group in found.groups())
    return Parts(int(year * 12 + month), week, day, hour * 3600 + minute * 60 + second)
