"""A database that is away, dies or is too busy: one clear refusal, and work goes on afterwards."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import psycopg
import pytest
import town

from engine.commands import Request
from engine.errors import MotcuaError, Unavailable
from engine.store import Store, embedded, people, tasks
from engine.store.tables import APPLICATION

DAY = date(2026, 11, 9)
KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s"


def kill_sessions(owner: str) -> None:
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(KILL, [APPLICATION])


def works(store: Store) -> bool:
    with store.unit() as unit:
        return unit.agency(town.COMMUNE) is not None


def works_again(store: Store, tries: int = 3) -> bool:
    """Tell whether it works within a few tries: a connection cut while idle may refuse once."""
    for _ in range(tries - 1):
        try:
            return works(store)
        except Unavailable:
            continue
    return works(store)


def work_on(store: Store) -> None:
    """Work until it is refused: sessions outlive the main process by some moments."""
    for _ in range(100):
        works(store)


def _read(store: Store) -> object:
    with store.reading() as connection:
        return people.agency(connection, town.COMMUNE)


def _snapshot(store: Store) -> object:
    with store.snapshot() as connection:
        return people.agency(connection, town.COMMUNE)


@pytest.mark.parametrize("enter", [works, _read, _snapshot])
def test_a_server_that_is_not_there_is_unavailable_at_every_entrance(
    tmp_path: Path, enter: Callable[[Store], object],
) -> None:
    store = Store(embedded.address(tmp_path, role=APPLICATION))
    with pytest.raises(Unavailable) as refusal:
        enter(store)
    assert refusal.value.vi
    store.close()


def test_a_session_killed_in_the_middle_is_unavailable_and_leaves_nothing(
    store: Store, owner: str,
) -> None:
    request = Request("khóa", "POST", "/api/v1/dossiers", "hash")

    def cut_off() -> None:
        with store.unit() as unit:
            unit.next_number(town.COMMUNE, DAY)
            unit.take_key("can-bo", request)
            kill_sessions(owner)
            unit.record("can-bo", request, {"body": {}})
            unit.commit()

    with pytest.raises(Unavailable):
        cut_off()
    assert works_again(store)
    with store.unit() as unit:
        assert unit.next_number(town.COMMUNE, DAY) == 1
        assert unit.take_key("can-bo", request) is None


def test_work_goes_on_after_every_session_was_cut_off(store: Store, owner: str) -> None:
    assert works(store)
    kill_sessions(owner)
    assert works_again(store)


def test_work_goes_on_after_the_server_was_killed_and_started_again(
    store: Store, server: Path,
) -> None:
    assert works(store)
    pid = int((server / "database" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    try:
        with pytest.raises(Unavailable):
            work_on(store)
    finally:
        embedded.embedded(server)
    assert works_again(store)


def test_more_work_than_connections_is_unavailable_and_not_a_fault(
    server: Path, owner: str, store: Store, monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = owner.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
    small = Store(embedded.address(server, role=APPLICATION, database=name), pool_size=1)
    monkeypatch.setattr(small._database.pool, "_timeout", 0.2)
    enough, done = threading.Semaphore(0), threading.Event()

    def occupy() -> None:
        with small.unit() as unit:
            unit.agency(town.COMMUNE)
            enough.release()
            done.wait(20)

    crowd = [threading.Thread(target=occupy) for _ in range(5)]
    for worker in crowd:
        worker.start()
    for _ in crowd:
        assert enough.acquire(timeout=10)
    try:
        with pytest.raises(Unavailable):
            works(small)
    finally:
        done.set()
        for worker in crowd:
            worker.join()
    assert works(small)
    small.close()


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_text_that_cannot_be_stored_is_told_apart_from_a_fault(store: Store, text: str) -> None:
    with pytest.raises(MotcuaError), store.reading() as connection:
        tasks.of_dossier(connection, text)
