"""Books (sổ theo dõi hồ sơ): the dossiers that an agency received, in the order of receipt."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import psycopg
from sqlalchemy import DateTime, Integer, Text, bindparam, func, select, tuple_

from engine.dossier import Dossier
from engine.history import Entry
from engine.store import tables
from engine.store.rows import dossier_of, entry_of
from engine.store.statements import text_of

Connection = psycopg.Connection[tuple[Any, ...]]
#: From a moment on, and before another one.
Span = tuple[datetime, datetime]
#: A place in the book: (moment of registration, dossier code).
Place = tuple[datetime, str]

_d, _e = tables.dossier, tables.entry
_WIDTH = len(_d.columns)
_OF_SPAN = (
    _d.c.receiving_agency == bindparam("agency"), _d.c.registered_at >= bindparam("since"),
    _d.c.registered_at < bindparam("until"),
)
_COUNT = text_of(select(func.count()).select_from(_d).where(*_OF_SPAN))


def page(
    connection: Connection, agency: str, span: Span, after: Place | None, size: int,
) -> list[tuple[Dossier, Entry]]:
    """Return the next dossiers of a span after a place, each with the entry that registered it."""
    found = connection.execute(_page_text(after is not None), {
        "agency": agency, "since": span[0], "until": span[1], "size": size,
        "after_at": after[0] if after else None, "after_code": after[1] if after else None,
    })
    return [(dossier_of(row[:_WIDTH]), entry_of(row[_WIDTH:])) for row in found]


def count(connection: Connection, agency: str, span: Span) -> int:
    """Return how many dossiers an agency received in a span."""
    row = connection.execute(
        _COUNT, {"agency": agency, "since": span[0], "until": span[1]},
    ).fetchone()
    return 0 if row is None else int(row[0])


@cache
def _page_text(onward: bool) -> str:
    statement = select(_d, _e).join(_e, (_e.c.chain == _d.c.code) & (_e.c.number == 1))
    statement = statement.where(*_OF_SPAN)
    if onward:
        statement = statement.where(tuple_(_d.c.registered_at, _d.c.code) > tuple_(
            bindparam("after_at", type_=DateTime(timezone=True)),
            bindparam("after_code", type_=Text),
        ))
    return text_of(
        statement.order_by(_d.c.registered_at, _d.c.code).limit(bindparam("size", type_=Integer)),
    )
