"""`motcua worktime` (tính hạn): one due date and how it was counted, without a database."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.cli.parsing import JSON, Refusing
from engine.clock import VIETNAM
from engine.errors import Invalid, MotcuaError
from engine.worktime import DEFAULT, Calendar, Due, due, parse

#: Finds the calendar of an agency by its code; raises NotFound or Unavailable.
CalendarOf = Callable[[str], Calendar]

_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})",
)


@dataclass(frozen=True)
class _Question:
    """The command line, read."""

    since: str
    duration: str
    received: bool
    calendar_days: bool
    agency: str | None


def worktime(argv: list[str], calendar_of: CalendarOf | None = None) -> int:
    """Print a due date with its derivation; return 0, 1 for a failure, 2 for bad arguments.

    `calendar_of` finds the calendar that `--agency` asks for; without it `--agency` is refused.
    """
    as_json = "--json" in argv
    try:
        question = _read(argv)
        counted = _count(question, calendar_of)
    except MotcuaError as error:
        _refuse(error, as_json=as_json)
        return 2 if isinstance(error, Invalid) else 1
    _print(counted, as_json=as_json)
    return 0


def _read(argv: list[str]) -> _Question:
    parser = Refusing("motcua worktime", "Tính hạn giải quyết và cách tính (a due date and how it "
                      "was counted).")
    parser.add_argument("--from", dest="since", required=True, metavar="RFC3339",
                        help="tính từ (count from): 2026-02-13T10:00:00+07:00")
    parser.add_argument("--duration", required=True, metavar="TEXT", help="thời hạn (how long): "
                        "“5 ngày làm việc”, “04 giờ”, “10,5 ngày”, P3D, PT4H")
    parser.add_argument("--received", action="store_true", help="là lúc tiếp nhận: sau 15:00 tính "
                        "từ ngày làm việc kế tiếp (it is a receipt: after 15:00 the next working "
                        "day counts)")
    parser.add_argument("--calendar-days", action="store_true",
                        help="tính cả ngày nghỉ (count days off too)")
    parser.add_argument("--agency", metavar="CODE", help="theo lịch của cơ quan, cần cơ sở dữ liệu "
                        "(by that agency's calendar, from the database)")
    parser.add_argument("--json", action="store_true", help=JSON)
    found = parser.parse_args(argv)
    return _Question(found.since, found.duration, found.received, found.calendar_days,
                     found.agency)


def _count(question: _Question, calendar_of: CalendarOf | None) -> Due:
    start = _instant(question.since)
    duration = parse(question.duration, calendar_days=question.calendar_days, iso_as_working=True)
    calendar = _calendar(question.agency, calendar_of)
    return due(start, duration, calendar, received=question.received)


def _instant(text: str) -> datetime:
    try:
        if _RFC3339.fullmatch(text):
            return datetime.fromisoformat(text.upper())
    except ValueError:
        pass
    raise Invalid(
        f"--from: “{text}” không phải thời điểm RFC 3339 có múi giờ; "
        "ví dụ 2026-02-13T10:00:00+07:00",
        f"--from: '{text}' is not an RFC 3339 moment with an offset; "
        "write for example 2026-02-13T10:00:00+07:00", code="moment-unreadable",
    )


def _calendar(agency: str | None, calendar_of: CalendarOf | None) -> Calendar:
    if agency is None:
        return DEFAULT
    if calendar_of is None:
        raise Invalid(
            f"--agency {agency}: lịch của cơ quan nằm trong cơ sở dữ liệu; "
            "hãy đặt MOTCUA_DATABASE_URL, hoặc bỏ --agency để dùng lịch chung",
            f"--agency {agency}: an agency's calendar is kept in the database; set "
            "MOTCUA_DATABASE_URL, or leave --agency out for the public calendar",
            code="no-database",
        )
    return calendar_of(agency)


def _answer(counted: Due) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "due": counted.at and counted.at.astimezone(VIETNAM).isoformat(timespec="seconds"),
        "derivation": list(counted.derivation),
    }
    return answer | ({"provisional": True} if counted.provisional else {})


def _print(counted: Due, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_answer(counted), ensure_ascii=False, indent=2))
        return
    print("\n".join(counted.derivation))


def _refuse(error: MotcuaError, *, as_json: bool) -> None:
    if as_json:
        fault = {"code": error.code, "message": {"vi": error.vi, "en": error.en}}
        print(json.dumps({"due": None, "derivation": [], "error": fault}, ensure_ascii=False,
                         indent=2))
    print(f"motcua worktime: {error.vi}\n({error.en})", file=sys.stderr)
