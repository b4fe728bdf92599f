"""Connectors in real workers: woken at once, killed in the middle of a call, side by side."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import psycopg
import pytest
import served
from served import CITIZEN, StandIn, brought, elements, reach, rows
from test_http_server import wait_for
from test_jobs_worker import started

from engine.audit import desk as auditor
from engine.clock import SystemClock
from engine.links.connectors import Registry
from engine.office import Office
from engine.store import Store, embedded
from engine.store.tables import APPLICATION

KNOWN = Registry({"person": None})  # type: ignore[dict-item]  # the office needs the names alone


@pytest.fixture
def database_of_citizens() -> Iterator[StandIn]:
    with served.standing_in() as stand:
        yield stand


@pytest.fixture
def office(store: Store) -> Office:
    return served.opened(store, SystemClock(), KNOWN)


@pytest.fixture
def place(
    server: Path, owner: str, tmp_path: Path, database_of_citizens: StandIn,
) -> dict[str, str]:
    """The environment in which a worker finds the town's database and the connectors."""
    name = owner.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MOTCUA_")}
    file = tmp_path / "connectors.json"
    file.write_text(json.dumps(database_of_citizens.configuration(timeout=20)), encoding="utf-8")
    return {
        **clean, "MOTCUA_CONNECTORS": str(file), "MOTCUA_OIDC_ISSUER": "https://id.example",
        "MOTCUA_DATABASE_URL": embedded.address(server, role=APPLICATION, database=name),
    }


def test_a_worker_is_woken_by_the_command_that_came_to_a_service_task(
    office: Office, store: Store, place: dict[str, str], owner: str,
) -> None:
    with started(place, "worker", ready=owner) as process:
        began = time.monotonic()
        code = reach(office, store)
        wait_for(lambda: elements(store, code) == ["finish"])
        assert time.monotonic() - began < 20
    assert process.returncode == 0
    assert auditor.replay_stored(store, code).whole


def test_a_call_whose_worker_is_killed_is_made_by_another_and_counts_once(
    office: Office, store: Store, place: dict[str, str], owner: str,
    database_of_citizens: StandIn,
) -> None:
    release = threading.Event()

    def slowly(handler: BaseHTTPRequestHandler, number: str) -> None:
        release.wait(15)
        served.found(handler, number)

    database_of_citizens.answer = slowly
    code = reach(office, store)
    with started(place, "worker", ready=owner) as process:
        wait_for(lambda: database_of_citizens.asked == [CITIZEN])
        process.kill()
        process.wait()
    release.set()
    assert elements(store, code) == ["find"]
    ((lock, tries),) = rows(owner, "lock, tries")
    assert lock is not None
    assert tries == 1
    with psycopg.connect(owner) as connection:  # as if the lease and the beat of a minute were over
        connection.execute("UPDATE service_call SET until = now()")
        connection.execute("DELETE FROM jobs.procrastinate_periodic_defers")
        connection.execute("TRUNCATE jobs.procrastinate_workers CASCADE")
    with started(place, "worker", ready=owner):
        wait_for(lambda: elements(store, code) == ["finish"])
    assert database_of_citizens.asked == [CITIZEN, CITIZEN]
    assert brought(store, code) == 1
    assert auditor.replay_stored(store, code).whole


def test_two_workers_make_two_hundred_calls_and_none_twice(
    office: Office, store: Store, place: dict[str, str], owner: str,
    database_of_citizens: StandIn,
) -> None:
    codes = [reach(office, store, str(number)) for number in range(200)]
    with started(place, "worker", ready=owner), started(place, "worker", ready=owner):
        wait_for(lambda: rows(owner, "task") == [])
    assert sorted(database_of_citizens.asked, key=int) == [str(number) for number in range(200)]
    assert [brought(store, code) for code in codes] == [1] * 200
    assert all(elements(store, code) == ["finish"] for code in codes)
    assert all(auditor.replay_stored(store, code).whole for code in codes[::20])


@pytest.mark.parametrize(("content", "says"), [
    ("{", "connectors.json: không đọc được"),
    ('{"connectors": {"x": {"kind": "ftp"}}}', "connectors.x.kind: phải là một trong"),
    ('{"connectors": {"x": {"kind": "http"}}}', "connectors.x.url: còn thiếu"),
    ('{"connecters": {}}', "connecters: không có mục này"),
], ids=["not JSON", "kind", "address", "unknown"])
@pytest.mark.parametrize("command", ["worker", "serve"])
def test_nothing_starts_with_a_faulty_configuration_whose_place_is_named(
    place: dict[str, str], content: str, says: str, command: str,
) -> None:
    Path(place["MOTCUA_CONNECTORS"]).write_text(content, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "api", command], env=place, capture_output=True, text=True,
        check=False, timeout=60,
    )
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
