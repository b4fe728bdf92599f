"""Loading (nạp hồ sơ): a dossier under its lock with all that a command looks at, in one trip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.commands import Request
from engine.dossier import Part, Task
from engine.proceed.outcome import Before
from engine.store import dossier_statements as sql
from engine.store import idempotency, rows
from engine.store.trips import Connection, Rows, Statement


@dataclass(frozen=True)
class Loaded:
    """A dossier as it stands under its lock, and what stands beside it.

    `calendars` are versions by agency, `timed` the timers by part; `task` is the one by which the
    dossier was found, `answered` body hash and result of a request that was answered before.
    """

    before: Before
    calendars: Mapping[str, str]
    timed: Mapping[str, Mapping[str, datetime]]
    task: Task | None
    answered: rows.Row | None


def by_code(
    connection: Connection, code: str, asked: tuple[str, Request] | None = None,
) -> Loaded | None:
    """Lock and return the dossier of a code; `asked` (actor, request) is looked up beside it."""
    return told(connection, connection.together(asking(code, asked)))


def asking(code: str, asked: tuple[str, Request] | None = None) -> list[Statement]:
    """Return what locks and loads the dossier of a code, to travel with something before it."""
    return _asking(sql.BY_CODE, {"code": code}, asked)


def by_task(
    connection: Connection, task: str, asked: tuple[str, Request] | None = None,
) -> Loaded | None:
    """Lock and return the dossier to which a task belongs, the task too where it is closed."""
    found = connection.together(_asking(sql.BY_TASK, {"task": task}, asked))
    return told(connection, found, task)


def told(
    connection: Connection, found: Sequence[Rows], task: str | None = None,
) -> Loaded | None:
    """Return what was found, None where there is no such dossier."""
    if not found[0]:
        return None
    tasks = tuple(rows.task_of(row[sql.BESIDE:]) for row in found[2] if row[sql.BESIDE])
    kept, versions, *answered = found[2][0][:sql.BESIDE]
    dossier = rows.dossier_of(found[0][0])
    parts = tuple(rows.part_of(row) for row in found[1] if row[8] == "running")
    before = Before(
        dossier=dossier, parts=parts, tasks=tuple(t for t in tasks if t.state == "open"),
        # Messages that came before anyone waited for them are rare: a trip of their own.
        kept=tuple(rows.envelope_of(row) for row in connection.execute(
            sql.KEPT, {"code": dossier.code})) if kept else (),
        instances=Counter(row[2] for row in found[1]),
    )
    return Loaded(
        before, versions or {}, {part.id: due(part) for part in parts},
        next((t for t in tasks if t.id == task), None),
        tuple(answered) if answered[0] is not None else None,
    )


def due(part: Part) -> dict[str, datetime]:
    """Return when the timers of a part fire, by wait."""
    return {wait.id: wait.due for wait in part.waits if wait.due is not None}


def _asking(
    statements: tuple[str, ...], named: Mapping[str, str], asked: tuple[str, Request] | None,
) -> list[Statement]:
    values: dict[str, Any] = {**named, **idempotency.key_of(asked)}
    return [(text, values) for text in statements]
