"""Times in drawings (thời điểm): ISO 8601 dates, durations and cycles, and Vietnamese durations.

An ISO duration is elapsed time, as BPMN says; a text such as "04 giờ" or "3 ngày làm việc" is
working time of the calendar.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine import worktime
from engine.clock import VIETNAM
from engine.errors import Invalid

_DURATION = re.compile(
    r"\AP(?=\d|T\d)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?"
    r"(?:(?P<days>\d+(?:[.,]\d+)?)D)?(?:T(?=\d)(?:(?P<hours>\d+(?:[.,]\d+)?)H)?"
    r"(?:(?P<minutes>\d+(?:[.,]\d+)?)M)?(?:(?P<seconds>\d+(?:[.,]\d+)?)S)?)?\Z",
)
_CYCLE = re.compile(r"\AR(?P<times>\d*)/(?:(?P<start>[^/P][^/]*)/)?(?P<every>P[^/]+)"
                    r"(?:/(?P<end>[^/]+))?\Z")
#: Rounds of a cycle drawn without a number: bounded, so that no timer is endless.
MAX_ROUNDS = 1_000


@dataclass(frozen=True)
class Timer:
    """When a timer is due (None = never by itself), its text, and how often it comes again.

    `working` tells that it was counted in working time, so that a change of the calendar moves it.
    """

    due: datetime | None
    text: str = ""
    again: int = 0
    working: bool = False


def readable(kind: str, text: str) -> bool:
    """Tell whether a text is a time as drawn and not an expression."""
    text = text.strip()
    cycle = _CYCLE.match(text) if kind == "cycle" else None
    if cycle is not None:
        start = cycle["start"]
        return (start is None or _date(start) is not None) and readable("duration", cycle["every"])
    if _DURATION.match(text) or _date(text) is not None:
        return True
    try:
        worktime.parse(text)
    except Invalid:
        return False
    return True


def read_timer(kind: str, value: Any, at: datetime, calendar: worktime.Calendar | None) -> Timer:
    """Return when a timer armed at an instant is due; raise Invalid for what is no time."""
    if isinstance(value, datetime):
        return Timer(value if value.tzinfo else value.replace(tzinfo=VIETNAM))
    if isinstance(value, timedelta):
        return Timer(at + value)
    text = str(value.isoformat() if hasattr(value, "isoformat") else value).strip()
    cycle = _CYCLE.match(text)
    if kind == "cycle" and cycle is not None:
        return _cycle(cycle, at, calendar)
    date = _date(text)
    if date is not None:
        return Timer(date, text)
    return Timer(_later(at, text, calendar), text, working=_DURATION.match(text) is None)


def _cycle(cycle: re.Match[str], at: datetime, calendar: worktime.Calendar | None) -> Timer:
    every = cycle["every"]
    start = _date(cycle["start"]) if cycle["start"] else None
    said = cycle["times"].lstrip("0") if cycle["times"] else ""
    times = MAX_ROUNDS if len(said) > 6 or not cycle["times"] else min(int(said or 0), MAX_ROUNDS)
    first = start if start is not None else _later(at, every, calendar)
    return Timer(first, every, max(times - 1, 0)) if times else Timer(None)


def _date(text: str) -> datetime | None:
    """Return an ISO date or instant; without offset it is read on a clock in Viet Nam."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=VIETNAM)


def _later(at: datetime, text: str, calendar: worktime.Calendar | None) -> datetime | None:
    match = _DURATION.match(text)
    if match is None:
        return worktime.due(at, worktime.parse(text), calendar or worktime.DEFAULT).at
    parts = {name: float((part or "0").replace(",", ".")) for name, part in
             match.groupdict().items()}
    try:
        months = int(parts.pop("years") * 12 + parts.pop("months"))
        return _months_later(at, months) + timedelta(**parts)
    except (OverflowError, ValueError) as error:
        raise Invalid(f"Thời lượng “{text}” quá dài.", f"The duration '{text}' is too long.",
                      code="timer-too-long") from error


def _months_later(at: datetime, months: int) -> datetime:
    if not months:
        return at
    total = at.month - 1 + months
    year, month = at.year + total // 12, total % 12 + 1
    return at.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))
