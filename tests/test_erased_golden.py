"""What the entry of a decision says, byte for byte, and how older databases come to know of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from engine.audit.erased import decision
from engine.commands import from_json, to_json
from engine.history import FORMAT, Entry, canonical
from engine.paperwork import ErasePersonal
from engine.store.migrate import _config, _roles, migrate
from engine.store.tables import APPLICATION, OWNER

GOLDEN = Path(__file__).parent / "golden" / "erasure-v1.json"
CODE = "000.21.30.H41-261109-0001"
ASKED = ErasePersonal(
    CODE, "12/QĐ-UBND", "Chủ tịch UBND", drops=("e-2",), papers=[1, 3], envelopes=[
        {"way": "out", "node": "urn:test:police", "id": "e-1", "body": "1" * 64, "data": "2" * 64,
         "time": "2026-11-09T01:00:00.000000Z", "key": "k-1"},
        {"way": "in", "node": "urn:test:police", "id": "e-2", "body": "3" * 64, "data": "4" * 64,
         "time": "2026-11-09T02:00:00.000000Z", "key": ""},
    ],
)


@pytest.fixture
def golden() -> Entry:
    """The entry as the first version that could erase wrote it."""
    body = FORMAT + GOLDEN.read_bytes().strip()
    return Entry(CODE, 7, body, "0" * 64)


def test_the_command_is_written_as_it_always_was(golden: Entry) -> None:
    told = json.loads(golden.body[1:])["content"]["command"]
    assert canonical(to_json(ASKED)) == canonical(told)
    assert canonical(to_json(from_json(told))) == canonical(told)


def test_the_auditor_reads_the_decision_out_of_it(golden: Entry) -> None:
    found = decision(golden)
    assert found is not None
    assert found.words == "12/QĐ-UBND (Chủ tịch UBND, 2026-11-10)"
    assert found.papers == {1, 3}
    assert found.drops == {"e-2"}
    assert set(found.envelopes) == {
        ("out", "urn:test:police", "e-1"), ("in", "urn:test:police", "e-2")}


def plain(url: str) -> str:
    return url.replace("+psycopg", "")


def before_erasure(url: str) -> None:
    """Migrate to the version before anything could be erased, step by step from the first."""
    scripts = ScriptDirectory.from_config(_config())
    last = next(s for s in scripts.walk_revisions() if "erasure" in str(s.path))
    database = create_engine(url)
    with database.begin() as connection:
        _roles(connection, None)
        config = _config()
        config.attributes["connection"] = connection
        connection.execute(text(f"SET ROLE {OWNER}"))
        command.upgrade(config, str(last.down_revision))
    database.dispose()


def test_an_older_database_keeps_every_row_and_learns_what_may_be_erased(
    database: str, golden: Entry,
) -> None:
    before_erasure(database)
    with psycopg.connect(plain(database)) as connection:
        connection.execute(f"SET ROLE {APPLICATION}")
        for number in range(1, 7):
            connection.execute(
                "INSERT INTO entry (chain, number, body, personal, hash) "
                "VALUES (%s, %s, 'body', 'personal', 'hash')", (CODE, number))
        for name, body in (("e-1", b"one"), ("e-3", b"three")):
            connection.execute(
                "INSERT INTO outbox (id, node, dossier, sequence, kind, body, state) "
                "VALUES (%s, 'urn:test:police', %s, %s, 'sent', %s, 'delivered')",
                (name, CODE, int(name[-1]), body))
        connection.execute(
            "INSERT INTO inbox (source, id, dossier, sequence, kind, body, signature, state) "
            "VALUES ('urn:test:police', 'e-2', %s, 1, 'sent', 'two', 's', 'taken')", (CODE,))
    migrate(database)
    rows = "SELECT id, body, erasure FROM outbox UNION ALL SELECT id, body, erasure FROM inbox"
    with psycopg.connect(plain(database), autocommit=True) as connection:
        assert {tuple(row) for row in connection.execute(rows)} == {
            ("e-1", b"one", None), ("e-2", b"two", None), ("e-3", b"three", None)}
        connection.execute(f"SET ROLE {APPLICATION}")
        put(connection, golden)
        # Its digests are of other bodies: nothing of it happens, the values included.
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT erase_personal(%s, 7)", (CODE,))
        kept = connection.execute("SELECT count(personal) FROM entry").fetchone()
        assert kept == (6,)


def test_the_database_reads_the_decision_out_of_it(database: str, golden: Entry) -> None:
    migrate(database)
    with psycopg.connect(plain(database), autocommit=True) as connection:
        connection.execute(f"SET ROLE {APPLICATION}")
        for number in range(1, 7):
            connection.execute(
                "INSERT INTO entry (chain, number, body, hash) VALUES (%s, %s, 'body', 'hash')",
                (CODE, number))
        put(connection, golden)
        (told,) = read(connection, 7)
        assert told == json.loads(golden.body[1:])["content"]["command"]
        assert read(connection, 6) == (None,)


def put(connection: psycopg.Connection, entry: Entry) -> None:
    connection.execute(
        "INSERT INTO entry (chain, number, body, hash) VALUES (%s, %s, %s, %s)",
        (entry.chain, entry.number, entry.body, entry.hash))


def read(connection: psycopg.Connection, number: int) -> tuple[Any, ...]:
    row = connection.execute("SELECT erasure_told(%s, %s)", (CODE, number)).fetchone()
    assert row is not None
    return row
