"""Waking (đánh thức): defer the job that looks for due timers, inside an open transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from procrastinate import App

    from engine.office.waking import Job
    from engine.store import Connection

#: The jobs that fire what is due and make calls, by the names that every machine knows.
TIMERS, CALLS = "motcua.timers", "motcua.calls"
_NAMES: Mapping[Job, str] = {"timers": TIMERS, "calls": CALLS}
#: What is due later gets its job from the sweeps, as its moment comes near: each fetch of a job
#: walks over all that are scheduled, so weeks of timers must not stand among them.
HORIZON = timedelta(minutes=3)


def wake(connection: Connection, due: datetime, job: Job = "timers") -> None:
    """Defer one job that looks for work at a moment; committed or undone with the transaction.

    At most one job waits for each second, whatever falls due in it. Must be called last in a
    transaction: another that wants the same second waits for its end. Raises the driver's errors.
    """
    from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

    now = datetime.now(UTC)  # jobs go by the machine's clock
    if due > now + HORIZON:
        return
    name = _NAMES[job]
    second = (due + timedelta(seconds=1)).replace(microsecond=0) if due > now else None
    deferred = _app().configure_task(
        name, connection=connection, schedule_at=second,
        queueing_lock=f"{name} {second.isoformat() if second else 'now'}",
    )
    try:
        with connection.transaction():  # a savepoint: the same second may be taken
            deferred.defer()
    except AlreadyEnqueued:
        return
    except ConnectorException as error:
        raise error.__cause__ or error from None


@cache
def _app() -> App:
    """Return an app that has no connection of its own: it uses those that it is lent."""
    from procrastinate import App, SyncPsycopgConnector

    return App(connector=SyncPsycopgConnector())
