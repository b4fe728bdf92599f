"""Cron (chu kỳ cron): cycles as other engines write them, and the ISO 8601 cycle that says it."""

from __future__ import annotations

import re

_FIELD = re.compile(r"\A(?:[\d*/?,#LWC-]+|(?:MON|TUE|WED|THU|FRI|SAT|SUN|[A-Z]{3})[A-Z,#L\d-]*)\Z")
_NAMED = {
    "@yearly": "R/P1Y", "@annually": "R/P1Y", "@monthly": "R/P1M", "@weekly": "R/P1W",
    "@daily": "R/P1D", "@midnight": "R/P1D", "@hourly": "R/PT1H",
}
_EVERY = re.compile(r"\A(?:\*|0)/(\d{1,3})\Z")
_ANY = {"*", "?"}
_NUMBER = re.compile(r"\A\d{1,2}\Z")


def is_cron(text: str) -> bool:
    """Tell whether a text is a cron cycle: five to seven fields, or a word such as @daily."""
    fields = text.split()
    return text.strip().lower() in _NAMED or (5 <= len(fields) <= 7 and all(
        _FIELD.match(field.upper()) and len(field) < 60 for field in fields) and (
        any(char.isdigit() or char == "*" for char in fields[0])))


def iso_of(text: str) -> str:
    """Return the ISO 8601 cycle that says the same; empty where none does."""
    named = _NAMED.get(text.strip().lower())
    if named is not None:
        return named
    fields = text.split()
    second, (minute, hour, day, month, weekday) = (
        ("0", fields) if len(fields) == 5 else (fields[0], fields[1:6]))
    free = day in _ANY and month in _ANY and weekday in _ANY
    if not second.isdigit() or month not in _ANY:
        return ""
    if free and hour in _ANY:
        every = _EVERY.match(minute)
        return f"R/PT{every[1]}M" if every else "R/PT1M" if minute == "*" else (
            "R/PT1H" if _NUMBER.match(minute) else "")
    every = _EVERY.match(hour)
    if free and every and _NUMBER.match(minute):
        return f"R/PT{every[1]}H"
    if not (_NUMBER.match(minute) and _NUMBER.match(hour)):
        return ""
    span = "P1D" if free else "P1W" if day in _ANY and re.match(r"\A(\d|[A-Za-z]{3})\Z", weekday) \
        else "P1M" if weekday in _ANY and _NUMBER.match(day) else ""
    return f"R/NĂM-THÁNG-NGÀYT{int(hour):02}:{int(minute):02}:00+07:00/{span}" if span else ""
