"""Workers (tiến trình nền) as their signs of life stand in the tables of jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg

from engine.store.statements import one_row
from engine.store.tables import JOBS

Connection = psycopg.Connection[tuple[Any, ...]]

#: Seconds after which a worker that gives no sign of life is taken for dead.
SILENT = 60

_ALIVE = (
    f"SELECT count(*) FROM {JOBS}.procrastinate_workers "  # noqa: S608 - a name of ours
    f"WHERE last_heartbeat > now() - interval '{SILENT} seconds'"
)

_HEARD = f"SELECT max(last_heartbeat) FROM {JOBS}.procrastinate_workers"  # noqa: S608 - the same


def alive(connection: Connection) -> int:
    """Return how many workers gave a sign of life lately, on whatever machine."""
    return int(one_row(connection, _ALIVE)[0])


def last_heard(connection: Connection) -> datetime | None:
    """Return when any worker last gave a sign of life; None once each has stopped in order."""
    heard: datetime | None = one_row(connection, _HEARD)[0]
    return heard
