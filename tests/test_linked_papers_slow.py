"""Nodes whose papers come a byte at a time, and the worker that must go on with all else."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import town
from failing_papers import Dribbling, dribbling
from linked import Site, sites
from linked_drawings import PHOTO, WITH_PAPERS
from papers_linked import added, constable, counter, files, in_force, make, next_step
from test_http_server import wait_for
from test_jobs_worker import overdue, waiting
from timed import fired

from engine.clock import SystemClock
from engine.jobs import Turns, wake
from engine.jobs.turns import PLACES
from engine.store import Store, embedded, nodes
from engine.store.nodes import Node
from engine.store.tables import APPLICATION

#: As large as a paper may be: its bytes alone have five minutes to come.
LARGE = 20_000_000


@dataclass
class Receiver:
    """The police, for whom papers wait at the commune and at nodes that dribble."""

    police: Site
    slow: Dribbling
    owner: str
    environment: dict[str, str]
    code: str

    def slow_rows(self) -> list[tuple[str, int, object, str | None]]:
        with psycopg.connect(self.owner) as connection:
            return connection.execute(
                "SELECT state, tries, not_before, failure FROM paper_download"
                " WHERE node LIKE 'urn:test:slow%' ORDER BY position").fetchall()

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[str]]:
        process = subprocess.Popen(
            [sys.executable, "-m", "api", "worker", "--concurrency", "2"], env=self.environment,
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.terminate()
            output, _ = process.communicate(timeout=60)
            assert "Traceback" not in output, output


#: Lets papers of the commune wait at a number of slow nodes instead, one at each.
Slow = Callable[[int], Receiver]


@pytest.fixture
def receiver(
    server: Path, migrated: str, new_database: Callable[..., str], tmp_path: Path,
) -> Iterator[Slow]:
    clock, names = SystemClock(), []

    def new_store() -> Store:
        names.append(new_database(template=migrated).split("?", 1)[0].rsplit("/", 1)[-1])
        store = Store(embedded.address(server, role=APPLICATION, database=names[-1]))
        town.settle_town(store)
        return store

    with (
        sites(("commune", "police"), new_store, clock, tmp_path) as (commune, police),
        dribbling() as (slow, address),
    ):
        for site in (commune, police):
            in_force(site, clock)
        commune.know(police, (town.POLICE,))
        police.know(commune, (town.COMMUNE,))
        owner = embedded.address(server, database=names[1]).replace("+psycopg", "")

        def made(count: int) -> Receiver:
            code = commune.register(WITH_PAPERS)
            for number in range(count + 1):
                added(counter(commune), code, PHOTO, make.pdf(text=f"ảnh {number}"))
            next_step(commune, code)
            with police.store.reading() as connection:  # so that what is overdue runs here
                nodes.place(connection, (town.COMMUNE,), None)
            with psycopg.connect(owner, autocommit=True) as connection:
                for number in range(1, count + 1):
                    know(police, f"urn:test:slow{number}", address)
                    connection.execute(
                        "UPDATE paper_download SET node = %s, size = %s WHERE number = %s",
                        (f"urn:test:slow{number}", LARGE, number))
            return Receiver(police, slow, owner, {
                **{k: v for k, v in os.environ.items() if not k.startswith("MOTCUA_")},
                "MOTCUA_OIDC_ISSUER": "https://id.example",
                "MOTCUA_DATABASE_URL": embedded.address(
                    server, role=APPLICATION, database=names[1]),
                "MOTCUA_NODE": police.identity.node,
                "MOTCUA_NODE_KEYS": str(tmp_path / "police.json"),
                "MOTCUA_FILES": str(police.place),
            }, code)

        yield made
        commune.store.close()
        police.store.close()


def know(site: Site, name: str, address: str) -> None:
    """Link a node of which nothing is known but where its papers lie."""
    with site.store.unit() as unit:
        nodes.put(unit.connection, Node(name, address, private=True), site.clock.now())
        unit.commit()


def test_nodes_that_dribble_hold_up_neither_papers_of_others_nor_timers_and_are_soon_left(
    receiver: Slow,
) -> None:
    here = receiver(2)
    with here.worker():
        wait_for(lambda: here.slow.listening == 2)
        began = time.monotonic()
        late = overdue(here.police.store, 3)
        wait_for(lambda: files(constable(here.police), here.code)[PHOTO, 3] == "here")
        papers = time.monotonic() - began
        _wake(here.police.store)
        began = time.monotonic()
        wait_for(lambda: waiting(here.police.store) == 0)
        print(f"papers after {papers:.1f} s, timers after {time.monotonic() - began:.1f} s")
        assert here.slow.listening == 2, "both were slow all the while"
        assert [fired(here.police.store, code) for code in late] == [1, 1, 1]
        wait_for(lambda: all(tries == 1 for _, tries, _, _ in here.slow_rows()))
    for state, _, not_before, failure in here.slow_rows():
        assert (state, not_before is not None) == ("waiting", True)
        assert str(failure).startswith("too-slow: ")


def _wake(store: Store) -> None:
    """Ask for what the sweep of the next minute would find."""
    with store.unit() as unit:
        wake(unit.connection, SystemClock().now())
        unit.commit()


def test_a_worker_told_to_stop_leaves_a_file_that_dribbles_to_the_next_one_at_once(
    receiver: Slow,
) -> None:
    here = receiver(1)
    with here.worker() as process:
        wait_for(lambda: here.slow.listening == 1)
        began = time.monotonic()
        process.terminate()
        assert process.wait(timeout=60) == 0
        assert time.monotonic() - began < 10
    assert here.slow_rows() == [("waiting", 0, None, None)]


def test_where_more_nodes_wait_than_there_are_places_each_has_its_turn(receiver: Slow) -> None:
    here = receiver(PLACES + 1)
    turns, stopping = Turns(here.police.downloads()), threading.Event()
    first = turns.begin(stopping.is_set)
    assert len(first) == PLACES
    wait_for(lambda: here.slow.listening >= PLACES - 1)
    begun: list[str] = []

    def next_ones() -> bool:
        begun.extend(turns.begin(stopping.is_set))
        return len(begun) >= 2

    assert not set(first) & set(here.police.downloads().waiting()), "they are claimed"
    stopping.set()
    wait_for(next_ones)
    turns.finish()
    assert not set(first) & set(begun[:2]), "those go first that had no turn"
    assert len({*first, *begun}) == PLACES + 2
