"""What the database itself refuses: the application owns nothing, and history only grows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from engine.store import Store, embedded
from engine.store.tables import APPLICATION, OWNER

APPEND_ONLY = ("entry", "checkpoint", "calendar", "flow", "procedure_file")
FILL = (
    "INSERT INTO entry (chain, number, body, hash) VALUES ('chain', 1, 'body', 'hash')",
    "INSERT INTO checkpoint VALUES (1, 'body', 'hash', 'key', 'signature')",
    "INSERT INTO flow VALUES ('hash', 'lowered')",
    "INSERT INTO procedure_file VALUES ('P', 1, 'p.bpmn', 'content')",
)
CHANGES = {
    "UPDATE": "UPDATE {} SET {} = {}",
    "DELETE": "DELETE FROM {}",
    "TRUNCATE": "TRUNCATE {} CASCADE",
}

Connection = psycopg.Connection


@pytest.fixture
def as_role(store: Store, server: Path, owner: str) -> Iterator[Callable[[str], Connection]]:
    """Connect to a filled database as the application, the owner or the superuser."""
    name = owner.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
    opened: list[Connection] = []

    def connect(role: str) -> Connection:
        login = APPLICATION if role == APPLICATION else embedded.SUPERUSER
        url = embedded.address(server, role=login, database=name).replace("+psycopg", "")
        opened.append(psycopg.connect(url, autocommit=True))
        if role == OWNER:
            opened[-1].execute(f"SET ROLE {OWNER}")
        return opened[-1]

    with connect(APPLICATION) as connection:
        for statement in FILL:
            connection.execute(statement)
    yield connect
    for connection in opened:
        connection.close()


def change(connection: Connection, kind: str, table: str) -> None:
    column = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table],
    ).fetchone()
    assert column is not None
    names = [sql.Identifier(name) for name in (table, column[0], column[0])]
    connection.execute(sql.SQL(CHANGES[kind]).format(*names))


@pytest.mark.parametrize("kind", sorted(CHANGES))
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_application_cannot_change_what_is_only_added_to(
    as_role: Callable[[str], Connection], table: str, kind: str,
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        change(as_role(APPLICATION), kind, table)


@pytest.mark.parametrize("kind", sorted(CHANGES))
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_a_plain_statement_of_the_owner_is_refused_by_the_trigger(
    as_role: Callable[[str], Connection], table: str, kind: str,
) -> None:
    # Emptying a table empties those that refer to it; whichever is protected may speak first.
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=f"is append-only: {kind}"):
        change(as_role(OWNER), kind, table)


def test_an_entry_that_follows_nothing_is_refused(as_role: Callable[[str], Connection]) -> None:
    insert = "INSERT INTO entry (chain, number, body, hash) VALUES ('chain', %s, 'body', 'hash')"
    connection = as_role(APPLICATION)
    for number in (0, 3):
        with pytest.raises(psycopg.errors.CheckViolation, match="follows nothing"):
            connection.execute(insert, [number])
    connection.execute(insert, [2])
    with pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute(insert, [2])


def test_the_application_role_owns_nothing_and_may_make_nothing(
    as_role: Callable[[str], Connection],
) -> None:
    connection = as_role(APPLICATION)
    owned = """
        SELECT 'relation' FROM pg_class WHERE relowner = to_regrole(%(role)s)
        UNION ALL SELECT 'function' FROM pg_proc WHERE proowner = to_regrole(%(role)s)
        UNION ALL SELECT 'schema' FROM pg_namespace WHERE nspowner = to_regrole(%(role)s)
        UNION ALL SELECT 'membership' FROM pg_auth_members WHERE member = to_regrole(%(role)s)
    """
    assert connection.execute(owned, {"role": APPLICATION}).fetchall() == []
    powers = connection.execute(
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles"
        " WHERE rolname = %s", [APPLICATION],
    ).fetchone()
    assert powers == (False, False, False, False)
    for statement in (
        "CREATE TABLE extra (id integer)", "DROP TABLE entry",
        "ALTER TABLE entry DISABLE TRIGGER ALL", "DROP TRIGGER entry_append_only ON entry",
        "SET session_replication_role = replica", f"SET ROLE {OWNER}",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


def test_every_table_trigger_and_function_belongs_to_the_owner(
    as_role: Callable[[str], Connection],
) -> None:
    found = as_role(APPLICATION).execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND pg_get_userbyid(relowner) <> %(owner)s"
        " UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " AND pg_get_userbyid(proowner) <> %(owner)s", {"owner": OWNER},
    ).fetchall()
    assert found == []


def test_the_application_may_delete_only_what_waits_to_be_done(
    as_role: Callable[[str], Connection],
) -> None:
    found = as_role(APPLICATION).execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind = 'r' AND has_table_privilege(oid, 'DELETE') ORDER BY relname",
    ).fetchall()
    assert found == [("recount",), ("service_call",), ("timer",)]


def test_a_paper_only_moves_on_and_is_never_taken_away(
    as_role: Callable[[str], Connection],
) -> None:
    connection = as_role(APPLICATION)
    for statement in (
        "UPDATE paper SET sha256 = 'x'", "UPDATE paper SET name = ''", "DELETE FROM paper",
        "UPDATE held_paper SET owner = 'x'", "DELETE FROM held_paper",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)
    connection.execute("UPDATE paper SET state = state, revision = revision + 1")
    connection.execute("UPDATE held_paper SET ended_at = now()")
    owner = as_role(OWNER)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only: DELETE"):
        owner.execute("DELETE FROM paper")
    owner.execute("DELETE FROM held_paper")  # erasing owners on a recorded decision
