"""Days and hours (ngày và giờ làm việc): what an agency's decisions say of hours and days off.

Plain data, read from JSON and written back to it; nothing is counted here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, cast

from engine.errors import Invalid

#: (opening, closing) of each shift of one day, in minutes after midnight, in order.
Shifts = tuple[tuple[int, int], ...]
#: The shifts of Monday .. Sunday.
Week = tuple[Shifts, Shifts, Shifts, Shifts, Shifts, Shifts, Shifts]
Kind = Literal["holiday", "compensation", "exchanged", "worked"]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KINDS = ("holiday", "compensation", "exchanged", "worked")
_SHIFT = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_NOT_YEARLY = {(2, 29), (2, 30), (2, 31), (4, 31), (6, 31), (9, 31), (11, 31)}


@dataclass(frozen=True)
class Hours:
    """Working hours (giờ làm việc) by weekday, from the day `since` on.

    `season` is (first, last) as "MM-DD", both included and possibly over the new year; outside it
    these hours say nothing. Of the hours that speak of a day the latest `since` decides, and of
    two with the same `since` the one with a season. `decision`, `decided_by` and `decided_on` are
    number, author and date of the decision.
    """

    since: date
    week: Week
    season: tuple[str, str] | None = None
    decision: str = ""
    decided_by: str = ""
    decided_on: date | None = None

    def speaks_of(self, day: date) -> bool:
        """Tell whether these hours are in force on that day."""
        if day < self.since or self.season is None:
            return day >= self.since
        first, last = self.season
        month_day = f"{day:%m-%d}"
        if first <= last:
            return first <= month_day <= last
        return month_day >= first or month_day <= last

    def as_json(self) -> dict[str, Any]:
        """Return the hours as plain JSON data."""
        return {
            "since": self.since.isoformat(), "season": self.season and list(self.season),
            "decision": self.decision,
            "week": {name: [_shift_text(s) for s in shifts]
                     for name, shifts in zip(WEEKDAYS, self.week, strict=True) if shifts},
        } | _authority(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Hours:
        """Read what `as_json` wrote; raise Invalid naming a shift or season that cannot be."""
        week = tuple(_shifts(data["week"].get(name, ())) for name in WEEKDAYS)
        season = data.get("season")
        return cls(
            since=date.fromisoformat(data["since"]), week=cast("Week", week),
            season=_season(season) if season else None, decision=data.get("decision", ""),
            **_decided(data),
        )


@dataclass(frozen=True)
class SpecialDay:
    """One day that differs from its weekday (ngày nghỉ lễ, nghỉ bù, nghỉ hoán đổi, làm bù).

    `kind` "holiday" and "compensation" are days off, "exchanged" is a day off that is worked on
    another day, "worked" is that other day. `exchange` is the other day of the pair; a worked day
    has the hours of the day that it replaces. A day decided apart from its year's table says by
    which decision.
    """

    day: date
    kind: Kind
    name: str
    exchange: date | None = None
    decision: str = ""
    decided_by: str = ""
    decided_on: date | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise _wrong(f"{self.day}: {self.kind}", f"kind must be one of {', '.join(KINDS)}")
        if self.kind == "worked" and self.exchange is None:
            raise _wrong(str(self.day), "a worked day needs `exchange`: the day it replaces")

    def as_json(self) -> dict[str, Any]:
        """Return the day as plain JSON data."""
        data = {"day": self.day.isoformat(), "kind": self.kind, "name": self.name}
        data |= {"exchange": self.exchange.isoformat()} if self.exchange else {}
        return data | ({"decision": self.decision} if self.decision else {}) | _authority(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SpecialDay:
        """Read what `as_json` wrote."""
        exchange = data.get("exchange")
        return cls(
            day=date.fromisoformat(data["day"]), kind=data["kind"], name=data["name"],
            exchange=date.fromisoformat(exchange) if exchange else None,
            decision=data.get("decision", ""), **_decided(data),
        )


@dataclass(frozen=True)
class FixedHoliday:
    """A holiday on the same date each year (ngày lễ cố định), since the year `since`."""

    month: int
    day: int
    name: str
    since: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the holiday as plain JSON data."""
        return {"day": f"{self.month:02}-{self.day:02}", "name": self.name, "since": self.since}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FixedHoliday:
        """Read what `as_json` wrote; raise Invalid when the day is not MM-DD."""
        month, day = _month_day(data["day"])
        if (month, day) in _NOT_YEARLY:
            raise _wrong(data["day"], "a fixed holiday must be a day of every year")
        return cls(month, day, data["name"], data.get("since", 0))


@dataclass(frozen=True)
class YearTable:
    """The days off and worked of one year (lịch nghỉ của năm): complete, final or provisional."""

    year: int
    provisional: bool
    decision: str
    days: tuple[SpecialDay, ...]
    decided_by: str = ""
    decided_on: date | None = None

    def __post_init__(self) -> None:
        seen = {special.day for special in self.days}
        if len(seen) != len(self.days) or any(day.year != self.year for day in seen):
            raise _wrong(str(self.year), "each day stands once, in the table of its own year")

    def as_json(self) -> dict[str, Any]:
        """Return the table as plain JSON data."""
        return {"year": self.year, "provisional": self.provisional, "decision": self.decision,
                "days": [special.as_json() for special in self.days]} | _authority(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> YearTable:
        """Read what `as_json` wrote; raise Invalid when a day stands twice or in a wrong year."""
        days = tuple(SpecialDay.from_json(day) for day in data["days"])
        return cls(data["year"], data["provisional"], data.get("decision", ""), days,
                   **_decided(data))


def _authority(said: Hours | SpecialDay | YearTable) -> dict[str, Any]:
    """Return who decided and when; nothing where nothing is known, so that old digests stand."""
    by = {"decided_by": said.decided_by} if said.decided_by else {}
    return by | ({"decided_on": said.decided_on.isoformat()} if said.decided_on else {})


def _decided(data: Mapping[str, Any]) -> dict[str, Any]:
    on = data.get("decided_on")
    return {"decided_by": data.get("decided_by", ""),
            "decided_on": date.fromisoformat(on) if on else None}


def _shifts(texts: Sequence[str]) -> Shifts:
    shifts = tuple(_shift(text) for text in texts)
    ends = [minute for shift in shifts for minute in shift]
    if any(a >= b for a, b in shifts) or ends != sorted(ends) or ends[-1:] > [1440]:
        raise _wrong(", ".join(texts), "shifts of a day must be in order, apart and not empty")
    return shifts


def _shift(text: str) -> tuple[int, int]:
    found = _SHIFT.fullmatch(text)
    if found is None or int(found[2]) > 59 or int(found[4]) > 59:
        raise _wrong(text, "write a shift as 07:30-11:30")
    return int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])


def _shift_text(shift: tuple[int, int]) -> str:
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in shift)


def _season(ends: Sequence[str]) -> tuple[str, str]:
    first, last = ends
    _month_day(first), _month_day(last)
    return first, last


def _month_day(text: str) -> tuple[int, int]:
    found = _MONTH_DAY.fullmatch(text)
    if found is None:
        raise _wrong(text, "write a day of each year as MM-DD")
    return int(found[1]), int(found[2])


def _wrong(place: str, how: str) -> Invalid:
    return Invalid(f"Lịch làm việc sai ở “{place}”: {how}", f"calendar wrong at '{place}': {how}",
                   code="calendar-invalid")
