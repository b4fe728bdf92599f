"""The register as a printed page (sổ in ra giấy): bounded, so that it can be had in one request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from engine.errors import Invalid
from engine.law.rules import rules_on
from engine.papers.book import Cell, Line, Span, cells, count, every
from engine.papers.compose import unit_of
from engine.papers.facts import Register, RegisterRow
from engine.papers.kinds import form_of
from engine.papers.words import brief, day, place_and_day, printable
from engine.store import Connection, people

#: Lines of one printed register.
MOST_LINES = 500


def bound_register(connection: Connection, span: Span, now: datetime, official: str) -> Register:
    """Return the facts of a printed register; raise Invalid where it would be too long."""
    lines = count(connection, span)
    if lines > MOST_LINES:
        raise Invalid(
            f"Sổ có {lines} dòng, bản in nhiều nhất {MOST_LINES}; hãy chọn ít ngày hơn, hoặc lấy "
            "format=xlsx.",
            f"The register has {lines} lines, a printed one at most {MOST_LINES}; choose fewer "
            "days, or take format=xlsx.", code="register-too-long",
        )
    rules = rules_on(span.until)
    form = form_of("register", rules)
    agency, _, period = register_title(connection, span)
    return Register(
        form=form.name, title=form.title, agency=agency, unit=unit_of(rules), period=period,
        place_and_day=place_and_day(agency, now), official=printable(official),
        rows=tuple(map(_row, every(connection, span, now))),
    )


def register_title(connection: Connection, span: Span) -> Sequence[str]:
    """Return agency, title and period, as they stand above the lines."""
    name = people.names(connection, [span.agency]).get(span.agency, span.agency)
    period = f"Hồ sơ nhận từ ngày {day(span.since)} đến ngày {day(span.until)}"
    return name, "SỔ THEO DÕI HỒ SƠ", period


def _row(line: Line) -> RegisterRow:
    return RegisterRow(*map(_text, cells(line)))


def _text(cell: Cell) -> str:
    return brief(cell) if isinstance(cell, datetime) else str("" if cell is None else cell)
