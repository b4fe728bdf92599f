"""Dossiers (hồ sơ) as read: without locks, for those who look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy import BindParameter, bindparam, select

from engine.dossier import Dossier, Part
from engine.proceed.outcome import Before
from engine.store import tables
from engine.store.rows import dossier_of, part_of
from engine.store.statements import text_of
from engine.store.tasks import of_dossier

Connection = psycopg.Connection[tuple[Any, ...]]

_code: BindParameter[str] = bindparam("code")
_DOSSIER = text_of(select(tables.dossier).where(tables.dossier.c.code == _code))
_PARTS = text_of(
    select(tables.part).where(tables.part.c.dossier == _code).order_by(tables.part.c.id),
)
_PART_AGENCIES = "SELECT DISTINCT agency FROM part WHERE dossier = %(code)s"
_PLACES = """\
SELECT process, agency FROM part WHERE dossier = %(code)s
UNION SELECT p.process, t.agency FROM task t JOIN part p ON p.dossier = t.dossier AND p.id = t.part
WHERE t.dossier = %(code)s
"""


def by_code(connection: Connection, code: str) -> Dossier | None:
    """Return a dossier."""
    row = connection.execute(_DOSSIER, {"code": code}).fetchone()
    return None if row is None else dossier_of(row)


def parts(connection: Connection, code: str) -> Sequence[Part]:
    """Return every part that a dossier ever had, by id."""
    return [part_of(row) for row in connection.execute(_PARTS, {"code": code})]


def part_agencies(connection: Connection, code: str) -> frozenset[str]:
    """Return the agencies of all parts that a dossier ever had; those of tasks see no papers."""
    return frozenset(row[0] for row in connection.execute(_PART_AGENCIES, {"code": code}))


def places(connection: Connection, code: str) -> Mapping[str, frozenset[str]]:
    """Return by pool (process) the agencies that work on its parts: its own, and those of lanes."""
    found: dict[str, set[str]] = {}
    for process, agency in connection.execute(_PLACES, {"code": code}):
        found.setdefault(process, set()).add(agency)
    return {process: frozenset(agencies) for process, agencies in found.items()}


def before(connection: Connection, code: str) -> Before | None:
    """Return a dossier as it stands, unlocked, with what a recount looks at."""
    found = by_code(connection, code)
    if found is None:
        return None
    return Before(
        dossier=found, tasks=tuple(t for t in of_dossier(connection, code) if t.state == "open"),
        parts=tuple(part for part in parts(connection, code) if part.status == "running"),
    )
