"""Wording (cách viết) of days, hours and instants in Vietnamese."""

from __future__ import annotations

from datetime import date, datetime, time

from engine.worktime.days import Shifts

_DAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


def day_text(ordinal: int, *, year: bool = True) -> str:
    """Return "thứ Hai 23/02/2026" for a proleptic ordinal, or without the year."""
    day = date.fromordinal(ordinal)
    return f"{_DAYS[day.weekday()]} {day.day:02}/{day.month:02}" + (f"/{day.year}" if year else "")


def short(ordinal: int) -> str:
    """Return "23/02" for a proleptic ordinal."""
    day = date.fromordinal(ordinal)
    return f"{day.day:02}/{day.month:02}"


def instant_text(at: datetime) -> str:
    """Return "10:00 thứ Hai 23/02/2026", with seconds only where there are any."""
    seconds = f":{at.second:02}" if at.second or at.microsecond else ""
    return f"{clock(at)}{seconds} {day_text(at.toordinal())}"


def clock(at: time | datetime) -> str:
    """Return "15:00"."""
    return f"{at.hour:02}:{at.minute:02}"


def hours_text(minutes: int) -> str:
    """Return "5 giờ 30 phút" for minutes."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} giờ"] * bool(hours or not rest) + [f"{rest} phút"] * bool(rest)
    return " ".join(parts)


def shifts_text(shifts: Shifts) -> str:
    """Return "07:30–11:30 và 13:30–17:30"."""
    return " và ".join(
        "–".join(f"{minute // 60:02}:{minute % 60:02}" for minute in shift) for shift in shifts)
