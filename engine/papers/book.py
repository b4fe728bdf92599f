"""The register of dossiers (sổ theo dõi hồ sơ): one line for each dossier that an agency received.

Circular 01/2018 form 06, Circular 03/2025 form 07. Lines are numbered through the year, as a book
that is opened every January (Circular 01/2018 art. 10).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from engine.clock import VIETNAM, local
from engine.dossier import Dossier
from engine.errors import Fault, Invalid
from engine.history import read_personal
from engine.law.elapsed import Course, legal_clock
from engine.law.rules import rules_by_id
from engine.law.status import NAMES_VI
from engine.papers.words import CHANNELS, brief, day, printable, verdict
from engine.store import Connection, books, calendars, procedures
from engine.worktime import Calendar

#: Lines read at a time when all are wanted.
BATCH = 500
_RESULTS = {"granted": "Đã giải quyết", "refused": "Từ chối giải quyết"}


@dataclass(frozen=True)
class Line:
    """One line: its number in the year's book, the dossier, who handed it in, how it stands."""

    number: int
    dossier: Dossier
    applicant: Mapping[str, Any] = field(repr=False)
    procedure: str
    standing: str


@dataclass(frozen=True)
class Span:
    """The days of receipt, both included, of which an agency's register is asked for.

    Raises Invalid where the last comes before the first.
    """

    agency: str
    since: date
    until: date

    def __post_init__(self) -> None:
        """Hold the days against each other."""
        if not self.since <= self.until < date.max:
            raise Invalid(
                "Ngày cuối (to) phải từ ngày đầu (from) trở đi.",
                "The last day (to) must not be before the first (from).",
                [Fault("/to", "choice", "Không được trước from.", "It must not precede from.")],
                code="days-reversed",
            )

    def moments(self) -> books.Span:
        """Return the moments at which the span begins and is over."""
        return _opening(self.since), _opening(self.until + timedelta(days=1))


def count(connection: Connection, span: Span) -> int:
    """Return how many lines the register has."""
    return books.count(connection, span.agency, span.moments())


def lines(
    connection: Connection, span: Span, now: datetime, after: tuple[books.Place, int] | None,
    size: int,
) -> list[Line]:
    """Return the next lines after a place and its number, in the order of receipt."""
    found = books.page(connection, span.agency, span.moments(), after[0] if after else None, size)
    names: dict[str, str] = {}
    known = calendars.of_agencies(connection, {dossier.competent_agency for dossier, _ in found})
    year, number = (local(after[0][0]).year, after[1]) if after else (0, 0)
    told = []
    for dossier, entry in found:
        received = local(dossier.registered_at)
        if received.year != year:
            year = received.year
            number = _before(connection, span, year)
        number += 1
        code = dossier.procedure
        names[code] = names.get(code) or procedures.name(connection, code)
        applicant = read_personal(entry)[1].get("applicant", {})
        standing = legal_clock(_course(dossier, known, now)).standing
        told.append(Line(number, dossier, applicant, names[code], standing))
    return told


def every(connection: Connection, span: Span, now: datetime) -> Iterator[Line]:
    """Yield every line without holding them all; the connection must show one state throughout."""
    after = None
    while found := lines(connection, span, now, after, BATCH):
        yield from found
        last = found[-1]
        after = (last.dossier.registered_at, last.dossier.code), last.number


HEADINGS = (
    "STT", "Mã hồ sơ", "Tên thủ tục", "Họ tên người nộp", "Địa chỉ, điện thoại", "Nhận hồ sơ",
    "Hẹn trả", "Trả kết quả, kết thúc", "Kết quả", "Cách nộp", "Tình trạng", "Ghi chú",
)
Cell = str | int | datetime | None


def cells(line: Line) -> tuple[Cell, ...]:
    """Return a line's values under HEADINGS, instants as they are."""
    dossier, standing = line.dossier, line.dossier.standing
    contact = (printable(line.applicant.get(name)) for name in ("address", "phone"))
    return (
        line.number, dossier.code, f"{line.procedure} ({dossier.procedure})",
        printable(line.applicant.get("name")), "\n".join(filter(None, contact)),
        standing.accepted_at or dossier.registered_at, standing.due, finished(dossier),
        result(dossier), CHANNELS.get(dossier.channel, dossier.channel),
        verdict(line.standing, ended=finished(dossier) is not None)
        if standing.accepted_at else "", "; ".join(notes(dossier)),
    )


def finished(dossier: Dossier) -> datetime | None:
    """Return when the dossier was over: returned, else settled, else ended without a result."""
    standing = dossier.standing
    return standing.returned_at or standing.settled_at or standing.ended_at


def result(dossier: Dossier) -> str:
    """Return what came of a dossier in words; its status while nothing has."""
    status = NAMES_VI[dossier.standing.status]
    return _RESULTS.get(dossier.standing.result or "", status[:1].upper() + status[1:])


def notes(dossier: Dossier) -> list[str]:
    """Return what else a register tells of a dossier: supplements, extensions, a hold."""
    standing = dossier.standing
    found = [f"Bổ sung {standing.supplements} lần"] if standing.supplements else []
    found += [f"Gia hạn đến {day(local(e.due).date())}" for e in standing.extensions]
    if standing.hold is not None:
        found.append(f"Tạm giữ từ {brief(standing.hold.since)}")
    return found


def _course(dossier: Dossier, known: Mapping[str, Calendar], now: datetime) -> Course:
    """Return the course of a dossier without its steps: for the legal clock they do not count."""
    return Course(
        registered_at=dossier.registered_at, standing=dossier.standing, steps=(),
        competent=dossier.competent_agency, calendars=known,
        rules=rules_by_id(dossier.rule_set), now=now,
    )


def _before(connection: Connection, span: Span, year: int) -> int:
    """Return how many lines of a year's book stand before the span's first one of that year."""
    opened, since = _opening(date(year, 1, 1)), span.moments()[0]
    if since <= opened:
        return 0
    return books.count(connection, span.agency, (opened, since))


def _opening(on: date) -> datetime:
    return datetime.combine(on, time(0), VIETNAM)
