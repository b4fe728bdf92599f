"""Timers (hẹn giờ): the rows by which waits come due; claimed in batches, held with their dossier.

A row stands for each wait of a running part that has a due moment, written in the transaction of
the command that set it. `held` mirrors the hold of its dossier. `not_before` is the machine's time:
until then a worker has claimed the row, or a firing that failed is not tried again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import Interval, bindparam, func, insert, null, or_, select, update

from engine.store.statements import delete_text, in_hold, one_row, text_of
from engine.store.tables import timer as t

Connection = psycopg.Connection[tuple[Any, ...]]
Write = tuple[str, Mapping[str, Any]]

#: Characters of a failure that are kept; the whole of it stands in the log.
FAILURE = 500


@dataclass(frozen=True)
class DueTimer:
    """A timer that a worker has claimed; `tries` counts the firings that failed."""

    dossier: str
    part: str
    wait: str
    due: datetime
    tries: int


@dataclass(frozen=True)
class Backlog:
    """How many timers wait in all, held, overdue and failing, and since when the oldest is due."""

    waiting: int
    held: int
    overdue: int
    failing: int
    oldest: datetime | None


def setting(dossier: str, part: str, wait: str, due: datetime, *, held: bool) -> Write:
    """Return the write that sets the timer of a wait, by its id."""
    return _SET, {"dossier": dossier, "part": part, "wait": wait, "due": due, "held": int(held)}


def clearing(dossier: str, part: str) -> Write:
    """Return the write that removes all timers of a part."""
    return _CLEAR, {"key_dossier": dossier, "key_part": part}


def holding(dossier: str, part: str | None, *, held: bool) -> Write:
    """Return the write that holds the timers of a part, or frees them to be tried at once.

    None means every part. Reminders of the law are never held: some speak of the hold itself.
    """
    return _HOLD, {"code": dossier, "only": part, "now_held": int(held)}


def claim(connection: Connection, now: datetime, size: int, lease: timedelta) -> list[DueTimer]:
    """Claim timers due by `now` for the length of the lease, oldest first; commits.

    What another worker is claiming, has claimed, or has put off is skipped; a worker that dies
    leaves its claims to others when the lease ends.
    """
    asked = {"now": now, "size": size, "lease": lease}
    found = connection.execute(_CLAIM, asked).fetchall()
    connection.commit()
    return sorted((DueTimer(*row) for row in found), key=lambda d: (d.due, d.dossier, d.wait))


def release(connection: Connection, claimed: Iterable[DueTimer]) -> None:
    """Give claimed timers back, to be claimed at once by anyone; commits."""
    for one in claimed:
        connection.execute(_RELEASE, _keys(one))
    connection.commit()


def put_off(connection: Connection, one: DueTimer, pause: timedelta, failure: str) -> None:
    """Note that a firing failed and is not tried again before a pause is over; commits."""
    connection.execute(_PUT_OFF, {**_keys(one), "pause": pause, "said": failure[:FAILURE]})
    connection.commit()


def drop(connection: Connection, one: DueTimer) -> None:
    """Remove a timer for which nobody waits any more; one set anew meanwhile stays; commits."""
    connection.execute(_DROP, _keys(one))
    connection.commit()


def next_due(connection: Connection) -> datetime | None:
    """Return when the earliest timer that may fire is due, however long it has been so."""
    row = connection.execute(_NEXT).fetchone()
    return row[0] if row is not None else None


def backlog(connection: Connection, now: datetime) -> Backlog:
    """Return how timers stand at an instant."""
    return Backlog(*one_row(connection, _BACKLOG, {"now": now}))


def _keys(one: DueTimer) -> dict[str, Any]:
    return {f"key_{name}": value for name, value in asdict(one).items() if name != "tries"}


_ROW = (
    t.c.dossier == bindparam("key_dossier"), t.c.part == bindparam("key_part"),
    t.c.wait == bindparam("key_wait"), t.c.due == bindparam("key_due"),
)
_SET = text_of(insert(t).values({
    name: bindparam(name) for name in ("dossier", "part", "wait", "due", "held")
}))
_CLEAR = delete_text(t, t.c.dossier, t.c.part)
_DROP = delete_text(t, t.c.dossier, t.c.part, t.c.wait, t.c.due)
_HOLD = text_of(
    update(t).where(*in_hold(t))
    .values(held=bindparam("now_held"), tries=0, not_before=null(), failure=null()),
)
_FREE = or_(t.c.not_before.is_(None), t.c.not_before <= func.now())
_found = (
    select(t.c.dossier, t.c.part, t.c.wait)
    # Written out, so that the planner sees that the partial index holds what is asked for.
    .where(t.c.held == 0, t.c.due <= bindparam("now"), _FREE)
    .order_by(t.c.due).limit(bindparam("size")).with_for_update(skip_locked=True).cte("found")
)
_CLAIM = text_of(
    update(t)
    .where(t.c.dossier == _found.c.dossier, t.c.part == _found.c.part, t.c.wait == _found.c.wait)
    .values(not_before=func.now() + bindparam("lease", type_=Interval))
    .returning(t.c.dossier, t.c.part, t.c.wait, t.c.due, t.c.tries),
)
_RELEASE = text_of(update(t).where(*_ROW).values(not_before=null()))
_PUT_OFF = text_of(update(t).where(*_ROW).values(
    tries=t.c.tries + 1, not_before=func.now() + bindparam("pause", type_=Interval),
    failure=bindparam("said"),
))
_NEXT = text_of(select(t.c.due).where(t.c.held == 0, _FREE).order_by(t.c.due).limit(1))
_overdue = (t.c.held == 0, t.c.due <= bindparam("now"))
_BACKLOG = text_of(select(
    func.count(), func.count().filter(t.c.held == 1), func.count().filter(*_overdue),
    func.count().filter(t.c.tries > 0), func.min(t.c.due).filter(*_overdue),
))
