"""The worker beside `motcua serve`, deliveries to a slow node under way: stopped, killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
import requests
import town
from faulty import network
from linked import Site, sites
from linked_drawings import CODE, drawing
from test_http_server import free_port, wait_for
from test_jobs_worker import beside, registered

from engine.clock import SystemClock
from engine.store import Store, embedded
from engine.store.tables import APPLICATION

COUNT = 120


@dataclass
class Sender:
    """A commune's node that has envelopes waiting for the police, and how its processes start."""

    commune: Site
    police: Site
    owner: str
    environment: dict[str, str]
    codes: list[str]
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def taken(self) -> int:
        """How many dossiers the police have begun."""
        return count(self.police, "SELECT count(*) FROM part")

    def delivered(self) -> int:
        """How many envelopes the commune knows to be taken in."""
        return count(self.commune, "SELECT count(*) FROM outbox WHERE state = 'delivered'")

    def claimed(self) -> int:
        """How many envelopes somebody holds who may be dead."""
        return count(self.commune, "SELECT count(*) FROM outbox WHERE not_before IS NOT NULL")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        self.processes.append(subprocess.Popen(
            [sys.executable, "-m", "api", *arguments], env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ))
        return self.processes[-1]

    def need_each_once(self) -> None:
        """Fail unless every dossier came to the police once, and both sides know it."""
        assert self.delivered() == COUNT
        with self.police.store.reading() as connection:
            parts = connection.execute("SELECT dossier FROM part ORDER BY dossier").fetchall()
            steps = connection.execute("SELECT dossier FROM task ORDER BY dossier").fetchall()
        assert [row[0] for row in parts] == [row[0] for row in steps] == sorted(self.codes)
        for code in self.codes[::40]:
            self.police.need_whole(code)
            self.commune.need_whole(code)


def count(site: Site, statement: str) -> int:
    with site.store.reading() as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def sender(
    server: Path, migrated: str, new_database: Callable[..., str], tmp_path: Path,
) -> Iterator[Sender]:
    """A commune with envelopes waiting, and the police behind a network that takes its time."""
    clock = SystemClock()
    names = []

    def new_store() -> Store:
        names.append(new_database(template=migrated).split("?", 1)[0].rsplit("/", 1)[-1])
        store = Store(embedded.address(server, role=APPLICATION, database=names[-1]))
        town.settle_town(store)
        return store

    with sites(("commune", "police"), new_store, clock, tmp_path) as (commune, police):
        for site in (commune, police):
            town.bring_into_force(site.office, CODE, drawing(), clock)
        with network(int(police.base.rsplit(":", 1)[-1]), seed=1) as (slow, address):
            slow.fault, slow.share = "slow", 1.0
            police.base = address
            commune.know(police, (town.POLICE,))
            police.know(commune, (town.COMMUNE,))
            clean = {k: v for k, v in os.environ.items() if not k.startswith("MOTCUA_")}
            owner = embedded.address(server, database=names[0]).replace("+psycopg", "")
            found = Sender(
                commune, police, owner,
                {
                    **clean, "MOTCUA_OIDC_ISSUER": "https://id.example",
                    "MOTCUA_DATABASE_URL": embedded.address(
                        server, role=APPLICATION, database=names[0]),
                    "MOTCUA_NODE": commune.identity.node,
                    "MOTCUA_NODE_KEYS": str(tmp_path / "commune.json"),
                    "MOTCUA_FILES": str(tmp_path / "files"),
                }, [commune.register(CODE) for _ in range(COUNT)],
            )
            for code in found.codes:
                (task,) = commune.open(code)
                commune.complete(task, {"note": code})
            try:
                yield found
            finally:
                for process in found.processes:
                    process.terminate()
                    process.communicate(timeout=30)
        commune.store.close()
        police.store.close()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_stopped_in_the_middle_of_deliveries_it_finishes_the_batch_and_holds_nothing_back(
    sender: Sender, port: int, command: str,
) -> None:
    more = ("--port", str(port), "--workers", "1") if command == "serve" else ()
    process = sender.start(command, *more)
    wait_for(lambda: sender.taken() > 0)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output
    assert "Traceback" not in output
    assert beside(process) == []
    assert registered(sender.owner) == 0
    assert 0 < sender.delivered() == sender.taken() < COUNT
    assert sender.claimed() == 0

    sender.commune.pump()  # nothing is kept from whoever comes next
    sender.need_each_once()


def test_a_server_that_stops_answers_the_requests_that_it_has_begun(
    sender: Sender, port: int,
) -> None:
    process = sender.start("serve", "--port", str(port), "--workers", "1", "--no-worker")
    base = f"http://127.0.0.1:{port}"
    wait_for(lambda: requests.get(f"{base}/readyz", timeout=5).status_code == 200)
    answers: list[int] = []
    with psycopg.connect(sender.owner) as holding:
        holding.execute("LOCK TABLE alembic_version")  # what /readyz reads stands still
        asking = threading.Thread(target=lambda: answers.append(
            requests.get(f"{base}/readyz", timeout=20).status_code))
        asking.start()
        wait_for(lambda: _stands_still(sender.owner))
        process.terminate()
        wait_for(lambda: _closed(port))
        holding.rollback()
    asking.join()
    process.communicate(timeout=30)
    assert (process.returncode, answers) == (0, [200])


def _stands_still(owner: str) -> bool:
    with psycopg.connect(owner) as connection:
        row = connection.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
    return row is not None and row[0] > 0


def _closed(port: int) -> bool:
    try:
        requests.get(f"http://127.0.0.1:{port}/healthz", timeout=0.5)
    except requests.RequestException:
        return True
    return False


def test_a_worker_killed_beside_its_server_is_replaced_and_its_stalled_work_taken_over(
    sender: Sender, port: int,
) -> None:
    process = sender.start("serve", "--port", str(port), "--workers", "1")
    wait_for(lambda: sender.taken() > 0)
    (first,) = beside(process)
    os.kill(first, signal.SIGKILL)
    # The police took in what the dead worker never came to note.
    wait_for(lambda: beside(process) not in ([], [first]))
    assert sender.claimed() > 0
    assert sender.delivered() < COUNT
    with psycopg.connect(sender.owner) as connection:  # as if its claims had run out
        connection.execute("UPDATE outbox SET not_before = NULL")
    wait_for(lambda: sender.delivered() == COUNT)
    process.terminate()
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output
    sender.need_each_once()


def test_a_worker_that_ends_at_once_is_started_ever_more_seldom_and_the_server_says_so(
    sender: Sender, port: int, tmp_path: Path,
) -> None:
    connectors = tmp_path / "connectors.json"
    connectors.write_text('{"connectors": {}}', encoding="utf-8")
    sender.environment["MOTCUA_CONNECTORS"] = str(connectors)
    process = sender.start("serve", "--port", str(port), "--workers", "1")
    wait_for(lambda: sender.taken() > 0)  # its worker works
    connectors.write_text("{", encoding="utf-8")
    (first,) = beside(process)
    os.kill(first, signal.SIGKILL)

    def findings() -> list[str]:
        told = requests.get(f"http://127.0.0.1:{port}/readyz", timeout=20)
        assert told.status_code == 200
        return [one["code"] for one in told.json()["findings"]]

    wait_for(lambda: "worker-failing" in findings())
    connectors.write_text('{"connectors": {}}', encoding="utf-8")
    with psycopg.connect(sender.owner) as connection:
        connection.execute("UPDATE outbox SET not_before = NULL")
    wait_for(lambda: sender.delivered() == COUNT)  # it came back by itself
    process.terminate()
    output, _ = process.communicate(timeout=30)
    assert [int(n) for n in re.findall(r"starts again in (\d+) s", output)][:2] == [1, 2]
    assert "connectors.json" in output
    sender.need_each_once()
