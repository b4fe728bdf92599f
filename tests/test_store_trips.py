"""Trips (lượt đi về): several statements at once, and what becomes of them when one breaks."""

from __future__ import annotations

import _thread
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import errors
from psycopg.pq import TransactionStatus

from engine.errors import Invalid, Unavailable
from engine.store import Connection, Store
from engine.store.trips import COMMIT, FLUSH, MOST_PREPARED

_TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
#: Values as the store writes them, with the type that a column would have.
VALUES = st.one_of(
    st.tuples(st.just("text"), st.none() | _TEXTS), st.tuples(st.just("bytea"), st.binary()),
    st.tuples(st.just("bool"), st.booleans()),
    st.tuples(st.just("bigint"), st.none() | st.integers(-2**63, 2**63 - 1)),
    st.tuples(st.just("timestamptz"), st.datetimes(
        datetime.fromisoformat("0001-01-02"), datetime.fromisoformat("9999-12-30"),
        timezones=st.just(UTC))),
    st.tuples(st.just("interval"), st.timedeltas(timedelta(days=-9_999), timedelta(days=9_999))),
    st.tuples(st.just("text[]"), st.lists(_TEXTS)),
)
KILL = "SELECT pg_terminate_backend(%s)"


@pytest.fixture
def connection(store: Store) -> Iterator[Connection]:
    """Lend a connection of the store."""
    with store.reading() as lent:
        yield lent


def ask(connection: Connection, *statements: str) -> list[Any]:
    return [rows[0][0] if rows else None
            for rows in connection.together([(text, {}) for text in statements])]


def test_statements_of_a_trip_run_in_order_in_one_transaction(connection: Connection) -> None:
    first, again = ask(connection, "SELECT txid_current()", "SELECT txid_current()")
    assert ask(connection, "SELECT txid_current()") == [first] == [again]
    assert connection.pgconn.transaction_status == TransactionStatus.INTRANS
    ask(connection, COMMIT[0])
    assert connection.pgconn.transaction_status == TransactionStatus.IDLE
    assert ask(connection, "SELECT txid_current()") != [first]


def test_statements_sent_alone_leave_no_transaction_behind(connection: Connection) -> None:
    found, flushed = connection.alone(
        [("SELECT %(b)s || '%%' || %(a)s || %(b)s", {"a": "x", "b": "y"}), FLUSH])
    assert found == [("y%xy",)]
    assert len(flushed) == 1
    assert connection.pgconn.transaction_status == TransactionStatus.IDLE


@settings(max_examples=150, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_values=st.lists(VALUES, min_size=1, max_size=5))
def test_values_come_back_as_the_driver_itself_brings_them(
    connection: Connection, given_values: list[tuple[str, Any]],
) -> None:
    text = "SELECT " + ", ".join(f"%(v{at})s::{kind}" for at, (kind, _) in enumerate(given_values))
    values = {f"v{at}": value for at, (_, value) in enumerate(given_values)}
    found, again = connection.together([(text, values), (text, values)])
    assert found == again == connection.execute(text, values).fetchall()
    assert list(found[0]) == [value for _, value in given_values]


def test_a_statement_that_fails_undoes_the_trip_and_leaves_the_connection_of_use(
    connection: Connection,
) -> None:
    with pytest.raises(errors.DivisionByZero):
        ask(connection, "CREATE TEMP TABLE made (n int)", "SELECT 1 / 0", COMMIT[0])
    assert connection.pgconn.transaction_status == TransactionStatus.INERROR
    connection.rollback()
    assert ask(connection, "SELECT to_regclass('made')", "SELECT 2") == [None, 2]


def test_a_statement_that_the_server_cannot_read_is_told_and_may_be_mended(
    connection: Connection,
) -> None:
    for _ in range(2):
        with pytest.raises(errors.UndefinedTable):
            ask(connection, "SELECT 3", "SELECT * FROM missing")
        connection.rollback()
    assert ask(connection, "SELECT 3") == [3]


def test_what_is_prepared_outlives_a_rollback_of_the_driver(store: Store) -> None:
    for _ in range(3):
        with store.reading() as lent:
            lent.execute("SELECT 1")
            assert ask(lent, "SELECT 4", "SELECT 4") == [4, 4]
        # Giving it back has rolled its transaction back.


def prepared(connection: Connection) -> int:
    return int(ask(connection, "SELECT count(*) FROM pg_prepared_statements")[0])


@pytest.fixture
def changing(owner: str) -> Iterator[psycopg.Connection]:
    """Change a table, as a migration does beside a server that goes on."""
    with psycopg.connect(owner, autocommit=True) as migrating:
        migrating.execute("CREATE TABLE changing (n int); GRANT SELECT ON changing TO PUBLIC")
        migrating.execute("INSERT INTO changing VALUES (7)")
        yield migrating


def test_a_table_that_changed_under_a_prepared_statement_is_read_again_at_once(
    connection: Connection, changing: psycopg.Connection,
) -> None:
    wanted = ("SELECT * FROM changing", "SELECT 8")
    assert ask(connection, *wanted) == [7, 8]
    connection.rollback()
    changing.execute("ALTER TABLE changing ADD COLUMN more text")
    assert ask(connection, *wanted, COMMIT[0]) == [7, 8, None]
    changing.execute("ALTER TABLE changing DROP COLUMN more")
    assert connection.alone([(wanted[0], {})]) == [[(7,)]]
    assert connection.pgconn.transaction_status == TransactionStatus.IDLE


def test_a_table_that_changed_within_a_transaction_costs_it_and_its_connection_alone(
    store: Store, changing: psycopg.Connection,
) -> None:
    def again() -> None:
        with store.reading() as lent:
            ask(lent, "SELECT * FROM changing", COMMIT[0])
            changing.execute("ALTER TABLE changing ADD COLUMN more text")
            ask(lent, "SELECT 9")
            ask(lent, "SELECT * FROM changing")

    with pytest.raises(Unavailable):
        again()
    with store.reading() as lent:
        assert ask(lent, "SELECT * FROM changing") == [7]


def test_a_connection_keeps_what_it_prepared_for_a_trip_that_failed_and_no_more_than_its_share(
    connection: Connection,
) -> None:
    before = prepared(connection)
    for _ in range(5):
        with pytest.raises(errors.DivisionByZero):
            ask(connection, "SELECT 1 / 0")
        connection.rollback()
    assert prepared(connection) == before + 1
    many = [(f"SELECT {at}", {}) for at in range(MOST_PREPARED + 1)]
    connection.together(many)
    assert ask(connection, "SELECT 10") == [10]
    assert prepared(connection) < 5


def test_a_commit_of_what_had_failed_before_is_not_taken_for_one(store: Store) -> None:
    with store.unit() as unit:
        with pytest.raises(errors.DivisionByZero):
            unit.connection.execute("SELECT 1 / 0")
        with pytest.raises(errors.InFailedSqlTransaction):
            unit.commit()
    with store.unit() as unit:
        unit.commit()


def test_large_writes_beside_large_answers_wait_for_nobody(connection: Connection) -> None:
    large = "x" * 3_000_000
    statements = [("SELECT %(large)s::text", {"large": large})] * 8
    answers = connection.together(statements)
    assert [rows[0][0] for rows in answers] == [large] * 8


def test_a_value_that_cannot_be_stored_sends_nothing(store: Store, connection: Connection) -> None:
    ask(connection, "SELECT 1")
    with pytest.raises(psycopg.DataError):
        connection.together([("SELECT %(a)s::text", {"a": "a\0b"})])
    assert ask(connection, "SELECT 5") == [5]
    with pytest.raises(Invalid, match="NUL"), store.reading() as other:
        other.together([("SELECT %(a)s::text", {"a": "a\0b"})])


def test_a_server_that_goes_away_during_a_trip_is_told_and_the_next_reader_is_served(
    store: Store, owner: str,
) -> None:
    def kill(pid: int) -> None:
        time.sleep(0.3)
        with psycopg.connect(owner, autocommit=True) as killer:
            killer.execute(KILL, [pid])

    def sleep() -> None:
        with store.reading() as lent:
            threading.Thread(target=kill, args=(lent.info.backend_pid,)).start()
            ask(lent, "SELECT pg_sleep(20)", "SELECT 1")

    with pytest.raises(Unavailable):
        sleep()
    with store.reading() as lent:
        assert ask(lent, "SELECT 6") == [6]


def test_a_trip_that_is_broken_off_leaves_its_answers_to_nobody(store: Store) -> None:
    broken: list[Connection] = []

    def break_off() -> None:
        with store.reading() as lent:
            broken.append(lent)
            threading.Timer(0.3, _thread.interrupt_main).start()
            ask(lent, "SELECT pg_sleep(1)", "SELECT 'of the first'")

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert broken[0].closed
    with store.reading() as lent:
        assert lent is not broken[0]
        assert ask(lent, "SELECT 'of the second'") == ["of the second"]


def test_threads_go_on_while_one_waits_for_a_lock(store: Store) -> None:
    with store.reading() as holder, store.reading() as waiter:
        ask(holder, "SELECT pg_advisory_xact_lock(77)")
        told: list[Any] = []
        lock = ("SELECT pg_advisory_xact_lock(77)", "SELECT 'had it'")
        thread = threading.Thread(target=lambda: told.extend(ask(waiter, *lock)))
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        ask(holder, COMMIT[0])
        thread.join(5)
        assert told == ["", "had it"]
