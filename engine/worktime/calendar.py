"""The calendar (lịch làm việc) of an agency: its hours, holidays and exchanged days, pinned.

A calendar is plain data with a version that is its digest, so that an entry of the history can
name exactly the calendar by which it was counted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import sha256
from importlib import resources
from typing import Any

from engine.errors import Invalid
from engine.worktime.days import WEEKDAYS, FixedHoliday, Hours, Week, YearTable
from engine.worktime.index import Index, build

#: A working day counts as eight hours wherever days and hours are summed.
DAY_MINUTES = 480
_CLOSED: Week = ((), (), (), (), (), (), ())


@dataclass(frozen=True)
class Calendar:
    """Working time of one agency (lịch làm việc của cơ quan).

    `hours` hold by weekday, `tables` list the days off and worked of the years that have been
    decided; a year without a table has only the `fixed` holidays and is provisional. Days run in
    Viet Nam's zone. `reception` (giờ tiếp nhận) tells when the counter is open to citizens, a
    Saturday morning perhaps: it is shown and never counted.
    """

    name: str
    hours: tuple[Hours, ...]
    fixed: tuple[FixedHoliday, ...] = ()
    tables: tuple[YearTable, ...] = ()
    reception: tuple[Hours, ...] = ()

    def __post_init__(self) -> None:
        years = [table.year for table in self.tables]
        if len(set(years)) != len(years) or not self.hours:
            raise Invalid(f"Lịch “{self.name}” phải có giờ làm việc và mỗi năm một bảng",
                          f"calendar '{self.name}' needs hours and one table for each year",
                          code="calendar-invalid")

    @cached_property
    def version(self) -> str:
        """The name with the digest of everything that counts, "vn@1f…"."""
        text = json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False)
        return f"{self.name}@{sha256(text.encode()).hexdigest()[:16]}"

    @cached_property
    def decided(self) -> frozenset[int]:
        """The years whose table is final."""
        return frozenset(table.year for table in self.tables if not table.provisional)

    @cached_property
    def index(self) -> Index:
        """The calendar compiled for counting; built on first use."""
        return build(self.week_of, self.hours, self.fixed, self.tables)

    def week_of(self, day: date) -> Week:
        """Return the shifts of each weekday in the hours that are in force on that day."""
        return _in_force(self.hours, day)

    def uneven(self) -> tuple[tuple[date, str, int], ...]:
        """List the weekdays worked that do not make eight hours: (since, weekday, minutes)."""
        return tuple(
            (hours.since, name, minutes)
            for hours in self.hours
            for name, shifts in zip(WEEKDAYS, hours.week, strict=True)
            if (minutes := sum(b - a for a, b in shifts)) not in (0, DAY_MINUTES)
        )

    def to_json(self) -> dict[str, Any]:
        """Return the calendar as plain JSON data, which `from_json` reads back equal."""
        return {
            "name": self.name,
            "hours": [hours.as_json() for hours in self.hours],
            "fixed": [holiday.as_json() for holiday in self.fixed],
            "tables": [table.as_json() for table in self.tables],
            # Left out where there are none, so that the versions of older calendars stand.
            **({"reception": [hours.as_json() for hours in self.reception]}
               if self.reception else {}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Calendar:
        """Read a calendar from plain JSON data; raise Invalid naming what is missing or wrong."""
        try:
            return cls(
                name=data["name"],
                hours=tuple(Hours.from_json(hours) for hours in data["hours"]),
                fixed=tuple(FixedHoliday.from_json(day) for day in data.get("fixed", ())),
                tables=tuple(YearTable.from_json(table) for table in data.get("tables", ())),
                reception=tuple(Hours.from_json(hours) for hours in data.get("reception", ())),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Invalid(f"Lịch làm việc không đọc được: {error}",
                          f"calendar cannot be read: {error!r}", code="calendar-invalid",
                          ) from error


def _in_force(hours: tuple[Hours, ...], day: date) -> Week:
    speaking = [each for each in hours if each.speaks_of(day)]
    latest = max(speaking, key=lambda h: (h.since, h.season is not None), default=None)
    return latest.week if latest else _CLOSED


def public() -> Calendar:
    """Read the public calendar of Viet Nam (Labour Code, articles 111-112) from its file."""
    text = (resources.files(__package__) / "vietnam.json").read_text(encoding="utf-8")
    return Calendar.from_json(json.loads(text))


#: The public calendar: Monday to Friday 07:30-11:30 and 13:30-17:30, holidays of 2025-2027.
DEFAULT = public()
