"""States of calls (tình trạng lời gọi): what waits, fails or needs an operator, and since when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Text,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY

from engine.store.call_table import service_call as t
from engine.store.statements import one_row, text_of

Connection = psycopg.Connection[tuple[Any, ...]]

#: What an operator may ask for; the first that fits a call is its state.
STATES = ("incident", "held", "running", "failing", "waiting")


@dataclass(frozen=True)
class CallSeen:
    """A call as operators see it: everything but the values that it is about."""

    task: str
    dossier: str
    element: str
    agency: str
    kind: str
    name: str
    state: str
    tries: int
    opened_at: datetime
    until: datetime
    worker: str | None
    failure: str | None
    failed_at: datetime | None


@dataclass(frozen=True)
class Backlog:
    """How many calls there are by state, and since when the oldest that may be tried waits."""

    incident: int
    held: int
    running: int
    failing: int
    waiting: int
    oldest: datetime | None


def page(
    connection: Connection, state: str | None, after: tuple[str, str] | None, size: int,
) -> list[CallSeen]:
    """Return calls of a state, or of any, the oldest first, after a place (opened, task)."""
    found = connection.execute(_PAGE, {
        "state": state, "size": size, "opened": after[0] if after else "-infinity",
        "key": after[1] if after else "",
    })
    return [CallSeen(*row) for row in found.fetchall()]


def of_ids(connection: Connection, ids: Collection[str]) -> dict[str, CallSeen]:
    """Return these calls by their ids; one that is over is not among them."""
    found = connection.execute(_OF_IDS, {"ids": list(ids)}).fetchall()
    return {row[0]: CallSeen(*row) for row in found}


def place(seen: CallSeen) -> tuple[str, str]:
    """Return where a call stands in the order of pages."""
    return seen.opened_at.isoformat(), seen.task


def backlog(connection: Connection) -> Backlog:
    """Return how calls stand now."""
    return Backlog(*one_row(connection, _BACKLOG))


def _state() -> ColumnElement[str]:
    return case(
        (t.c.incident == 1, "incident"), (t.c.held == 1, "held"),
        (t.c.lock.is_not(None) & (t.c.until > func.now()), "running"),
        (t.c.failure.is_not(None), "failing"), else_="waiting",
    )


_SEEN = (
    t.c.task, t.c.dossier, t.c.element, t.c.agency, t.c.kind, t.c.name, _state(), t.c.tries,
    t.c.opened_at, t.c.until, t.c.worker, t.c.failure, t.c.failed_at,
)
_OF_IDS = text_of(select(*_SEEN).where(t.c.task == func.any(bindparam("ids", type_=ARRAY(Text)))))
_WANTED = bindparam("state", type_=Text)
_PAGE = text_of(
    select(*_SEEN).where(
        or_(_WANTED.is_(None), _state() == _WANTED),
        tuple_(t.c.opened_at, t.c.task) > tuple_(
            cast(bindparam("opened", type_=Text), DateTime(timezone=True)),
            bindparam("key", type_=Text),
        ),
    ).order_by(t.c.opened_at, t.c.task).limit(bindparam("size", type_=Integer)),
)
_BACKLOG = text_of(select(
    *(func.count().filter(_state() == name) for name in STATES),
    func.min(t.c.opened_at).filter(t.c.incident == 0, t.c.held == 0),
))
