"""Metrics (số đo): requests, summed over gunicorn's workers, and what waits in the rows."""

from __future__ import annotations

import os
import time

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector

from api.backlogs import Backlogs

_REQUESTS = Counter("motcua_requests_total", "Answered requests", ["method", "route", "status"])
_SECONDS = Histogram("motcua_request_seconds", "Seconds until the answer", ["method", "route"])


def register(app: Flask) -> None:
    """Count each request by its route, never by its address: addresses hold dossier codes."""
    app.after_request(_count)


def exposition(backlogs: Backlogs) -> Response:
    """Return all numbers in Prometheus's text format, the backlogs counted now."""
    registry = None
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    text = generate_latest(registry) if registry else generate_latest()
    return Response(text + generate_latest(backlogs), content_type=CONTENT_TYPE_LATEST)


def _count(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else "none"
    _REQUESTS.labels(request.method, route, response.status_code).inc()
    _SECONDS.labels(request.method, route).observe(time.perf_counter() - g.began)
    return response
