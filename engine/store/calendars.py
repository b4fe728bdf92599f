"""Calendars (lịch làm việc): kept by version, never changed; an agency points to one."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from sqlalchemy import any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import Text

from engine.errors import Corrupt
from engine.store import tables
from engine.store.statements import text_of, update_text
from engine.store.trips import Connection, Statement
from engine.worktime import Calendar

#: Calendars read so far by version; a province has a few dozen.
_known: dict[str, Calendar] = {}


_VERSIONS = text_of(
    select(tables.agency.c.code, tables.agency.c.calendar)
    .where(tables.agency.c.code == any_(bindparam("codes", type_=ARRAY(Text)))),
)
#: Agency and calendar version of every desk of a dossier: the former one until it is recounted.
OF_DOSSIER = """\
SELECT code, COALESCE(former, calendar) AS version FROM agency
LEFT JOIN recount ON recount.agency = agency.code AND recount.dossier = %(code)s
WHERE code = ANY (ARRAY(
    SELECT unnest(ARRAY[receiving_agency, competent_agency]
        || ARRAY(SELECT value FROM json_each_text(desks::json)))
    FROM dossier WHERE code = %(code)s))
"""
#: Held by whoever gives a dossier its calendars at birth, and alone by whoever changes calendars:
#: without it a dossier could be born on a calendar whose recount has already been listed.
_TURNING = 7_611_820_252
BIRTH = f"SELECT pg_advisory_xact_lock_shared({_TURNING})"
_CHANGE = f"SELECT pg_advisory_xact_lock({_TURNING})"
_EVERY = text_of(
    select(tables.agency.c.code, tables.agency.c.name, tables.agency.c.calendar)
    .order_by(tables.agency.c.code),
)
_POINT = update_text(tables.agency, ["calendar"])
_CONTENT = text_of(
    select(tables.calendar.c.content).where(tables.calendar.c.version == bindparam("version")),
)
_ADD = text_of(
    insert(tables.calendar).values(
        version=bindparam("version"), content=bindparam("content"),
    ).on_conflict_do_nothing(),
)


def of_agencies(connection: Connection, agencies: Collection[str]) -> Mapping[str, Calendar]:
    """Return the calendars by which agencies work, by agency code; unknown agencies are left out.

    The content of a version is read once per process: it never changes.
    """
    found = connection.execute(_VERSIONS, {"codes": sorted(agencies)}).fetchall()
    return {code: by_version(connection, version) for code, version in found}


def asking_newborn(agencies: Collection[str]) -> list[Statement]:
    """Return what finds code and version of agencies' calendars, last of all.

    It lets no calendar change before the transaction ends.
    """
    return [(BIRTH, {}), (_VERSIONS, {"codes": sorted(agencies)})]


def every(connection: Connection) -> list[tuple[str, str, str]]:
    """Return code, name and calendar version of every agency, by code."""
    return [(code, name, version) for code, name, version in connection.execute(_EVERY)]


def of_dossier(connection: Connection, code: str) -> Mapping[str, Calendar]:
    """Return the calendars by which a dossier goes at present, by agency code."""
    found = connection.execute(OF_DOSSIER, {"code": code}).fetchall()
    return {agency: by_version(connection, version) for agency, version in found}


def begin_change(connection: Connection) -> None:
    """Wait until no dossier is being born; none is until the transaction ends."""
    connection.execute(_CHANGE)


def point(connection: Connection, agency: str, version: str) -> None:
    """Let an agency work by another calendar from the end of the transaction on."""
    connection.execute(_POINT, {"calendar": version, "key_code": agency})


def by_version(connection: Connection, version: str) -> Calendar:
    """Return the calendar of a version; raise Corrupt when it is gone or is another one."""
    kept = _known.get(version)
    if kept is None:
        row = connection.execute(_CONTENT, {"version": version}).fetchone()
        kept = Calendar.from_json(json.loads(row[0])) if row is not None else None
        if kept is None or kept.version != version:
            raise Corrupt(
                f"Lịch {version} không còn hoặc đã bị sửa.",
                f"Calendar {version} is gone or was changed.", code="calendar-broken",
            )
        _known[version] = kept
    return kept


def add(connection: Connection, calendar: Calendar) -> str:
    """Write a calendar if it is new, and return its version."""
    content = json.dumps(calendar.to_json(), ensure_ascii=False)
    connection.execute(_ADD, {"version": calendar.version, "content": content})
    return calendar.version
