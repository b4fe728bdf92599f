"""Dossiers (hồ sơ) as read: without locks, for those who look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from sqlalchemy import BindParameter, bindparam, select

from engine.dossier import Dossier, Part
from engine.handoff import Envelope
from engine.proceed.outcome import Before
from engine.store import tables
from engine.store.rows import dossier_of, envelope_of, part_of
from engine.store.statements import text_of
from engine.store.tasks import of_dossier

Connection = psycopg.Connection[tuple[Any, ...]]

_code: BindParameter[str] = bindparam("code")
_DOSSIER = text_of(select(tables.dossier).where(tables.dossier.c.code == _code))
_PARTS = text_of(
    select(tables.part).where(tables.part.c.dossier == _code).order_by(tables.part.c.id),
)
_ENVELOPES = text_of(
    select(tables.envelope).where(tables.envelope.c.dossier == _code)
    .order_by(tables.envelope.c.number),
)


def by_code(connection: Connection, code: str) -> Dossier | None:
    """Return a dossier."""
    row = connection.execute(_DOSSIER, {"code": code}).fetchone()
    return None if row is None else dossier_of(row)


def parts(connection: Connection, code: str) -> Sequence[Part]:
    """Return every part that a dossier ever had, by id."""
    return [part_of(row) for row in connection.execute(_PARTS, {"code": code})]


def before(connection: Connection, code: str) -> Before | None:
    """Return a dossier as it stands, unlocked, with what a recount looks at."""
    found = by_code(connection, code)
    if found is None:
        return None
    return Before(
        dossier=found, tasks=tuple(t for t in of_dossier(connection, code) if t.state == "open"),
        parts=tuple(part for part in parts(connection, code) if part.status == "running"),
    )


def envelopes(connection: Connection, code: str) -> Sequence[Envelope]:
    """Return every envelope of a dossier, in order of number."""
    return [envelope_of(row) for row in connection.execute(_ENVELOPES, {"code": code})]
