"""`motcua worker`: real processes on one PostgreSQL, stopped, killed, alone or beside a server."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import timed
import town
from test_http_server import free_port, wait_for
from timed import complete, elements, fired, register

from engine.audit import desk as auditor
from engine.clock import FileClock, SystemClock
from engine.jobs import Timers, wake
from engine.office import Office, Wakes
from engine.store import Store, embedded, timers
from engine.store.migrate import migrate
from engine.store.tables import APPLICATION

Process = subprocess.Popen[str]


class Behind:
    """A clock that stands so far behind that timers set by it are due in `seconds`, or long ago."""

    def __init__(self, seconds: float, hours: float = 2) -> None:
        self._behind = timedelta(hours=hours) - timedelta(seconds=seconds)

    def now(self) -> datetime:
        return SystemClock().now() - self._behind


@pytest.fixture
def place(server: Path, owner: str, store: Store) -> dict[str, str]:
    """The environment in which a worker finds the town's database."""
    name = owner.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MOTCUA_")}
    url = embedded.address(server, role=APPLICATION, database=name)
    return {**clean, "MOTCUA_DATABASE_URL": url, "MOTCUA_OIDC_ISSUER": "https://id.example"}


@contextmanager
def started(place: dict[str, str], command: str, *more: str, ready: str) -> Iterator[Process]:
    process = subprocess.Popen(
        [sys.executable, "-m", "api", command, *more], env=place, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    try:
        wait_for(lambda: registered(ready) > 0)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
        assert "Traceback" not in output, output


def registered(owner: str) -> int:
    """How many workers are at work."""
    with psycopg.connect(owner) as connection:
        row = connection.execute("SELECT count(*) FROM jobs.procrastinate_workers").fetchone()
    assert row is not None
    return int(row[0])


def overdue(store: Store, count: int) -> list[str]:
    """Dossiers whose timers of four working hours were due days ago."""
    office = Office(store, Behind(0, hours=24 * 9))
    timed.bring(office, Behind(0, hours=24 * 9))
    return [register(office) for _ in range(count)]


def waiting(store: Store) -> int:
    with store.reading() as connection:
        return timers.backlog(connection, SystemClock().now()).waiting


def whole(store: Store, codes: list[str]) -> bool:
    """Tell whether each fired once, as history and as its tasks say, and replays."""
    return all(
        fired(store, code) == 1 and elements(store, code) == ["overtime"]
        and auditor.replay_stored(store, code).whole for code in codes
    )


def test_a_timer_fires_within_seconds_of_its_moment_because_its_command_woke_the_worker(
    store: Store, place: dict[str, str], owner: str,
) -> None:
    clock = Behind(seconds=4)
    office = timed.bring(Office(store, clock, wakes=Wakes(wake)), clock)
    with started(place, "worker", ready=owner) as process:
        code = register(office)
        complete(office, store, code, "check")
        began = time.monotonic()
        # The worker's own clock is right: it sees the timer come due in four seconds.
        wait_for(lambda: elements(store, code) == ["finish"])
        assert time.monotonic() - began < 20
    assert process.returncode == 0
    assert registered(owner) == 0


def test_what_a_lost_wake_up_left_is_found_by_the_sweep_after_the_start(
    store: Store, place: dict[str, str], owner: str,
) -> None:
    codes = overdue(store, 3)  # set by an office that wakes nobody
    with started(place, "worker", ready=owner):
        wait_for(lambda: waiting(store) == 0)
    assert whole(store, codes)


def test_two_workers_with_a_pile_before_them_fire_each_timer_once(
    store: Store, place: dict[str, str], owner: str,
) -> None:
    codes = overdue(store, 60)
    with started(place, "worker", ready=owner), started(place, "worker", ready=owner):
        wait_for(lambda: waiting(store) == 0)
    assert whole(store, codes)


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_told_to_stop_finishes_the_timer_under_way_and_gives_the_others_back(
    store: Store, place: dict[str, str], owner: str, name: signal.Signals,
) -> None:
    codes = overdue(store, 60)
    with started(place, "worker", ready=owner) as process:
        wait_for(lambda: waiting(store) < len(codes))
        process.send_signal(name)
        assert process.wait(timeout=20) == 0
    left = waiting(store)
    clock = SystemClock()
    assert Timers(store, Office(store, clock), clock).drain() == left
    assert whole(store, codes)


def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(
    store: Store, place: dict[str, str], owner: str,
) -> None:
    codes = overdue(store, 300)  # enough that a kill finds work left
    left = len(codes)
    for _ in range(2):
        with started(place, "worker", ready=owner) as process:
            wait_for(lambda before=left: waiting(store) < before)
            process.kill()
            process.wait()
        left = waiting(store)
        with psycopg.connect(owner) as connection:  # as if its claims had run out
            connection.execute("UPDATE timer SET not_before = NULL")
            connection.execute("DELETE FROM jobs.procrastinate_periodic_defers")
            connection.execute("TRUNCATE jobs.procrastinate_workers CASCADE")
    assert 0 < left < len(codes)
    with started(place, "worker", ready=owner):
        wait_for(lambda: waiting(store) == 0)
    assert whole(store, codes)


def test_jobs_of_a_killed_worker_are_cleared_away(
    store: Store, place: dict[str, str], owner: str,
) -> None:
    with psycopg.connect(owner) as connection:
        connection.execute(
            "INSERT INTO jobs.procrastinate_jobs (queue_name, task_name, status)"
            " VALUES ('default', 'motcua.timers', 'doing')",
        )

    def count() -> int:
        with psycopg.connect(owner) as connection:
            row = connection.execute(
                "SELECT count(*) FROM jobs.procrastinate_jobs WHERE status = 'doing'",
            ).fetchone()
        return int(row[0]) if row else 0

    with started(place, "worker", ready=owner):
        wait_for(lambda: count() == 0)


def test_a_worker_whose_database_goes_away_waits_and_goes_on(
    store: Store, place: dict[str, str], owner: str,
) -> None:
    codes = overdue(store, 1)
    name = owner.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
    elsewhere: psycopg.Connection[Any]
    with started(place, "worker", ready=owner) as process, psycopg.connect(
        owner.replace(f"/{name}?", "/postgres?"), autocommit=True,
    ) as elsewhere:
        wait_for(lambda: waiting(store) == 0)
        elsewhere.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        elsewhere.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name],
        )
        time.sleep(6)
        assert process.poll() is None
        elsewhere.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        store.close()  # the test's own connections were cut off too
        clock = Behind(seconds=1)
        office = Office(store, clock, wakes=Wakes(wake))
        codes.append(register(office))
        complete(office, store, codes[-1], "check")
        wait_for(lambda: elements(store, codes[-1]) == ["finish"])


@contextmanager
def serving(place: dict[str, str], *more: str) -> Iterator[Process]:
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "serve", "--workers", "1", "--port", str(free_port()),
         *more], env=place, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        output, _ = process.communicate(timeout=30)
        assert "Traceback" not in output, output


def beside(process: Process) -> list[int]:
    """The background workers of a server, by their process ids."""
    listing = subprocess.run(
        ["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True,
    ).stdout
    found = re.compile(rf"^\s*(\d+) .* worker --beside {process.pid}\b", re.MULTILINE)
    return [int(pid) for pid in found.findall(listing)]


def test_a_server_keeps_one_worker_beside_it_that_ends_with_it(
    store: Store, place: dict[str, str], owner: str,
) -> None:
    codes = overdue(store, 1)
    with serving(place) as process:
        wait_for(lambda: waiting(store) == 0)
        (first,) = beside(process)
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: beside(process) not in ([], [first]))
        assert len(beside(process)) == 1
        wait_for(lambda: registered(owner) > 1)  # the killed one still stands there
        process.terminate()
        assert process.wait(timeout=30) == 0
        assert beside(process) == []
    assert whole(store, codes)


def test_the_worker_of_a_server_that_is_killed_ends_too(
    store: Store, place: dict[str, str], owner: str,
) -> None:
    with serving(place) as process:
        wait_for(lambda: registered(owner) == 1)
        process.kill()
        process.wait()
        wait_for(lambda: beside(process) == [])
    assert registered(owner) == 0


def test_a_server_told_so_starts_no_worker(
    store: Store, place: dict[str, str], owner: str,
) -> None:
    with serving(place, "--no-worker") as process:
        time.sleep(4)
        assert beside(process) == []
    assert registered(owner) == 0


@pytest.mark.parametrize(("arguments", "environment", "code", "says"), [
    ((), {}, 2, "MOTCUA_DATABASE_URL"),
    (("--concurrency", "0"), {}, 2, "--concurrency"),
    (("--clock", "now.txt"), {"MOTCUA_DATABASE_URL": "postgresql://x/y"}, 2, "--embedded"),
    ((), {"MOTCUA_DATABASE_URL": "postgresql://x@127.0.0.1:1/y"}, 1, "không trả lời"),
], ids=["database", "concurrency", "clock", "down"])
def test_a_wrong_start_of_a_worker_is_refused_with_the_name_of_what_is_wrong(
    arguments: tuple[str, ...], environment: dict[str, str], code: int, says: str,
) -> None:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MOTCUA_")}
    done = subprocess.run(
        [sys.executable, "-m", "api", "worker", *arguments], env={**clean, **environment},
        capture_output=True, text=True, check=False, timeout=60,
    )
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr




def test_under_a_clock_in_a_file_timers_fire_when_the_file_says_so(
    server: Path, tmp_path: Path,
) -> None:
    clock = tmp_path / "clock"
    clock.write_text("2026-11-09T08:00:00+07:00", encoding="utf-8")
    home = {**os.environ, "MOTCUA_HOME": str(server)}
    database = embedded.address(server).replace("+psycopg", "")
    migrate(embedded.address(server))
    store = Store(embedded.address(server))
    town.settle_town(store)
    office = timed.bring(Office(store, FileClock(clock)), FileClock(clock))
    code = register(office)
    with started(home, "worker", "--embedded", "--clock", str(clock), ready=database):
        time.sleep(3)
        assert elements(store, code) == ["check"]
        clock.write_text("2026-11-09T14:00:00+07:00", encoding="utf-8")
        began = time.monotonic()
        wait_for(lambda: elements(store, code) == ["overtime"])
        assert time.monotonic() - began < 10
    assert auditor.replay_stored(store, code).whole
    store.close()
