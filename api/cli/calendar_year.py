"""A year's file (tệp lịch nghỉ năm): days off and worked as an office writes them down.

CSV with a header or JSON; what lines say against each other, against their weekdays and against
the fixed holidays of the law is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from api.cli.calendar_files import csv_rows, fault, folded, json_rows, refused, text_of
from engine.errors import Fault
from engine.worktime import DEFAULT, SpecialDay, YearTable

#: A row of a file: the line on which it stands, and its fields as written.
Row = tuple[int, Mapping[str, Any]]

#: What a column or a member may be called, accents and case aside.
_FIELDS = {
    "day": ("day", "date", "ngay"), "kind": ("kind", "loai", "loai ngay"),
    "name": ("name", "ten", "ten ngay", "noi dung"),
    "exchange": ("exchange", "exchange day", "hoan doi", "ngay hoan doi", "doi voi ngay"),
    "decision": ("decision", "quyet dinh", "so quyet dinh"),
}
_KINDS: Mapping[str, tuple[str, ...]] = {
    "holiday": ("holiday", "nghi le", "le", "nghi tet", "nghi le, tet"),
    "compensation": ("compensation", "nghi bu"),
    "exchanged": ("exchanged", "nghi hoan doi"), "worked": ("worked", "lam bu", "di lam bu"),
}
_NAMES = {"compensation": "nghỉ bù", "exchanged": "nghỉ hoán đổi", "worked": "làm bù"}
_WRITTEN = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


@dataclass(frozen=True)
class YearFile:
    """A year's table as read, and what the reader should look at again."""

    table: YearTable
    notes: tuple[str, ...] = ()


def read_year(path: Path, *, provisional: bool = False) -> YearFile:
    """Read the table of one year from a CSV or JSON file.

    Raises Invalid with a fault for each line that cannot stand, telling what to do.
    """
    text = text_of(path)
    read = _from_json if text.lstrip()[:1] in ("{", "[") else _from_csv
    rows, said = read(text, path)
    faults: list[Fault] = []
    days = [(line, day) for line, fields in rows if (day := _day(line, fields, faults))]
    if not rows:
        faults.append(fault(1, "Tệp không có ngày nào.", "the file lists no day"))
    faults += _contradictions(days) if not faults else ()
    if faults:
        raise refused(path, faults)
    year = days[0][1].day.year
    table = YearTable(
        year, provisional or bool(said.get("provisional")), str(said.get("decision", "")),
        tuple(sorted((day for _, day in days), key=lambda day: day.day)),
    )
    return YearFile(table, tuple(_notes(table)))


def _from_json(text: str, path: Path) -> tuple[list[Row], dict[str, Any]]:
    rows, rest = json_rows(text, path, "days")
    named: list[Row] = [(line, {_field(k): v for k, v in row.items()}) if isinstance(row, dict)
             else (line, {"": row}) for line, row in rows]
    return named, rest


def _from_csv(text: str, path: Path) -> tuple[list[Row], dict[str, Any]]:
    rows, said = csv_rows(text, path)
    columns = [_field(name) for name in rows[0][1]] if rows else []
    named: list[Row] = [
        (line, dict(zip([*columns, *[""] * len(cells)], cells, strict=False)))
        for line, cells in rows[1:]
    ]
    return named, said


def _field(name: str) -> str:
    plain = folded(name)
    return next((field for field, names in _FIELDS.items() if plain in names), name.strip())


def _day(line: int, fields: Mapping[str, Any], faults: list[Fault]) -> SpecialDay | None:
    """Return the day that a row gives, or None after adding its faults."""
    before = len(faults)
    texts = {name: value.strip() if isinstance(value, str) else value
             for name, value in fields.items() if value not in (None, "")}
    for name, value in texts.items():
        if name not in _FIELDS:
            faults.append(fault(line, f"không có cột “{name}”; các cột: {', '.join(_FIELDS)}",
                                f"there is no column '{name}'; columns: {', '.join(_FIELDS)}"))
        elif not isinstance(value, str):
            faults.append(fault(line, f"“{name}” phải là chữ", f"'{name}' must be text"))
    if len(faults) > before:
        return None
    day = _read(line, "day", texts, faults)
    exchange = _read(line, "exchange", texts, faults) if "exchange" in texts else None
    kind = _kind(line, texts.get("kind", ""), faults)
    name = texts.get("name") or _NAMES.get(kind, "")
    if kind and not name:
        faults.append(fault(line, "thiếu tên ngày lễ", "the holiday's name is missing"))
    if kind in ("exchanged", "worked") and "exchange" not in texts:
        faults.append(fault(
            line, f"“{_NAMES[kind]}” phải ghi ngày hoán đổi", f"'{kind}' needs its exchange day"))
    if day is None or len(faults) > before:
        return None
    return SpecialDay(day, kind, name, exchange, texts.get("decision", ""))  # type: ignore[arg-type]


def _read(line: int, name: str, texts: Mapping[str, str], faults: list[Fault]) -> date | None:
    written = texts.get(name, "")
    try:
        return day_of(written)
    except ValueError:
        faults.append(fault(
            line, f"“{written}” không phải ngày; hãy viết 02/01/2026 hoặc 2026-01-02",
            f"'{written}' is no day; write 2026-01-02 or 02/01/2026 (day first)"))
    return None


def day_of(written: str) -> date:
    """Return the day written as 2026-01-02 or 02/01/2026; raise ValueError otherwise."""
    found = _WRITTEN.fullmatch(written)
    if found is not None:
        return date(int(found[3]), int(found[2]), int(found[1]))
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
        raise ValueError(written)
    return date.fromisoformat(written)


def _kind(line: int, written: str, faults: list[Fault]) -> str:
    for kind, names in _KINDS.items():
        if folded(written) in names:
            return kind
    faults.append(fault(
        line, f"loại “{written}” không rõ; hãy ghi nghỉ lễ, nghỉ bù, nghỉ hoán đổi hoặc làm bù",
        f"unknown kind '{written}'; write {', '.join(_KINDS)}"))
    return ""


def _contradictions(days: list[tuple[int, SpecialDay]]) -> Iterator[Fault]:
    """Yield what the days say against each other, against their weekdays and against the law."""
    by_day: dict[date, tuple[int, SpecialDay]] = {}
    year = days[0][1].day.year
    for line, special in days:
        day = special.day
        if day in by_day:
            yield fault(line, f"{day:%d/%m/%Y} đã có ở dòng {by_day[day][0]}",
                        f"{day} stands on line {by_day[day][0]} already")
        if day.year != year:
            yield fault(line, f"{day:%d/%m/%Y} không thuộc năm {year}; mỗi tệp một năm",
                        f"{day} is not of {year}; one file for each year")
        by_day.setdefault(day, (line, special))
    for line, special in days:
        yield from _pairs(line, special, by_day)
    for fixed in DEFAULT.fixed:
        holiday = date(year, fixed.month, fixed.day)
        if fixed.since <= year and holiday not in by_day:
            yield fault(
                days[-1][0], f"thiếu {holiday:%d/%m/%Y} ({fixed.name}): bảng của năm phải đủ",
                f"{holiday} ({fixed.name}) is missing: a year's table must be complete")


def _pairs(
    line: int, special: SpecialDay, by_day: Mapping[date, tuple[int, SpecialDay]],
) -> Iterator[Fault]:
    wanted = {"exchanged": "worked", "worked": "exchanged"}.get(special.kind)
    if wanted is None:
        return
    rest, other = special.day.weekday() >= 5, special.exchange
    if rest == (special.kind == "exchanged"):
        yield fault(
            line, f"{special.day:%d/%m/%Y} {'là ngày nghỉ hằng tuần' if rest else 'đã là ngày làm'}"
            f", không thể {_NAMES[special.kind]}",
            f"{special.day} is {'no' if rest else 'a'} working weekday; it cannot be "
            f"{special.kind}")
    if other is None or other.year != special.day.year:
        return  # the other half stands in the table of its own year
    half = by_day.get(other)
    if half is None or half[1].kind != wanted or half[1].exchange != special.day:
        yield fault(
            line, f"{other:%d/%m/%Y} phải có trong tệp: {_NAMES[wanted]}, hoán đổi với "
            f"{special.day:%d/%m/%Y}",
            f"{other} must stand in the file as {wanted}, in exchange for {special.day}")


def _notes(table: YearTable) -> Iterator[str]:
    repaid = {day.exchange for day in table.days}
    for day in table.days:
        if day.kind == "holiday" and day.day.weekday() >= 5 and day.day not in repaid:
            yield (f"{day.day:%d/%m/%Y} ({day.name}) là ngày nghỉ hằng tuần mà chưa có ngày nghỉ "
                   "bù ghi “ngày hoán đổi” là ngày đó (no day off in compensation names it)")
