"""Calls (lời gọi dịch vụ): rows of what machines have to do, from a task's opening to its end.

Written and removed in the transaction of the command that opens or closes the task. Whoever claims
a call gets a token that nobody else has; what is done with a token that no longer holds is refused.
Inputs are personal: they stand in the row alone, and no log has them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import (
    Integer,
    Interval,
    Text,
    bindparam,
    case,
    cast,
    func,
    insert,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from engine.dossier import MACHINE, ServiceCall
from engine.proceed.outcome import Outcome
from engine.store.call_table import service_call as t
from engine.store.rows import text
from engine.store.statements import delete_text, in_hold, one_row, text_of

Connection = psycopg.Connection[tuple[Any, ...]]
Write = tuple[str, Mapping[str, Any]]

#: Characters of a failure's reason that are kept.
FAILURE = 500


@dataclass(frozen=True)
class Claim:
    """A call that somebody has claimed; `lock` is the token, `until` when it ends.

    `tries` counts the attempts begun, this one included; `retries` what a machine said is left.
    """

    task: str
    dossier: str
    part: str
    element: str
    agency: str
    name: str
    inputs: Mapping[str, Any] = field(repr=False)
    about: Mapping[str, Any] = field(repr=False)
    tries: int
    retries: int | None
    failure: str | None
    lock: str
    until: datetime
    worker: str


@dataclass(frozen=True)
class Lock:
    """How a call is locked: `token` only while it holds, `retries` what a machine said is left."""

    kind: str
    name: str
    agency: str
    token: str | None
    retries: int | None


def of_outcome(outcome: Outcome) -> list[Write]:
    """Return the writes by which calls follow the tasks that a command opened and closed."""
    code, hold = outcome.dossier.code, outcome.dossier.standing.hold
    closed = [
        (_CLOSE, {"key_task": task.id}) for task in outcome.changed
        if task.role == MACHINE and task.state != "open"
    ]
    closed += [(_CLOSE, {"key_task": call}) for call in outcome.ended]
    return closed + [
        # A call of no part is a signature on a paper: what holds steps does not hold papers.
        (_OPEN, _row(code, call, held=bool(call.part and hold and hold.holds(call.part))))
        for call in outcome.calls
    ]


def holding(dossier: str, part: str | None, *, held: bool) -> Write:
    """Return the write that holds the calls of a part, or frees them; None means every part."""
    return _HOLD, {"code": dossier, "only": part, "now_held": int(held)}


def due_connectors(connection: Connection) -> list[str]:
    """Return the names of connectors for which calls are due."""
    return [row[0] for row in connection.execute(_NAMES)]


def claim(
    connection: Connection, name: str, size: int, lease: timedelta, worker: str,
) -> list[Claim]:
    """Claim calls of a connector that are due, for the length of the lease; commits.

    What another worker is claiming or has claimed is skipped; a worker that dies leaves its claims
    to others when the lease ends.
    """
    asked = {"name": name, "size": size, "lease": lease, "by": worker}
    found = [_claim(row) for row in connection.execute(_CLAIM, asked).fetchall()]
    connection.commit()
    return found


def fetch(
    connection: Connection, name: str, size: int, lease: timedelta,
    asker: tuple[str, Collection[str]],
) -> list[Claim]:
    """Lock calls of a topic for a machine of some agencies; `asker` is its name and they."""
    worker, agencies = asker
    asked = {
        "name": name, "size": size, "lease": lease, "by": worker, "agencies": sorted(agencies),
    }
    return [_claim(row) for row in connection.execute(_FETCH, asked).fetchall()]


def still_locked(connection: Connection, locks: Collection[str]) -> list[Claim]:
    """Return the calls that are still locked by these tokens."""
    return [_claim(row) for row in connection.execute(_STILL, {"locks": list(locks)}).fetchall()]


def locked(connection: Connection, task: str) -> Lock | None:
    """Return how a call is locked now, its row kept from others until the transaction ends."""
    row = connection.execute(_LOCKED, {"key_task": task}).fetchone()
    return None if row is None else Lock(*row)


def extend(connection: Connection, task: str, lease: timedelta) -> datetime:
    """Let a lock hold for a time from now on and return its end."""
    # Its row was locked before.
    end: datetime = one_row(connection, _EXTEND, {"key_task": task, "lease": lease})[0]
    return end


def release(connection: Connection, task: str, lock: str) -> None:
    """Give a claimed call back, as if it had not been tried; a token that is lost does nothing."""
    connection.execute(_RELEASE, {"key_task": task, "key_lock": lock})


def put_off(
    connection: Connection, claimed: tuple[str, str], pause: timedelta, failure: str,
    retries: int | None = None,
) -> None:
    """Note that a call failed and is not tried again before a pause is over.

    `claimed` is its task and the token; one that is lost does nothing.
    """
    connection.execute(_PUT_OFF, {
        "key_task": claimed[0], "key_lock": claimed[1], "pause": pause,
        "said": failure[:FAILURE], "left": retries,
    })


def give_up(connection: Connection, task: str, lock: str, failure: str) -> None:
    """Make a call an incident that an operator must look at; a token that is lost does nothing."""
    connection.execute(
        _GIVE_UP, {"key_task": task, "key_lock": lock, "said": failure[:FAILURE]},
    )


def retry(connection: Connection, task: str) -> bool:
    """Let an incident, or a call that waits after a failure, be tried at once; tell if there is."""
    return connection.execute(_RETRY, {"key_task": task}).rowcount > 0


def next_due(connection: Connection) -> datetime | None:
    """Return when the next call of a connector that nobody works on may be tried."""
    row = connection.execute(_NEXT).fetchone()
    return row[0] if row is not None else None


def _row(code: str, call: ServiceCall, *, held: bool) -> dict[str, Any]:
    return {
        "task": call.task, "dossier": code, "part": call.part, "element": call.element,
        "agency": call.agency, "kind": call.service.kind, "name": call.service.name,
        "inputs": text(call.inputs), "about": text(call.about), "held": int(held),
    }


def _claim(row: tuple[Any, ...]) -> Claim:
    found = dict(zip(_NAMED, row, strict=True))
    return Claim(**{**found, "inputs": json.loads(row[6]), "about": json.loads(row[7])})


_OPEN = text_of(insert(t).values({
    name: bindparam(name) for name in (
        "task", "dossier", "part", "element", "agency", "kind", "name", "inputs", "about", "held",
    )
}))
_CLOSE = delete_text(t, t.c.task)
_HOLD = text_of(update(t).where(*in_hold(t)).values(held=bindparam("now_held")))
# Written out, so that the planner sees that the partial index holds what is asked for.
_FREE = (t.c.held == 0, t.c.incident == 0)
_DUE = (*_FREE, t.c.until <= func.now())
_KEY = (t.c.task == bindparam("key_task"),)
_OWN = (*_KEY, t.c.lock == bindparam("key_lock"))
#: Steps from name to name along the index: a DISTINCT would walk over every call that is due.
_NAMES = """
WITH RECURSIVE due AS NOT MATERIALIZED (
    SELECT name FROM service_call
    WHERE kind = 'connector' AND held = 0 AND incident = 0 AND until <= now()
), stepping (name) AS (
    (SELECT name FROM due ORDER BY name LIMIT 1)
    UNION ALL
    SELECT (SELECT due.name FROM due WHERE due.name > stepping.name ORDER BY due.name LIMIT 1)
    FROM stepping WHERE stepping.name IS NOT NULL
) SELECT name FROM stepping WHERE name IS NOT NULL
"""
_NAMED = tuple(field.name for field in fields(Claim))
_CLAIMED = tuple(t.c[name] for name in _NAMED)


def _claiming(kind: str, *narrow: Any) -> str:
    found = (
        select(t.c.task)
        .where(t.c.kind == kind, t.c.name == bindparam("name", type_=Text), *_DUE, *narrow)
        .order_by(t.c.until).limit(bindparam("size", type_=Integer))
        .with_for_update(skip_locked=True).cte("found")
    )
    return text_of(
        update(t).where(t.c.task == found.c.task).values(
            tries=t.c.tries + 1, lock=cast(func.gen_random_uuid(), Text),
            worker=bindparam("by", type_=Text),
            until=func.now() + bindparam("lease", type_=Interval),
        ).returning(*_CLAIMED),
    )


_CLAIM = _claiming("connector")
_FETCH = _claiming("topic", t.c.agency == func.any(bindparam("agencies", type_=ARRAY(Text))))
_STILL = text_of(
    select(*_CLAIMED).where(
        t.c.lock == func.any(bindparam("locks", type_=ARRAY(Text))), t.c.until > func.now(),
    ).order_by(t.c.opened_at),
)
_LOCKED = text_of(
    select(
        t.c.kind, t.c.name, t.c.agency,
        case((t.c.until > func.now(), t.c.lock), else_=None), t.c.retries,
    ).where(*_KEY).with_for_update(),
)
_EXTEND = text_of(
    update(t).where(*_KEY).values(until=func.now() + bindparam("lease", type_=Interval))
    .returning(t.c.until),
)
_LOOSE = {"lock": null(), "worker": null()}
_RELEASE = text_of(update(t).where(*_OWN).values(
    **_LOOSE, until=func.now(), tries=func.greatest(t.c.tries - 1, 0),
))
_FAILED = {**_LOOSE, "failure": bindparam("said"), "failed_at": func.now()}
_PUT_OFF = text_of(update(t).where(*_OWN).values(
    **_FAILED, until=func.now() + bindparam("pause", type_=Interval),
    retries=bindparam("left", type_=Integer),
))
_GIVE_UP = text_of(update(t).where(*_OWN).values(**_FAILED, incident=1, retries=0))
_RETRY = text_of(
    update(t).where(*_KEY, t.c.lock.is_(None), t.c.failure.is_not(None))
    .values(incident=0, tries=0, retries=null(), until=func.now()),
)
_NEXT = text_of(
    select(t.c.until).where(t.c.kind == "connector", *_FREE).order_by(t.c.until).limit(1),
)
