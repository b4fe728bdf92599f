"""Recounts (tính lại): running dossiers that have yet to turn to an agency's changed calendar.

The rows are written with the change itself. Until its own is gone, a dossier goes on by the former
calendar, so that nothing done to it meanwhile is counted by two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text

from engine.store.statements import delete_text, text_of
from engine.store.tables import recount as r

Connection = psycopg.Connection[tuple[Any, ...]]

#: Dossiers whose statuses let a date still matter: a settled one has its result to return.
_RUNNING = "(1, 2, 4, 5, 6, 9)"
#: Codes of running dossiers that some of the agencies receive, settle or take part in.
_TOUCHED = f"""
    SELECT d.code, a.code AS agency FROM dossier d JOIN LATERAL (
        SELECT DISTINCT desk AS code FROM unnest(ARRAY[d.receiving_agency, d.competent_agency]
            || ARRAY(SELECT value FROM json_each_text(d.desks::json))) AS desk
    ) a ON a.code = ANY (%(agencies)s)
    WHERE d.status IN {_RUNNING}
"""  # noqa: S608 - a constant
# A dossier that waits for an earlier recount still goes by the calendar of then.
_LIST = f"""
    INSERT INTO recount (dossier, agency, former, decision, decided_by)
    SELECT t.code, t.agency, agency.calendar, %(decision)s, %(decided_by)s
    FROM ({_TOUCHED}) t JOIN agency ON agency.code = t.agency ORDER BY t.code, t.agency
    ON CONFLICT (dossier, agency)
        DO UPDATE SET decision = excluded.decision, decided_by = excluded.decided_by
"""  # noqa: S608 - a constant
_RUN = f"""
    SELECT DISTINCT t.code FROM ({_TOUCHED} AND d.code > %(after)s) t ORDER BY 1 LIMIT %(size)s
"""  # noqa: S608 - a constant
_NEXT = text_of(
    select(r.c.dossier).distinct()
    .where(r.c.dossier > bindparam("after"), r.c.agency == any_(bindparam(
        "agencies", type_=ARRAY(Text))))
    .order_by(r.c.dossier).limit(bindparam("size")),
)
_of_dossier = (
    select(r.c.agency, r.c.former, r.c.decision, r.c.decided_by)
    .where(r.c.dossier == bindparam("code")).order_by(r.c.agency)
)
_OF_DOSSIER = text_of(_of_dossier)
# In the order in which a further change lists them, so that the two never wait for each other.
_LOCKED = text_of(_of_dossier.with_for_update())
_WAITING = text_of(select(r.c.agency, func.count()).group_by(r.c.agency))
_DONE = delete_text(r, r.c.dossier, r.c.agency)


@dataclass(frozen=True)
class Pending:
    """A dossier that goes by the `former` calendar version of an agency until it is recounted."""

    agency: str
    former: str
    decision: str
    decided_by: str


def listing(
    connection: Connection, agencies: Sequence[str], decision: str, decided_by: str,
) -> int:
    """List every running dossier of agencies whose calendar is about to change; return how many."""
    return connection.execute(_LIST, {
        "agencies": list(agencies), "decision": decision, "decided_by": decided_by,
    }).rowcount


def running(
    connection: Connection, agencies: Sequence[str], after: str, size: int,
) -> list[str]:
    """Return codes of running dossiers of some of the agencies, in order, after a code."""
    asked = {"agencies": list(agencies), "after": after, "size": size}
    return [row[0] for row in connection.execute(_RUN, asked)]


def following(
    connection: Connection, agencies: Sequence[str], after: str, size: int,
) -> list[str]:
    """Return codes of dossiers that have yet to be recounted, in order, after a code."""
    asked = {"agencies": list(agencies), "after": after, "size": size}
    return [row[0] for row in connection.execute(_NEXT, asked)]


def of_dossier(connection: Connection, code: str, *, lock: bool = False) -> list[Pending]:
    """Return what a dossier has yet to turn from, by agency; locked until the transaction ends."""
    found = connection.execute(_LOCKED if lock else _OF_DOSSIER, {"code": code})
    return [Pending(*row) for row in found]


def waiting(connection: Connection) -> Mapping[str, int]:
    """Return how many dossiers have yet to be recounted, by agency; those without are left out."""
    return dict(connection.execute(_WAITING).fetchall())


def done(connection: Connection, code: str, agencies: Iterable[str]) -> None:
    """Let a dossier go by the present calendars of agencies, with the open transaction."""
    for agency in agencies:
        connection.execute(_DONE, {"key_dossier": code, "key_agency": agency})
