"""The receiving node (nút nhận) of the links row: our routes between nodes, and a bare one.

BENCH_DATABASE names its database, BENCH_NODE and BENCH_NODE_KEYS who it is.
"""

from __future__ import annotations

import os
from pathlib import Path
from threading import local
from typing import Any

import psycopg
from flask import Flask, Response, request

from api.app import create_app
from api.auth import Doorkeeper
from api.keys import FixedKeys
from api.settings import Settings
from api.wiring import Services
from bench.measure import settle
from bench.premises import CLOCK
from engine.links.identity import Keyring
from engine.office import Office
from engine.store import Store, embedded


def create() -> Flask:
    """Return the app of one worker; the bare route keeps a connection for each thread."""
    url, node = os.environ["BENCH_DATABASE"], os.environ["BENCH_NODE"]
    store = Store(url)
    door = Doorkeeper("urn:bench", "motcua", FixedKeys({}), CLOCK, lambda *_: None)
    identity = Keyring(node, Path(os.environ["BENCH_NODE_KEYS"]))
    app = create_app(Services(
        Settings(embedded.home()), CLOCK, store, Office(store, CLOCK, node=node), door, identity,
    ))

    class Kept(local):
        def __init__(self) -> None:
            self.connection: psycopg.Connection[Any] = psycopg.connect(
                url.replace("postgresql+psycopg://", "postgresql://"), prepare_threshold=1)

    kept = Kept()

    @app.post("/bare")
    def bare() -> Response:
        kept.connection.execute("INSERT INTO bare (body) VALUES (%s)", (request.get_data(),))
        kept.connection.commit()
        return Response("{}", content_type="application/json")

    settle()
    return app
