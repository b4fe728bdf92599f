"""Records of repeated requests go after ninety days, by a worker that may delete nothing itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

import psycopg
import pytest
import town
from test_http_server import wait_for
from test_jobs_worker import place, started

from engine.clock import FixedClock, SystemClock
from engine.commands import RegisterDossier, Request
from engine.jobs import Forgetting, tasks, waking
from engine.jobs.forgetting import BATCH
from engine.office import Office
from engine.store import Store

__all__ = ["place"]

P088 = "2.002755"
DAY = timedelta(days=1)


def kept(store: Store) -> list[str]:
    with store.reading() as connection:
        return [row[0] for row in connection.execute(
            "SELECT key FROM idempotency ORDER BY key").fetchall()]


def add(owner: str, *ages: tuple[str, datetime]) -> None:
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.cursor().executemany(
            "INSERT INTO idempotency VALUES ('a', 'POST', '/', %s, 'hash', '{}', %s)", ages)


def test_what_is_older_than_ninety_days_goes_and_nothing_younger(
    store: Store, owner: str, clock: FixedClock,
) -> None:
    add(owner, ("gone", clock.now() - 90 * DAY - timedelta(seconds=1)),
        ("kept", clock.now() - 90 * DAY + timedelta(seconds=1)), ("new", clock.now()))
    work = Forgetting(store, clock)
    assert work.drain() == 1
    assert kept(store) == ["kept", "new"]
    clock.advance(timedelta(seconds=2))
    assert (work.drain(), work.drain()) == (1, 0)
    assert kept(store) == ["new"]


def test_a_request_is_answered_from_its_record_until_that_is_forgotten(
    store: Store, owner: str, clock: FixedClock, office: Office,
) -> None:
    town.bring_into_force(office, P088, town.pack_files("p088"), clock)
    command = RegisterDossier(P088, town.COMMUNE, "direct", {"name": "Nguyễn Thị Sen"})
    request = Request("khóa", "POST", "/api/v1/dossiers", sha256(b"body").hexdigest())
    official = town.official(town.COMMUNE, "one_stop_officer")

    def asked() -> str:
        return str(office.execute(command, official, request=request).body["code"])

    first = asked()
    assert asked() == first
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("UPDATE idempotency SET at = %s", (clock.now() - 91 * DAY,))
    Forgetting(store, clock).drain()
    assert asked() != first


def test_a_pile_goes_in_batches_and_a_worker_that_stops_leaves_the_rest(
    store: Store, owner: str, clock: FixedClock,
) -> None:
    add(owner, *((str(n), clock.now() - 100 * DAY) for n in range(BATCH + 3)))
    asked = iter((False, True))
    assert Forgetting(store, clock).drain(lambda: next(asked)) == BATCH
    assert len(kept(store)) == 3
    assert Forgetting(store, clock).drain() == 3


def test_whatever_moment_the_application_names_a_month_stays_and_it_deletes_no_record_itself(
    store: Store, owner: str,
) -> None:
    with psycopg.connect(owner) as connection:
        (now,) = connection.execute("SELECT now()").fetchone() or (None,)
    assert isinstance(now, datetime)
    add(owner, ("old", now - 31 * DAY), ("young", now - 29 * DAY))
    with store.reading() as connection:
        connection.execute("SELECT forget_requests('infinity', 1000)")
        connection.commit()
        assert kept(store) == ["young"]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM idempotency")


def test_nobody_but_the_application_may_forget(owner: str) -> None:
    with psycopg.connect(owner) as connection:
        found = connection.execute(
            "SELECT has_function_privilege('public', 'forget_requests(timestamptz, integer)',"
            " 'EXECUTE')").fetchone()
    assert found == (False,)


def test_a_worker_forgets_when_its_hour_has_come(
    store: Store, owner: str, place: dict[str, str],
) -> None:
    add(owner, ("gone", SystemClock().now() - 91 * DAY), ("kept", SystemClock().now()))
    with store.unit() as unit:  # as the sweep of each hour asks for it
        waking._defer(unit.connection, tasks.FORGET, "now", task_kwargs={"timestamp": 0})
        unit.commit()
    with started(place, "worker", ready=owner):
        wait_for(lambda: kept(store) == ["kept"])
