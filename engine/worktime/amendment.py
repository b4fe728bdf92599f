"""Amendments (thay đổi lịch làm việc): what one decision changes in a calendar, as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from engine.errors import Invalid
from engine.worktime.calendar import Calendar
from engine.worktime.days import Hours, SpecialDay, YearTable
from engine.worktime.wording import day_text


@dataclass(frozen=True)
class Amendment:
    """What a decision changes (nội dung thay đổi): nothing that it does not name.

    `tables` replace the tables of their years; `hours` and `reception` are added, or replace those
    of the same first day and season; `days` stand in the table of their year instead of what that
    day was, `ordinary` days are taken out of it again.
    """

    tables: tuple[YearTable, ...] = ()
    hours: tuple[Hours, ...] = ()
    reception: tuple[Hours, ...] = ()
    days: tuple[SpecialDay, ...] = ()
    ordinary: tuple[date, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the amendment as plain JSON data, without what it does not change."""
        said: dict[str, list[Any]] = {
            name: [each.as_json() for each in getattr(self, name)]
            for name in ("tables", "hours", "reception", "days")
        } | {"ordinary": [day.isoformat() for day in self.ordinary]}
        return {name: found for name, found in said.items() if found}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Amendment:
        """Read what `as_json` wrote; raise Invalid, KeyError, TypeError or ValueError otherwise."""
        return cls(
            tables=tuple(YearTable.from_json(table) for table in data.get("tables", ())),
            hours=tuple(Hours.from_json(hours) for hours in data.get("hours", ())),
            reception=tuple(Hours.from_json(hours) for hours in data.get("reception", ())),
            days=tuple(SpecialDay.from_json(day) for day in data.get("days", ())),
            ordinary=tuple(date.fromisoformat(day) for day in data.get("ordinary", ())),
        )


def amend(calendar: Calendar, amendment: Amendment) -> Calendar:
    """Return the calendar as a decision changes it.

    Raise Invalid for a day worked in exchange for one on which the office does not work anyway, and
    for half of a pair of exchanged days.
    """
    tables = {table.year: table for table in (*calendar.tables, *amendment.tables)}
    for year, days in _by_year(amendment).items():
        table = tables.get(year) or _fixed_only(calendar, year)
        kept = [day for day in table.days if day.day not in days]
        kept += [day for day in amendment.days if day.day in days]
        tables[year] = replace(table, days=tuple(sorted(kept, key=lambda day: day.day)))
    amended = replace(
        calendar, tables=tuple(tables[year] for year in sorted(tables)),
        hours=_merged(calendar.hours, amendment.hours),
        reception=_merged(calendar.reception, amendment.reception),
    )
    _check(amended, amendment)
    return amended


def _by_year(amendment: Amendment) -> dict[int, set[date]]:
    years: dict[int, set[date]] = {}
    for day in (*(special.day for special in amendment.days), *amendment.ordinary):
        years.setdefault(day.year, set()).add(day)
    return years


def _fixed_only(calendar: Calendar, year: int) -> YearTable:
    """Return what counts in a year without a table, so that one more day off hides none of it."""
    days = tuple(SpecialDay(date(year, h.month, h.day), "holiday", h.name)
                 for h in calendar.fixed if h.since <= year)
    return YearTable(year, provisional=True, decision="", days=days)


def _merged(before: tuple[Hours, ...], after: Iterable[Hours]) -> tuple[Hours, ...]:
    merged = {(hours.since, hours.season): hours for hours in (*before, *after)}
    return tuple(sorted(merged.values(), key=lambda h: (h.since, h.season or ("", ""))))


def _check(calendar: Calendar, amendment: Amendment) -> None:
    days = (*amendment.days, *(day for table in amendment.tables for day in table.days))
    for special in days:
        other = special.exchange
        if special.kind == "worked" and other and not calendar.week_of(other)[other.weekday()]:
            worked, off = (day_text(day.toordinal()) for day in (special.day, other))
            raise Invalid(
                f"{worked} làm bù cho {off}, nhưng cơ quan không làm việc ngày đó; "
                "hãy sửa ngày hoán đổi hoặc giờ làm việc.",
                f"{special.day} is worked for {other}, a weekday on which this agency does not "
                "work; mend the exchange day or the hours.", code="calendar-invalid",
            )
    years = {day.year for day in (*(special.day for special in days), *amendment.ordinary)}
    for table in calendar.tables:
        if table.year in years:
            _check_pairs(table)


def _check_pairs(table: YearTable) -> None:
    """Raise Invalid for a day exchanged with one that no longer answers it."""
    by_day = {special.day: special for special in table.days}
    for special in table.days:
        other = special.exchange
        if special.kind not in ("exchanged", "worked") or other is None or other.year != table.year:
            continue
        partner = by_day.get(other)
        if partner is None or (partner.kind, partner.exchange) not in (
                ("worked", special.day), ("exchanged", special.day)):
            one, two = (day_text(day.toordinal()) for day in (special.day, other))
            raise Invalid(
                f"{one} ({special.name}) hoán đổi với {two}; phải đổi hoặc bỏ cả hai ngày.",
                f"{special.day} is exchanged for {other}: both change, or neither.",
                code="calendar-invalid",
            )
