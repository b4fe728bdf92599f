"""Drafts (dự thảo lịch nghỉ): the days off of a year as the library `holidays` knows them.

It knows the law and not the decisions of the year: what is drafted is provisional, and days
exchanged, which are decided year by year, are missing or incomplete.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import Any

from engine.errors import Invalid, Unavailable

#: First and last year that can be drafted: the Labour Code of 2019 holds since 2021.
FIRST, LAST = 2021, 2099
WARNING = (
    "Tạm tính theo thư viện holidays: CHƯA có các ngày nghỉ hoán đổi và làm bù; hãy đối chiếu với "
    "quyết định của năm (provisional: days exchanged are missing; check it against the decision)"
)
COLUMNS = ("day", "kind", "name", "exchange", "decision")
_COMPENSATION = re.compile(r"\(nghỉ bù\)|\(observed\)")
_EXCHANGED = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")


def draft(year: int) -> dict[str, Any]:
    """Return a year's table in the shape that `motcua calendar import` reads.

    Raises Unavailable saying what to install where the library is absent.
    """
    if not FIRST <= year <= LAST:
        raise Invalid(f"Năm phải từ {FIRST} đến {LAST}.", f"The year must be {FIRST} to {LAST}.",
                      code="calendar-file")
    try:
        import holidays
    except ImportError as error:
        raise Unavailable(
            "Chưa cài thư viện holidays; hãy chạy: pip install -c constraints.txt '.[calendar]', "
            "hoặc tự lập tệp và dùng `motcua calendar import`.",
            "The library holidays is not installed; run "
            "pip install -c constraints.txt '.[calendar]', or write the file yourself for "
            "`motcua calendar import`.", code="no-holidays-library",
        ) from error
    found = holidays.country_holidays("VN", years=year, language="vi")
    days = [row for day, name in sorted(found.items()) for row in _rows(day, name)]
    return {
        "year": year, "provisional": True, "decision": "", "remark": WARNING,
        "days": sorted(days, key=lambda row: row["day"]),
    }


def as_csv(drafted: dict[str, Any]) -> str:
    """Return a draft as a CSV file; its first line is the remark that makes it provisional."""
    out = io.StringIO()
    out.write(f"# {drafted['remark']}\n")
    written = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    written.writeheader()
    written.writerows(drafted["days"])
    return out.getvalue()


def _rows(day: date, name: str) -> list[dict[str, str]]:
    swapped = _EXCHANGED.search(name)
    if swapped is not None:
        worked = date(int(swapped[3]), int(swapped[2]), int(swapped[1]))
        return [
            _row(day, "exchanged", "nghỉ hoán đổi", worked),
            *([_row(worked, "worked", "làm bù", day)] if worked.year == day.year else []),
        ]
    return [_row(day, "compensation" if _COMPENSATION.search(name) else "holiday", name)]


def _row(day: date, kind: str, name: str, exchange: date | None = None) -> dict[str, str]:
    row = {"day": day.isoformat(), "kind": kind, "name": name}
    return row | ({"exchange": exchange.isoformat()} if exchange else {})
