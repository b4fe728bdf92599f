"""The bare route (tuyến trần): Flask and one transaction, nothing else; gunicorn serves it.

BENCH_BARE names a file with the recorded transactions by task, BENCH_DATABASE the database.
"""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from threading import local
from typing import Any

import psycopg
from flask import Flask, Response, request

from bench.recording import Transaction, play


def create() -> Flask:
    """Return the app of one worker; each of its threads keeps a connection."""
    content = Path(os.environ["BENCH_BARE"]).read_bytes()
    transactions: dict[str, tuple[Transaction, str]] = pickle.loads(content)
    address, app = os.environ["BENCH_DATABASE"], Flask("bare")

    class Kept(local):
        def __init__(self) -> None:
            self.connection: psycopg.Connection[Any] = psycopg.connect(
                address, prepare_threshold=1)

    kept = Kept()

    @app.post("/tasks/<task>/complete")
    def complete(task: str) -> Response:
        request.get_json()
        transaction, result = transactions[task]
        play(kept.connection, transaction)
        return Response(result, content_type="application/json")

    return app
