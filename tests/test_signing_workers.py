"""Signing in a real worker: woken at once, killed in the middle of a call, never twice."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import signing_town as town_of
from signing_town import Country, Place
from test_http_server import wait_for
from test_jobs_worker import started

from engine.audit import desk as auditor
from engine.clock import SystemClock
from engine.signatures import Trust, signatures_in
from engine.store import Store, embedded
from engine.store.tables import APPLICATION


@contextmanager
def working(
    server: Path, owner: str, store: Store, folder: Path, configured: dict[str, Any],
) -> Iterator[tuple[Place, dict[str, str]]]:
    """The town by the machine's clock, and the environment of a worker of its database."""
    name = owner.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MOTCUA_")}
    with town_of.opened(store, SystemClock(), folder, configured) as place:
        yield place, {
            **clean, "MOTCUA_CONNECTORS": str(place.settings.connectors),
            "MOTCUA_FILES": place.settings.files, "MOTCUA_OIDC_ISSUER": "https://id.example",
            "MOTCUA_DATABASE_URL": embedded.address(server, role=APPLICATION, database=name),
            town_of.VARIABLE: town_of.PASSPHRASE,
        }


def test_a_worker_signs_what_was_asked_and_only_it_knows_the_passphrase(
    server: Path, owner: str, store: Store, tmp_path: Path, country: Country,
) -> None:
    assert town_of.VARIABLE not in os.environ
    configured = town_of.configuration(tmp_path, country)
    with (
        working(server, owner, store, tmp_path, configured) as (place, environment),
        started(environment, "worker", ready=owner) as process,
    ):
        code = place.with_result()
        began = time.monotonic()
        assert place.ask(place.leader, code, 1).status_code == 202
        wait_for(lambda: place.pending(code) == [])
        assert time.monotonic() - began < 20
        (found,) = signatures_in(
            place.content(code, 2), Trust((country.root.der,)), place.clock.now())
        assert found.status == "valid"
        assert auditor.replay_stored(store, code).whole
    assert process.returncode == 0


def test_a_worker_killed_while_a_service_signs_leaves_the_rest_to_another(
    server: Path, owner: str, store: Store, tmp_path: Path, country: Country,
) -> None:
    release = threading.Event()

    def slowly(signer: town_of.RemoteSigner, asked: dict[str, Any]) -> tuple[int, bytes]:
        release.wait(15)
        return town_of.signing(signer, asked)

    with town_of.remote(country.leader) as signer:
        signer.answer = slowly
        configured = town_of.held_remotely(tmp_path, country, signer)
        configured["connectors"][town_of.CONNECTOR]["remote"]["timeout"] = 20
        with working(server, owner, store, tmp_path, configured) as (place, environment):
            code = place.with_result()
            place.ask(place.leader, code, 1)
            with started(environment, "worker", ready=owner) as process:
                wait_for(lambda: len(signer.asked) == 1)
                process.kill()
                process.wait()
            release.set()
            assert [p["number"] for p in place.papers(code)] == [1]
            with psycopg.connect(owner) as connection:  # as if the lease were over
                connection.execute("UPDATE service_call SET until = now()")
                connection.execute("DELETE FROM jobs.procrastinate_periodic_defers")
                connection.execute("TRUNCATE jobs.procrastinate_workers CASCADE")
            with started(environment, "worker", ready=owner):
                wait_for(lambda: place.pending(code) == [])
            assert [p["number"] for p in place.papers(code)] == [1, 2]
            assert auditor.replay_stored(store, code).whole
