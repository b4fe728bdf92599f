"""Gauges of the national portal (số đo đồng bộ Cổng), read from the database when asked."""

from __future__ import annotations

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from engine.clock import Clock
from engine.errors import Unavailable
from engine.store import Store, portal_messages


class PortalGauges(Collector):
    """What waits, what is dead, how old the oldest is, and whether the portal answers."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def collect(self) -> list[GaugeMetricFamily]:
        """Return the gauges; none while the database does not answer."""
        try:
            with self._store.reading() as connection:
                found = portal_messages.backlog(connection)
        except Unavailable:
            return []
        age = (self._clock.now() - found.oldest).total_seconds() if found.oldest else 0
        return [
            _gauge("waiting", "Messages that wait for the national portal", found.waiting),
            _gauge("dead", "Messages that the national portal refused", found.dead),
            _gauge("oldest_seconds", "Age of the oldest message that waits", max(age, 0)),
            _gauge("silences", "Calls in a row that got no answer", found.failures),
        ]


def gauges(store: Store, clock: Clock) -> CollectorRegistry:
    """Return a registry of these gauges alone."""
    registry = CollectorRegistry()
    registry.register(PortalGauges(store, clock))
    return registry


def _gauge(name: str, says: str, value: float) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"motcua_portal_{name}", says)
    family.add_metric([], value)
    return family
