"""An administrator saves the whole database with one command and has it back with another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from api.cli import backup as command
from engine.errors import Conflict, Invalid, Unavailable
from engine.store import backup, embedded

SCHEMA = """
CREATE ROLE backup_owner LOGIN;
CREATE ROLE "backup app" LOGIN;
CREATE TABLE entry (number integer PRIMARY KEY, said text NOT NULL);
ALTER TABLE entry OWNER TO backup_owner;
GRANT SELECT, INSERT ON entry TO "backup app";
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'history only grows'; END $$;
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse();
INSERT INTO entry VALUES (1, 'tiếp nhận'), (2, 'đã trả kết quả');
"""


def _connect(url: str, role: str = embedded.SUPERUSER) -> psycopg.Connection:
    plain = url.replace("+psycopg", "").replace("//postgres@", f"//{role.replace(' ', '%20')}@")
    return psycopg.connect(plain, autocommit=True)


@pytest.fixture
def saved(new_database: Callable[..., str], tmp_path: Path) -> Iterator[Path]:
    """A backup whose database and roles are gone, as after the loss of a server."""
    file = tmp_path / "motcua.backup"
    url = new_database()
    with _connect(url) as database:
        database.execute(SCHEMA)
    backup.backup(url, file)
    with _connect(url) as database:
        _forget_roles(database)
    yield file
    with _connect(new_database()) as database:
        database.execute('DROP ROLE IF EXISTS "backup app", backup_owner')


def _forget_roles(database: psycopg.Connection) -> None:
    database.execute('DROP OWNED BY "backup app", backup_owner')
    database.execute('DROP ROLE "backup app", backup_owner')


def test_a_restored_database_has_its_rows_triggers_owners_and_grants(
    saved: Path, database: str
) -> None:
    backup.restore(database, saved)
    with _connect(database, "backup app") as connection:
        rows = connection.execute("SELECT said FROM entry ORDER BY number").fetchall()
        assert rows == [("tiếp nhận",), ("đã trả kết quả",)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM entry")
    with _connect(database) as connection:
        with pytest.raises(psycopg.errors.RaiseException, match="history only grows"):
            connection.execute("UPDATE entry SET said = ''")
        owner = connection.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'entry'")
        assert owner.fetchone() == ("backup_owner",)
        _forget_roles(connection)


def test_a_backup_is_read_by_its_owner_alone(saved: Path) -> None:
    assert saved.stat().st_mode & 0o077 == 0


def test_a_backup_is_not_overwritten(saved: Path, database: str) -> None:
    with pytest.raises(Conflict, match="not overwritten"):
        backup.backup(database, saved)


def test_a_database_that_is_not_empty_is_not_restored_into(saved: Path, database: str) -> None:
    with _connect(database) as connection:
        connection.execute("CREATE TABLE something (id integer)")
    with pytest.raises(Conflict, match="not empty"):
        backup.restore(database, saved)


def test_a_file_that_is_no_backup_is_refused(tmp_path: Path, database: str) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Kính gửi")
    with pytest.raises(Invalid, match="cannot be read"):
        backup.restore(database, file)


def test_a_server_that_does_not_answer_is_named_so(tmp_path: Path) -> None:
    url = embedded.address(tmp_path)
    with pytest.raises(Unavailable, match="does not answer"):
        backup.backup(url, tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_backup_and_restore_are_one_command_each(
    new_database: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target, file = new_database(), new_database(), tmp_path / "motcua.backup"
    with _connect(source) as connection:
        connection.execute("CREATE TABLE entry AS SELECT 'tiếp nhận' AS said")
    assert command.backup([str(file), "--database", source]) == 0
    assert command.restore([str(file), "--database", target]) == 0
    with _connect(target) as connection:
        assert connection.execute("SELECT said FROM entry").fetchone() == ("tiếp nhận",)
    assert command.restore([str(file), "--database", target]) == 1
    assert "không rỗng" in capsys.readouterr().err


def test_without_a_database_the_command_says_how_to_name_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MOTCUA_DATABASE_URL", raising=False)
    assert command.backup([str(tmp_path / "file")]) == 2
    assert "MOTCUA_DATABASE_URL" in capsys.readouterr().err
