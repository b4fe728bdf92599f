"""`motcua calendar` (lịch làm việc): calendars of agencies, and what their changes move."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from api.cli.arguments import add_place, parser, settings_of, told
from api.cli.calendar_draft import as_csv, draft
from api.cli.calendar_files import read_each
from api.cli.calendar_moves import tell_moves
from api.cli.calendar_shown import list_calendars, show_calendar
from api.cli.calendar_year import day_of, read_year
from api.cli.parsing import JSON
from api.cli.parsing import verb as add_verb
from api.cli.person import person_named
from api.wiring import office_of
from engine.clock import local
from engine.commands import ChangeCalendars
from engine.errors import Invalid
from engine.office.recounting import Recounting
from engine.people import SYSTEM
from engine.store import calendars
from engine.worktime import DEFAULT, Amendment, Calendar, Hours, SpecialDay


def calendar(argv: list[str]) -> int:
    """Show, draft or change calendars; return 0, 1 when refused, 2 if asked wrongly."""
    options = _parser().parse_args(argv)
    return told("calendar", lambda: int(options.run(options)))


def _parser() -> argparse.ArgumentParser:
    asked = parser("calendar", "Lịch làm việc của cơ quan (calendars of agencies).")
    verbs = asked.add_subparsers(required=True, metavar="list|show|draft|import|change")
    every = add_verb(verbs, "list", "lịch của mọi cơ quan (calendars of every agency)")
    every.set_defaults(run=list_calendars)
    shown = add_verb(verbs, "show", "lịch của một cơ quan (one agency's calendar)")
    shown.add_argument("--agency", required=True, metavar="CODE", help="mã cơ quan (its code)")
    shown.set_defaults(run=show_calendar)
    drafted = add_verb(verbs, "draft", "dự thảo lịch nghỉ của một năm, chưa chính thức (draft a "
                       "year's days off, provisional)")
    drafted.add_argument("year", type=int, metavar="YEAR", help="năm (the year)")
    drafted.add_argument("--csv", action="store_true",
                         help="dạng CSV, mặc định JSON (as CSV, else JSON)")
    drafted.set_defaults(run=_draft)
    read = add_verb(verbs, "import", "nạp lịch nghỉ một năm từ tệp (read a year's days off from a "
                    "file)")
    read.add_argument("file", type=Path, metavar="FILE",
                      help="tệp .csv hoặc .json, như draft viết ra (as draft writes it)")
    read.add_argument("--provisional", action="store_true",
                      help="chưa phải lịch chính thức (it is not the official one yet)")
    read.set_defaults(run=lambda options: _change(options, _year(options)))
    changed = add_verb(verbs, "change", "thay đổi lịch theo quyết định (change by decision)")
    _add_changes(changed)
    changed.set_defaults(run=lambda options: _change(options, _amendment(options)))
    for verb in (read, changed):
        _add_decision(verb)
    for verb in (every, shown, read, changed):
        verb.add_argument("--json", action="store_true", help=JSON)
        add_place(verb)
    return asked


def _add_changes(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--day-off", nargs=2, action="append", default=[], metavar=("DAY", "NAME"),
                      help="thêm ngày nghỉ, lặp lại được (one more day off, repeatable)")
    verb.add_argument("--swap", nargs=2, action="append", default=[], metavar=("OFF", "WORKED"),
                      help="nghỉ ngày OFF, làm bù ngày WORKED (off that day, worked the other)")
    verb.add_argument("--ordinary", action="append", default=[], metavar="DAY", type=_day,
                      help="trở lại ngày thường (no longer off or exchanged)")
    verb.add_argument("--hours", type=Path, metavar="FILE.json", help="giờ làm việc (working "
                                                                      "hours)")
    verb.add_argument("--reception", type=Path, metavar="FILE.json", help="giờ tiếp nhận, không "
                      "ảnh hưởng thời hạn (reception hours, which move no deadline)")
    verb.add_argument("--public", action="store_true", help="lấy lịch nghỉ chung kèm theo bản "
                      "motcua này (take the public days off that come with this version)")


def _add_decision(verb: argparse.ArgumentParser) -> None:
    who = verb.add_mutually_exclusive_group(required=True)
    who.add_argument("--agency", action="append", metavar="CODE",
                     help="cơ quan nào, lặp lại được (which agency, repeatable)")
    who.add_argument("--all", action="store_true",
                     help="mọi cơ quan trong danh bạ (every agency of the register)")
    verb.add_argument("--decision", metavar="NUMBER", help="số quyết định (number of the decision)")
    verb.add_argument("--date", type=_day, metavar="DAY", help="ngày quyết định (its date)")
    verb.add_argument("--by", metavar="WHO", help="cơ quan hoặc người quyết định (who decided)")
    verb.add_argument("--as", dest="person", metavar="PERSON",
                      help="ai nhập: mã người trong danh bạ (who enters it: an id of the register)")
    verb.add_argument("--dry-run", action="store_true", help="chỉ xem những hạn sẽ dời, không "
                      "ghi gì (show which due dates would move, write nothing)")


def _day(text: str) -> date:
    try:
        return day_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text}: hãy viết 2026-01-02 hoặc 02/01/2026") from error


def _draft(options: argparse.Namespace) -> int:
    drafted = draft(options.year)
    print(as_csv(drafted) if options.csv else json.dumps(drafted, ensure_ascii=False, indent=1))
    print(f"motcua calendar: {drafted['remark']}", file=sys.stderr)
    return 0


def _year(options: argparse.Namespace) -> Amendment:
    read = read_year(options.file, provisional=options.provisional)
    for note in read.notes:
        print(f"chú ý: {note}", file=sys.stderr)
    table = replace(
        read.table, decision=read.table.decision or options.decision or "",
        decided_by=options.by or "", decided_on=options.date,
    )
    return Amendment(tables=(table,))


def _amendment(options: argparse.Namespace) -> Amendment:
    decided: dict[str, Any] = {"decision": options.decision or "", "decided_by": options.by or "",
               "decided_on": options.date}
    days = [SpecialDay(_named(day), "holiday", name, **decided) for day, name in options.day_off]
    for off, worked in (map(_named, pair) for pair in options.swap):
        days += [SpecialDay(off, "exchanged", "nghỉ hoán đổi", worked, **decided),
                 SpecialDay(worked, "worked", "làm bù", off, **decided)]
    if len({day.day for day in days} | set(options.ordinary)) < len(days) + len(options.ordinary):
        raise Invalid("Một ngày được nêu hai lần.", "A day is named twice.", code="calendar-file")
    hours = _hours(options.hours, decided)
    for since, weekday, minutes in Calendar("", hours).uneven() if hours else ():
        print(f"chú ý: từ {since:%d/%m/%Y}, {weekday} có {minutes} phút, không phải 480 "
              "(not eight hours)", file=sys.stderr)
    made = Amendment(
        tables=DEFAULT.tables if options.public else (), days=tuple(days),
        ordinary=tuple(options.ordinary), hours=hours,
        reception=_hours(options.reception, decided),
    )
    if made == Amendment():
        raise Invalid("Chưa nêu thay đổi gì; xem motcua calendar change --help.",
                      "No change was named; see motcua calendar change --help.",
                      code="calendar-file")
    return made


def _named(text: str) -> date:
    try:
        return day_of(text)
    except ValueError as error:
        raise Invalid(f"“{text}” không phải ngày; hãy viết 2026-01-02 hoặc 02/01/2026.",
                      f"'{text}' is no day; write 2026-01-02 or 02/01/2026.",
                      code="calendar-file") from error


def _hours(path: Path | None, decided: dict[str, Any]) -> tuple[Hours, ...]:
    """Read hours from a file; those that name no decision are of the one that is entered."""
    read = () if path is None else read_each(path, "hours", Hours.from_json)
    return tuple(h if h.decision else replace(h, **decided) for h in read)


def _change(options: argparse.Namespace, amendment: Amendment) -> int:
    _check(options)
    store, office, clock = office_of(settings_of(options))
    now = clock.now()
    command = ChangeCalendars(
        amendment, options.decision or "dự thảo", options.date or local(now).date(),
        options.by or "dự thảo", tuple(sorted(set(options.agency or ()))),
    )
    recounting = Recounting(store, office)
    try:
        if options.dry_run:
            return tell_moves(recounting.preview(command, SYSTEM, now), options, {"dry_run": True})
        actor = person_named(store, options.person, local(now).date())
        changed = office.execute(command, actor).body
        with store.reading() as connection:
            known = [agency for agency, _, _ in calendars.every(connection)]
        return tell_moves(
            recounting.run(command.agencies or known, actor), options, dict(changed))
    finally:
        store.close()


def _check(options: argparse.Namespace) -> None:
    """Raise Invalid unless a change that is to be made says who decided it and who enters it."""
    lacking = [flag for flag, given in (
        ("--decision", options.decision), ("--date", options.date), ("--by", options.by),
        ("--as", options.person),
    ) if not given]
    if lacking and not options.dry_run:
        raise Invalid(
            f"Thiếu {', '.join(lacking)}; hoặc dùng --dry-run để xem trước.",
            f"{', '.join(lacking)} must be given; or look first with --dry-run.",
            code="calendar-file",
        )
