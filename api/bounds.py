"""Bounds of examinations (giới hạn soát): seconds and memory from the environment."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import Invalid
from engine.flow.confined import Bounds

SECONDS, MEGABYTES = "MOTCUA_EXAMINATION_SECONDS", "MOTCUA_EXAMINATION_MEGABYTES"
#: Least and most that can be asked for: a request is given up after a minute.
_RANGES = {SECONDS: (1, 50), MEGABYTES: (64, 65_536)}


def bounds(environ: Mapping[str, str]) -> Bounds:
    """Return what one examination may take; raise Invalid where a setting is no such number."""
    usual = Bounds()
    seconds = _number(environ, SECONDS, usual.cpu)
    return Bounds(seconds, float(seconds), _number(environ, MEGABYTES, usual.megabytes))


def _number(environ: Mapping[str, str], name: str, usual: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return usual
    least, most = _RANGES[name]
    if not (text.isascii() and text.isdigit() and least <= int(text[:9]) <= most):
        raise Invalid(
            f"{name} phải là số nguyên từ {least} đến {most}, hiện là «{text[:40]}».",
            f"{name} must be a whole number from {least} to {most}; it is {text[:40]!r}.",
            code="bounds-unreadable",
        )
    return int(text)
