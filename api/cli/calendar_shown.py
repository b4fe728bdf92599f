"""Calendars as shown (xem lịch): what every agency works by, who decided it and since when."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

from api.cli.arguments import settings_of
from api.places import application_url
from engine.errors import NotFound
from engine.history import read_body
from engine.store import Store, calendars, entries, ledgers, recounts
from engine.worktime import Calendar, Hours, YearTable
from engine.worktime.days import KINDS
from engine.worktime.wording import day_text, shifts_text

_DAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_KINDS = dict(zip(KINDS, ("nghỉ lễ", "nghỉ bù", "nghỉ hoán đổi", "làm bù"), strict=True))


def list_calendars(options: argparse.Namespace) -> int:
    """Print every agency with the version of its calendar and what waits to be recounted."""
    store = Store(application_url(settings_of(options)))
    try:
        with store.reading() as connection:
            found = calendars.every(connection)
            waiting = recounts.waiting(connection)
    finally:
        store.close()
    rows = [{"agency": code, "name": name, "calendar": version, "waiting": waiting.get(code, 0)}
            for code, name, version in found]
    if options.json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return 0
    for row in rows:
        late = (f"  {row['waiting']} hồ sơ chưa tính lại: hãy chạy lại lệnh thay đổi (run it again)"
                if row["waiting"] else "")
        print(f"{row['agency']:<16} {row['calendar']:<24} {row['name']}{late}")
    return 0


def show_calendar(options: argparse.Namespace) -> int:
    """Print one agency's calendar: hours, reception, days off, and the decisions on it."""
    store = Store(application_url(settings_of(options)))
    try:
        with store.reading() as connection:
            calendar = calendars.of_agencies(connection, [options.agency]).get(options.agency)
            chain = entries.chain(connection, ledgers.of_calendar(options.agency))
    finally:
        store.close()
    if calendar is None:
        raise NotFound(f"Danh bạ không có cơ quan {options.agency}.",
                       f"The register has no agency {options.agency}.", code="unknown-agency")
    decided = [read_body(entry) for entry in chain]
    changes = [{"at": body["at"], "actor": body["actor"], **body["content"]["outcome"]}
               for body in decided]
    if options.json:
        shown = {"agency": options.agency, "version": calendar.version, **calendar.to_json(),
                 "changes": changes}
        print(json.dumps({"reception": [], **shown}, ensure_ascii=False, indent=1))
        return 0
    print("\n".join(_lines(options.agency, calendar, changes)))
    return 0


def _lines(agency: str, calendar: Calendar, changes: list[dict[str, Any]]) -> Iterator[str]:
    yield f"{agency}: lịch {calendar.version}"
    yield "Giờ làm việc (working hours):"
    for hours in calendar.hours:
        yield from _hours(hours)
    for since, weekday, minutes in calendar.uneven():
        yield f"  chú ý: từ {since:%d/%m/%Y}, {weekday} có {minutes} phút, không phải 480"
    yield "Giờ tiếp nhận, không tính vào thời hạn (reception, moves no deadline):"
    for hours in calendar.reception:
        yield from _hours(hours)
    if not calendar.reception:
        yield "  chưa khai báo (none declared)"
    for table in calendar.tables:
        yield from _table(table)
    for change in changes:
        yield (f"Thay đổi {change['at'][:10]} bởi {change['actor']}: quyết định "
               f"{change['decision']} ngày {change['decision_date']} của {change['decided_by']}, "
               f"{change['was']} → {change['calendar']}")


def _hours(hours: Hours) -> Iterator[str]:
    season = f", mùa {hours.season[0]} đến {hours.season[1]}" if hours.season else ""
    yield f"  từ {hours.since:%d/%m/%Y}{season}{_authority(hours)}"
    for name, shifts in zip(_DAYS, hours.week, strict=True):
        if shifts:
            yield f"    {name:<9} {shifts_text(shifts)}"


def _table(table: YearTable) -> Iterator[str]:
    state = "tạm tính (provisional)" if table.provisional else "chính thức (final)"
    yield f"Năm {table.year}: {state}{_authority(table)}"
    for special in table.days:
        other = f" ↔ {special.exchange:%d/%m/%Y}" if special.exchange else ""
        apart = f", quyết định {special.decision}" if special.decision else ""
        yield (f"  {day_text(special.day.toordinal()):<21} {_KINDS[special.kind]}: "
               f"{special.name}{other}{apart}")


def _authority(said: Hours | YearTable) -> str:
    parts = [said.decision, said.decided_by,
             f"{said.decided_on:%d/%m/%Y}" if said.decided_on else ""]
    told = ", ".join(part for part in parts if part)
    return f" ({told})" if told else ""
