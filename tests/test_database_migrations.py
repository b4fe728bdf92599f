"""`motcua migrate` on a real server: from nothing to the newest schema, and again to no effect."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from engine.errors import Unavailable
from engine.store import embedded, link_tables
from engine.store.migrate import _config, migrate, newest
from engine.store.tables import APPLICATION

#: Everything that a schema is made of, in words that two moments can be compared by.
SCHEMA = """
    SELECT 'column', table_name || '.' || column_name, data_type || is_nullable
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'grant', table_name || '/' || grantee, privilege_type
    FROM information_schema.role_table_grants WHERE table_schema = 'public'
    UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger
    WHERE NOT tgisinternal
    UNION ALL SELECT 'function', proname, prosrc FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace
    ORDER BY 1, 2, 3
"""
ROWS = (
    "SELECT xmin::text, version FROM calendar",
    "SELECT xmin::text, version_num FROM alembic_version",
)


def _plain(url: str) -> str:
    return url.replace("+psycopg", "")


@pytest.fixture
def fresh_server() -> Iterator[Path]:
    """A server of its own: roles belong to a whole server, and here nobody has made any."""
    home = Path(tempfile.mkdtemp(prefix="motcua-"))
    embedded.embedded(home)
    yield home
    embedded.stop(home)
    shutil.rmtree(home)


def picture(url: str) -> list[list[tuple[object, ...]]]:
    with psycopg.connect(_plain(url)) as connection:
        return [connection.execute(statement).fetchall() for statement in (SCHEMA, *ROWS)]


def test_a_second_run_changes_nothing(database: str) -> None:
    first = migrate(database)
    before = picture(database)
    assert migrate(database) == first == newest()
    assert picture(database) == before


def test_the_newest_schema_is_the_one_that_the_tables_describe(database: str) -> None:
    migrate(database)
    connecting = create_engine(database)
    with connecting.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, link_tables.metadata) == []
    connecting.dispose()


def test_migrations_are_one_line_from_the_first_to_the_newest() -> None:
    scripts = list(ScriptDirectory.from_config(_config()).walk_revisions())
    assert scripts[0].revision == newest()
    assert scripts[-1].down_revision is None
    assert all(not script.is_merge_point for script in scripts)
    assert not any(hasattr(script.module, "downgrade") for script in scripts)


OLD_ROWS = """
    SET session_replication_role = replica;
    INSERT INTO printed_paper (dossier, entry, paper, sha256) VALUES ('D-1', 3, 'receipt', 'hash');
    INSERT INTO outbox (id, node, dossier, sequence, kind, body, created_at, state)
        VALUES ('o', 'n', 'D-1', 1, 'k', 'body', now(), 'waiting');
    INSERT INTO inbox (source, id, dossier, sequence, kind, body, signature, state)
        VALUES ('n', 'i', 'D-1', 1, 'k', 'body', 's', 'early');
    INSERT INTO idempotency (actor, method, path, key, body_hash, at)
        VALUES ('a', 'POST', '/', 'k', 'h', now() - interval '1 year');
"""


def test_rows_of_before_erasure_are_kept_and_may_go_on(
    database: str, monkeypatch: pytest.MonkeyPatch,
) -> None:
    upgrade = command.upgrade
    with monkeypatch.context() as before:
        before.setattr(command, "upgrade", lambda config, _: upgrade(config, "0013"))
        assert migrate(database) == "0013"
    with psycopg.connect(_plain(database), autocommit=True) as connection:
        connection.execute(OLD_ROWS)
        assert migrate(database) == newest()
        connection.execute("RESET session_replication_role")
        connection.execute(f"SET ROLE {APPLICATION}")
        printed = connection.execute("SELECT sha256, chain FROM printed_paper").fetchall()
        assert printed == [("hash", "D-1")]
        connection.execute("UPDATE inbox SET state = 'taken'")
        connection.execute("UPDATE outbox SET state = 'delivered'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE outbox SET body = NULL")
        assert connection.execute("SELECT forget_requests(now(), 5)").fetchone() == (1,)


def test_a_role_that_may_create_roles_and_owns_the_database_is_enough(
    fresh_server: Path,
) -> None:
    with psycopg.connect(_plain(embedded.address(fresh_server)), autocommit=True) as connection:
        connection.execute("CREATE ROLE administrator LOGIN CREATEROLE")
        connection.execute(f"ALTER DATABASE {embedded.DATABASE} OWNER TO administrator")
    url = embedded.address(fresh_server, role="administrator")
    assert migrate(url) == migrate(url) == newest()


def test_the_application_role_gets_its_password(database: str) -> None:
    migrate(database, "mật khẩu 'có' dấu")
    with psycopg.connect(_plain(database)) as connection:
        kept = connection.execute(
            "SELECT rolpassword FROM pg_authid WHERE rolname = %s", [APPLICATION],
        ).fetchone()
    assert kept is not None
    assert kept[0].startswith("SCRAM-SHA-256$")


def test_a_server_that_does_not_answer_is_a_clear_refusal(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refusal:
        migrate(embedded.address(tmp_path))
    assert refusal.value.code == "migration-failed"
