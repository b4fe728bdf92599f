"""Waking (đánh thức): defer the job that looks for due timers, inside an open transaction."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from procrastinate import App

    from engine.store import Connection

#: The job that fires what is due, by the name under which every machine knows it.
TIMERS = "motcua.timers"
#: The job that makes the calls of connectors.
CALLS = "motcua.calls"
#: The job that delivers to one node.
DELIVER = "motcua.deliver"
#: The job that tells the national portal.
PORTAL = "motcua.portal"
#: What is due later gets its job from the sweeps, as its moment comes near: each fetch of a job
#: walks over all that are scheduled, so weeks of timers must not stand among them.
HORIZON = timedelta(minutes=3)


def wake(connection: Connection, due: datetime) -> None:
    """Defer one job that looks for timers at a moment; committed or undone with the transaction.

    At most one job waits for each second, whatever falls due in it. Must be called last in a
    transaction: another that wants the same second waits for its end. Raises the driver's errors.
    """
    _wake(connection, due, TIMERS)


def wake_calls(connection: Connection, due: datetime) -> None:
    """Defer one job that looks for calls of connectors at a moment, as for timers."""
    _wake(connection, due, CALLS)


def _wake(connection: Connection, due: datetime, job: str) -> None:
    now = datetime.now(UTC)  # jobs go by the machine's clock
    if due > now + HORIZON:
        return
    second = (due + timedelta(seconds=1)).replace(microsecond=0) if due > now else None
    _defer(connection, job, f"{job} {second.isoformat() if second else 'now'}",
           schedule_at=second)


def _defer(connection: Connection, job: str, queueing_lock: str, **further: Any) -> None:
    from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

    deferred = _app().configure_task(
        job, connection=connection, queueing_lock=queueing_lock, **further)
    try:
        with connection.transaction():  # a savepoint: the same job may be waiting
            deferred.defer()
    except AlreadyEnqueued:
        return
    except ConnectorException as error:
        raise error.__cause__ or error from None


def wake_node(connection: Connection, node: str) -> None:
    """Defer the delivery to a node; committed or undone with the transaction.

    At most one job waits for each node. No lock keeps a second one from running beside it: that of
    a killed worker would be in the way of the next, and claims do not overlap. Raises the driver's
    errors.
    """
    _defer(connection, DELIVER, f"{DELIVER} {node}", task_kwargs={"node": node})


def wake_portal(connection: Connection) -> None:
    """Defer the telling of the national portal; committed or undone with the transaction.

    At most one job waits, and one runs, so that a slow portal never takes more than one place of
    all workers. Raises the driver's errors.
    """
    _defer(connection, PORTAL, PORTAL, lock=PORTAL)


@cache
def _app() -> App:
    """Return an app that has no connection of its own: it uses those that it is lent."""
    from procrastinate import App, SyncPsycopgConnector

    return App(connector=SyncPsycopgConnector())
