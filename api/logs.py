"""Logs (nhật ký vận hành): one JSON line for each request; no bodies, no queries, no names."""

from __future__ import annotations

import logging
import re
import sys
import time
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def configure() -> None:
    """Write log lines as JSON to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars, structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info, structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def adopt_libraries() -> None:
    """Write what libraries warn of as lines of the same kind, one each, without their traces."""
    logging.basicConfig(level=logging.WARNING, handlers=[_Adopted()], force=True)


class _Adopted(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        level = logging.ERROR if record.levelno >= logging.ERROR else logging.WARNING
        structlog.get_logger().log(level, "library", source=record.name, says=record.getMessage())


def register(app: Flask) -> None:
    """Name each request, and write one line when it is answered."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
    g.began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=g.request_id)


def _end(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.request_id
    rule = request.url_rule.rule if request.url_rule else None
    if rule not in {"/healthz", "/readyz", "/metrics"}:
        structlog.get_logger().info(
            "request", method=request.method, path=request.path, status=response.status_code,
            ms=round((time.perf_counter() - g.began) * 1000, 1), actor=g.get("actor_id"),
        )
    return response
