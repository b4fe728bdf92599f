"""Metrics (số đo): counts and durations of requests, summed over gunicorn's workers."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from engine.store.call_states import STATES, Backlog

_REQUESTS = Counter("motcua_requests_total", "Answered requests", ["method", "route", "status"])
_SECONDS = Histogram("motcua_request_seconds", "Seconds until the answer", ["method", "route"])


def register(app: Flask) -> None:
    """Count each request by its route, never by its address: addresses hold dossier codes."""
    app.after_request(_count)


def exposition(calls: Backlog | None = None) -> Response:
    """Return all numbers in Prometheus's text format; those of calls where they could be read."""
    registry = None
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    text = generate_latest(registry) if registry else generate_latest()
    if calls is not None:
        numbers = CollectorRegistry()
        numbers.register(_Calls(calls))
        text += generate_latest(numbers)
    return Response(text, content_type=CONTENT_TYPE_LATEST)


class _Calls(Collector):
    """How the calls of services stand; the database knows, whichever process is asked."""

    def __init__(self, calls: Backlog) -> None:
        self._calls = calls

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the number of calls by state, and the age of the oldest that may be tried."""
        counts = GaugeMetricFamily(
            "motcua_service_calls", "Calls of service tasks by state", labels=["state"],
        )
        for state in STATES:
            counts.add_metric([state], getattr(self._calls, state))
        yield counts
        oldest = self._calls.oldest
        age = (datetime.now(UTC) - oldest).total_seconds() if oldest else 0.0
        yield GaugeMetricFamily(
            "motcua_service_calls_oldest_seconds", "Age of the oldest call that may be tried", age,
        )


def _count(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else "none"
    _REQUESTS.labels(request.method, route, response.status_code).inc()
    _SECONDS.labels(request.method, route).observe(time.perf_counter() - g.began)
    return response
