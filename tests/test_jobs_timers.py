"""Timers fire by themselves: once each, not while held, right after downtime, none in the way."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
import timed
from structlog.testing import capture_logs
from timed import complete, elements, fired, register

from engine.audit import desk as auditor
from engine.clock import VIETNAM, FixedClock, SystemClock
from engine.commands import FireTimer
from engine.errors import Conflict, Unavailable
from engine.jobs import Timers, wake
from engine.jobs.timers import BATCH
from engine.office import Office, Wakes
from engine.people import SYSTEM
from engine.store import Connection, Store, timers


@pytest.fixture
def ready(office: Office, clock: FixedClock) -> Office:
    return timed.bring(office, clock)


@pytest.fixture
def worker(store: Store, ready: Office, clock: FixedClock) -> Timers:
    return Timers(store, ready, clock)


@pytest.fixture
def rows(owner: str) -> Iterator[psycopg.Connection[Any]]:
    """What stands in the tables, past everything of ours."""
    with psycopg.connect(owner, autocommit=True) as connection:
        yield connection


def standing(store: Store, clock: FixedClock) -> timers.Backlog:
    with store.reading() as connection:
        return timers.backlog(connection, clock.now())


def replays(store: Store, code: str) -> bool:
    return auditor.replay_stored(store, code).whole


def test_a_timer_in_working_time_fires_when_it_is_due_and_the_dossier_replays(
    store: Store, ready: Office, clock: FixedClock, worker: Timers,
) -> None:
    code = register(ready)  # Monday 08:00: four working hours end at 14:00
    clock.advance(timedelta(hours=5, minutes=59))
    assert worker.drain() == 0
    clock.advance(timedelta(minutes=1))
    assert worker.drain() == 1
    assert elements(store, code) == ["overtime"]
    assert worker.drain() == 0
    assert replays(store, code)


def test_a_timer_in_elapsed_time_fires_and_one_that_was_overtaken_never_does(
    store: Store, ready: Office, clock: FixedClock, worker: Timers,
) -> None:
    code = register(ready)
    complete(ready, store, code, "check")
    assert standing(store, clock).waiting == 1  # `late` went with its task
    clock.advance(timedelta(hours=2))
    assert worker.drain() == 1
    assert elements(store, code) == ["finish"]
    assert replays(store, code)


def test_a_timer_that_comes_again_comes_at_its_own_moments(
    store: Store, ready: Office, clock: FixedClock, worker: Timers,
) -> None:
    code = register(ready)
    complete(ready, store, code, "check")
    for hours, count in ((2, 1), (1, 1), (1, 1), (1, 1), (24, 0)):
        clock.advance(timedelta(hours=hours))
        assert worker.drain() == count
    assert elements(store, code) == ["finish", "remind", "remind", "remind"]
    assert replays(store, code)


def test_after_days_of_downtime_every_timer_fires_once(
    store: Store, ready: Office, clock: FixedClock, worker: Timers,
) -> None:
    codes = [register(ready) for _ in range(5)]
    clock.advance(timedelta(days=9))
    assert worker.drain() == 5
    assert [fired(store, code) for code in codes] == [1] * 5
    assert standing(store, clock).waiting == 0
    assert all(replays(store, code) for code in codes)


def test_two_workers_at_once_fire_every_timer_once(
    store: Store, ready: Office, clock: FixedClock,
) -> None:
    codes = [register(ready) for _ in range(2 * BATCH + 5)]
    clock.advance(timedelta(days=1))
    workers = [Timers(store, ready, clock) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda one: one.drain(), workers))
    assert sum(counts) == len(codes)
    assert [fired(store, code) for code in codes] == [1] * len(codes)


def test_a_held_dossiers_timers_wait_and_move_with_the_hold(
    store: Store, ready: Office, clock: FixedClock, worker: Timers,
) -> None:
    code, other = register(ready), register(ready)
    clock.advance(timedelta(hours=1))
    timed.perform(ready, code, "request-supplement", reason="Thiếu giấy")
    clock.advance(timedelta(days=1))
    assert standing(store, clock).held == 1
    assert worker.drain() == 1
    assert (fired(store, code), fired(store, other)) == (0, 1)
    timed.perform(ready, code, "receive-supplement")
    assert worker.drain() == 0
    clock.advance(timedelta(hours=5))  # what was left when the hold began
    assert worker.drain() == 1
    assert replays(store, code)


def test_a_timer_that_was_already_due_when_the_hold_began_fires_after_it(
    store: Store, ready: Office, clock: FixedClock, worker: Timers,
) -> None:
    code = register(ready)
    clock.advance(timedelta(hours=7))
    timed.perform(ready, code, "request-supplement", reason="Thiếu giấy")
    assert worker.drain() == 0
    timed.perform(ready, code, "receive-supplement")
    assert worker.drain() == 1
    assert replays(store, code)


def test_reminders_keep_their_distance_through_a_hold(
    store: Store, ready: Office, clock: FixedClock, worker: Timers,
) -> None:
    code = register(ready)
    complete(ready, store, code, "check")
    clock.advance(timedelta(hours=2))
    assert worker.drain() == 1
    timed.perform(ready, code, "request-supplement", reason="Thiếu giấy")
    clock.advance(timedelta(days=3))
    timed.perform(ready, code, "receive-supplement")
    for count in (1, 1, 1, 0):
        clock.advance(timedelta(hours=1))
        assert worker.drain() == count
    assert replays(store, code)


def test_the_office_refuses_to_fire_early_or_during_a_hold(
    store: Store, ready: Office, clock: FixedClock, rows: psycopg.Connection[Any],
) -> None:
    code = register(ready)
    row = rows.execute("SELECT dossier, part, wait FROM timer").fetchone()
    assert row is not None
    with pytest.raises(Conflict) as refusal:
        ready.execute(FireTimer(*row), SYSTEM)
    assert refusal.value.code == "wait-not-due"
    timed.perform(ready, code, "request-supplement", reason="Thiếu giấy")
    clock.advance(timedelta(days=1))
    with pytest.raises(Conflict) as refusal:
        ready.execute(FireTimer(*row), SYSTEM)
    assert refusal.value.code == "held"


def test_a_row_for_which_nobody_waits_any_more_is_removed(
    store: Store, ready: Office, clock: FixedClock, worker: Timers,
    rows: psycopg.Connection[Any],
) -> None:
    code = register(ready)
    complete(ready, store, code, "check")
    for dossier, part in ((code, "main"), (code, "elsewhere"), ("000-nobody", "main")):
        rows.execute(
            "INSERT INTO timer (dossier, part, wait, due) VALUES (%s, %s, gen_random_uuid(), %s)",
            [dossier, part, clock.now()],
        )
    assert worker.drain() == 0
    assert standing(store, clock).waiting == 1


def test_a_firing_that_fails_says_why_waits_longer_each_time_and_blocks_nobody(
    store: Store, ready: Office, clock: FixedClock, worker: Timers,
    rows: psycopg.Connection[Any],
) -> None:
    bad, good = register(ready, timed.BROKEN), register(ready)
    clock.advance(timedelta(days=1))
    with capture_logs() as lines:
        assert worker.drain() == 1
        assert worker.drain() == 0
    assert (fired(store, bad), fired(store, good)) == (0, 1)
    (line,) = (entry for entry in lines if entry["event"] == "timer-failed")
    assert (line["dossier"], line["code"], line["tries"]) == (bad, "flow-failed", 1)
    assert "size" in line["reason"]
    pauses = []
    for _ in range(3):
        row = rows.execute("SELECT not_before - now(), failure FROM timer").fetchone()
        assert row is not None
        assert row[1].startswith("flow-failed: ")
        pauses.append(round(row[0] / timedelta(minutes=1)))
        rows.execute("UPDATE timer SET not_before = now()")
        assert worker.drain() == 0
    assert pauses == [1, 2, 4]
    assert (standing(store, clock).failing, standing(store, clock).overdue) == (1, 1)


def test_what_a_dead_worker_had_claimed_is_taken_over_when_its_claim_ends(
    store: Store, ready: Office, clock: FixedClock, worker: Timers,
    rows: psycopg.Connection[Any],
) -> None:
    code = register(ready)
    clock.advance(timedelta(days=1))
    with store.reading() as connection:
        assert len(timers.claim(connection, clock.now(), 5, timedelta(seconds=60))) == 1
    assert worker.drain() == 0
    rows.execute("UPDATE timer SET not_before = not_before - interval '61 seconds'")
    assert worker.drain() == 1
    assert fired(store, code) == 1


def test_a_worker_that_is_told_to_stop_finishes_one_and_gives_the_others_back(
    store: Store, ready: Office, clock: FixedClock, worker: Timers,
) -> None:
    for _ in range(4):
        register(ready)
    clock.advance(timedelta(days=1))
    asked = iter([False, False, True])
    assert worker.drain(lambda: next(asked, True)) == 1
    assert worker.drain() == 3


class Short:
    """A clock on which what is due in hours is due within seconds."""

    def now(self) -> datetime:
        return SystemClock().now() - timedelta(hours=1, minutes=59, seconds=58)


def jobs_of(rows: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return rows.execute(
        "SELECT task_name, scheduled_at FROM jobs.procrastinate_jobs ORDER BY scheduled_at",
    ).fetchall()


@pytest.fixture
def awake(store: Store) -> Office:
    """The office whose timers of two hours are due in two seconds, and which wakes the worker."""
    return timed.bring(Office(store, Short(), wakes=Wakes(wake)), Short())


def test_a_command_that_sets_timers_defers_one_job_for_each_second_at_most(
    store: Store, awake: Office, rows: psycopg.Connection[Any],
) -> None:
    began = datetime.now(UTC)
    for _ in range(3):
        complete(awake, store, register(awake), "check")
    found = jobs_of(rows)
    assert 1 <= len(found) <= 3
    assert {name for name, _ in found} == {"motcua.timers"}
    assert len({at for _, at in found}) == len(found)
    assert all(began < at < began + timedelta(seconds=30) for _, at in found)


def test_a_command_that_sets_no_timer_soon_defers_nothing(
    store: Store, awake: Office, rows: psycopg.Connection[Any],
) -> None:
    register(awake)  # four working hours
    assert jobs_of(rows) == []


def test_a_transaction_that_is_undone_defers_nothing(
    store: Store, awake: Office, rows: psycopg.Connection[Any],
) -> None:
    def broken(connection: Connection, due: datetime) -> None:
        wake(connection, due)
        assert connection.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (1,)
        raise Unavailable("đứt", "cut off")

    code = register(awake)
    with pytest.raises(Unavailable):
        complete(Office(store, Short(), wakes=Wakes(broken)), store, code, "check")
    assert jobs_of(rows) == []
    assert elements(store, code) == ["check"]


def test_the_wake_up_of_the_same_second_leaves_the_transaction_whole(
    store: Store, rows: psycopg.Connection[Any],
) -> None:
    due = datetime.now(UTC) + timedelta(minutes=1)
    with store.unit() as unit:
        wake(unit.connection, due)
        wake(unit.connection, due)
        unit.connection.execute("SELECT 1")
        unit.commit()
    assert len(jobs_of(rows)) == 1


def test_finding_what_is_due_walks_only_over_what_is_due(
    store: Store, clock: FixedClock, rows: psycopg.Connection[Any],
) -> None:
    rows.execute(
        "INSERT INTO timer (dossier, part, wait, due, held)"
        " SELECT 'd' || n, 'p', 'w', %s + n * interval '1 minute', n %% 2"
        " FROM generate_series(-2000, 20000) n", [clock.now()],
    )
    rows.execute("ANALYZE timer")
    plan = rows.execute(
        "EXPLAIN (FORMAT JSON) SELECT dossier FROM timer WHERE held = 0 AND due <= %s"
        " ORDER BY due LIMIT 20 FOR UPDATE SKIP LOCKED", [clock.now()],
    ).fetchone()
    assert "timer_due" in str(plan)
    with store.reading() as connection:
        found = timers.claim(connection, clock.now(), 20, timedelta(seconds=60))
        assert [one.dossier for one in found[:2]] == ["d-2000", "d-1998"]
        assert timers.backlog(connection, clock.now()).overdue == 1001


def test_the_application_may_touch_of_a_timer_only_how_it_is_tried(
    store: Store, rows: psycopg.Connection[Any],
) -> None:
    found = rows.execute(
        "SELECT column_name FROM information_schema.column_privileges"
        " WHERE table_name = 'timer' AND grantee = 'motcua_app' AND privilege_type = 'UPDATE'",
    ).fetchall()
    assert {name for (name,) in found} == {"held", "tries", "not_before", "failure"}


def test_a_hold_over_a_weekend_leaves_a_timer_in_working_time_what_was_left_of_it(
    store: Store, ready: Office, clock: FixedClock, worker: Timers,
) -> None:
    clock.set(datetime(2026, 11, 13, 15, 0, tzinfo=VIETNAM))  # Friday: four hours end Monday 09:00
    code = register(ready)
    clock.set(datetime(2026, 11, 13, 17, 0, tzinfo=VIETNAM))  # two hours are left
    timed.perform(ready, code, "request-supplement", reason="Thiếu giấy")
    clock.set(datetime(2026, 11, 16, 8, 0, tzinfo=VIETNAM))
    timed.perform(ready, code, "receive-supplement")
    clock.set(datetime(2026, 11, 16, 9, 59, tzinfo=VIETNAM))
    assert worker.drain() == 0
    clock.set(datetime(2026, 11, 16, 10, 0, tzinfo=VIETNAM))
    assert worker.drain() == 1
    assert replays(store, code)
