"""Backlogs (tồn đọng): what waits for nodes, services, portal and timers, counted when asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from engine.clock import Clock
from engine.errors import Unavailable
from engine.store import (
    Connection,
    Store,
    call_states,
    downloads,
    inbox,
    nodes,
    outbox,
    portal_messages,
    timers,
    workers,
)


class Backlogs(Collector):
    """Gauges over the rows as they stand; without a database only that it does not answer."""

    def __init__(self, store: Store, clock: Clock, *, portal: bool = False) -> None:
        self._store, self._clock, self._portal = store, clock, portal

    def collect(self) -> Iterator[Metric]:
        """Yield every gauge."""
        try:
            with self._store.reading() as connection:
                now = self._clock.now()
                found = [*_links(connection), *_work(connection, now), *_calls(connection)]
                found += _told(connection, now) if self._portal else []
        except Unavailable:
            found = []
        yield _gauge("motcua_database_up", "Whether the database answers", [((), bool(found))])
        yield from found


def _links(connection: Connection) -> Iterator[Metric]:
    known, backlog = nodes.every(connection), outbox.backlog(connection)
    counted = {(node, state): (count, at) for node, state, count, at in backlog}
    names = sorted({node.id for node in known} | {node for node, _ in counted})
    for state, says in (("waiting", "Envelopes that wait for a node"),
                        ("dead", "Dead letters for a node")):
        yield _gauge(f"motcua_outbox_{state}", says, [
            ((name,), counted.get((name, state), (0, None))[0]) for name in names
        ], "node")
    yield _gauge("motcua_outbox_oldest_seconds", "Age of the oldest waiting envelope", [
        ((name,), _age(counted.get((name, "waiting"), (0, None))[1])) for name in names
    ], "node")
    files = {(node, state): count for node, state, count in downloads.backlog(connection)}
    for state, says in (("waiting", "Papers on their way from a node"),
                        ("dead", "Papers of a node that cannot come")):
        yield _gauge(f"motcua_papers_{state}", says, [
            ((name,), files.get((name, state), 0)) for name in names
        ], "node")
    yield _gauge("motcua_node_failures", "Calls of a node that failed since it last answered", [
        ((node.id,), node.failures) for node in known
    ], "node")
    yield _gauge("motcua_inbox_early", "Dossiers with envelopes that came before their turn",
                 [((), len(inbox.waiting(connection)))])


def _work(connection: Connection, now: datetime) -> Iterator[Metric]:
    found = timers.backlog(connection, now)
    yield _gauge("motcua_timers", "Timers by how they stand", [
        ((state,), getattr(found, state)) for state in ("waiting", "held", "overdue", "failing")
    ], "state")
    late = 0.0 if found.oldest is None else (now - found.oldest).total_seconds()
    yield _gauge("motcua_timers_oldest_seconds", "How long the oldest timer is overdue",
                 [((), late)])
    yield _gauge("motcua_workers", "Background workers that gave a sign of life lately",
                 [((), workers.alive(connection))])


def _calls(connection: Connection) -> Iterator[Metric]:
    found = call_states.backlog(connection)
    yield _gauge("motcua_service_calls", "Calls of service tasks by how they stand", [
        ((state,), getattr(found, state)) for state in call_states.STATES
    ], "state")
    yield _gauge("motcua_service_calls_oldest_seconds", "Age of the oldest call that may be tried",
                 [((), _age(found.oldest))])


def _told(connection: Connection, now: datetime) -> Iterator[Metric]:
    """Yield the gauges of the national portal."""
    found = portal_messages.backlog(connection)
    late = 0.0 if found.oldest is None else max((now - found.oldest).total_seconds(), 0.0)
    for name, says, value in (
        ("waiting", "Messages that wait for the national portal", found.waiting),
        ("dead", "Messages that the national portal refused", found.dead),
        ("oldest_seconds", "Age of the oldest message that waits", late),
        ("silences", "Calls in a row that got no answer", found.failures),
    ):
        yield _gauge(f"motcua_portal_{name}", says, [((), value)])


def _age(since: datetime | None) -> float:
    return 0.0 if since is None else (datetime.now(UTC) - since).total_seconds()


def _gauge(
    name: str, says: str, values: Iterable[tuple[tuple[str, ...], float]], *labels: str,
) -> Metric:
    gauge = GaugeMetricFamily(name, says, labels=labels)
    for label, value in values:
        gauge.add_metric(label, float(value))
    return gauge
