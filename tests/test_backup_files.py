"""The files of papers go into the backup beside the database, and come back whole or are named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import paper_files as make
import psycopg
import pytest
import town
from alembic import command as alembic
from http_town import Town
from papers_town import FORM, hand_in, open_procedure, register, stored
from psycopg import sql
from sqlalchemy import create_engine, text
from town import COMMUNE

from api.cli import backup as command
from engine.clock import FixedClock
from engine.office import Office
from engine.paperwork import ErasePaper
from engine.store import Store
from engine.store.files import Files
from engine.store.migrate import _config, _roles, migrate, newest
from engine.store.sweeping import take_away
from engine.store.tables import OWNER


@pytest.fixture
def papers(
    here: Town, office: Office, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> list[Path]:
    """Two papers of a dossier, as the file store has them."""
    monkeypatch.setenv("MOTCUA_FILES", str(tmp_path / "files"))
    open_procedure(office, clock)
    person = here.person(COMMUNE, "one_stop_officer")
    code = register(here)
    for content in (make.pdf(), make.png()):
        added = hand_in(person, code, FORM, content)
        assert added.status_code == 201, added.text
    found = stored(tmp_path)
    assert len(found) == 2
    return found


@pytest.fixture
def saved(papers: list[Path], owner: str, tmp_path: Path) -> Path:
    file = tmp_path / "night.backup"
    assert command.backup([str(file), "--database", owner]) == 0
    return file


@pytest.fixture
def erase(office: Office, store: Store, tmp_path: Path) -> Callable[[], str]:
    """Erase the first paper of the one dossier, as `motcua files erase` does; return its hash."""

    def erased() -> str:
        with store.reading() as connection:
            row = connection.execute("SELECT dossier FROM paper").fetchone()
        assert row is not None
        clerk = town.official(town.COMMUNE, "records_clerk")
        done = office.execute(ErasePaper(str(row[0]), 1, "12/QĐ-UBND", "Chủ tịch UBND"), clerk)
        name = str(done.body["sha256"])
        assert take_away(store, Files(str(tmp_path / "files"), tmp_path), name)
        return name

    return erased


def _copies(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_lost_file_store_comes_back_with_the_database(
    saved: Path, papers: list[Path], database: str, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    kept = {path.name: path.read_bytes() for path in papers}
    assert _copies(tmp_path / "night.backup.files") == kept
    (tmp_path / "files").rename(tmp_path / "gone")
    assert command.restore([str(saved), "--database", database]) == 0
    assert _copies(tmp_path / "files") == kept
    assert "2/2" in capsys.readouterr().out
    for folder in ("files", "night.backup.files"):
        assert (tmp_path / folder).stat().st_mode & 0o077 == 0


def test_one_folder_of_copies_serves_every_night_and_is_not_written_anew(
    papers: list[Path], owner: str, tmp_path: Path,
) -> None:
    folder = tmp_path / "copies"
    for night in ("one", "two"):
        asked = [str(tmp_path / night), "--database", owner, "--files", str(folder)]
        assert command.backup(asked) == 0
        times = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
        if night == "one":
            first = times
    assert times == first
    assert len(times) == 2


def test_what_a_restoration_cannot_bring_back_is_named_one_by_one(
    saved: Path, papers: list[Path], database: str, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    changed, gone = papers
    changed.write_bytes(changed.read_bytes()[:-1] + b"?")
    gone.unlink()
    (copy,) = (tmp_path / "night.backup.files").rglob(gone.name)
    copy.unlink()
    assert command.restore([str(saved), "--database", database]) == 1
    said = capsys.readouterr()
    assert "0/2" in said.out
    assert changed.name in said.err
    assert gone.name in said.err


def test_a_backup_says_which_files_the_store_has_lost_and_saves_the_others(
    papers: list[Path], owner: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    gone, there = papers
    gone.unlink()
    file = tmp_path / "night.backup"
    assert command.backup([str(file), "--database", owner]) == 1
    assert gone.name in capsys.readouterr().err
    assert list(_copies(tmp_path / "night.backup.files")) == [there.name]
    assert file.exists()


def test_without_files_neither_command_touches_the_store(
    papers: list[Path], owner: str, database: str, tmp_path: Path,
) -> None:
    file = tmp_path / "night.backup"
    assert command.backup([str(file), "--database", owner, "--no-files"]) == 0
    assert not (tmp_path / "night.backup.files").exists()
    for path in papers:
        path.unlink()
    assert command.restore([str(file), "--database", database, "--no-files"]) == 0
    assert stored(tmp_path) == []


def test_a_database_without_papers_needs_no_folder(
    owner: str, tmp_path: Path, new_database: Callable[..., str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "night.backup"
    assert command.backup([str(file), "--database", owner]) == 0
    assert command.restore([str(file), "--database", new_database()]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["night.backup"]
    assert "0/0" in capsys.readouterr().out


def test_an_erased_file_is_not_missed_goes_from_the_copies_and_never_comes_back(
    papers: list[Path], owner: str, database: str, erase: Callable[[], str], tmp_path: Path,
) -> None:
    folder, night = tmp_path / "copies", tmp_path / "night"
    asked = ["--database", owner, "--files", str(folder)]
    assert command.backup([str(tmp_path / "before"), *asked]) == 0
    assert len(_copies(folder)) == 2
    gone = erase()
    (left,) = {path.name for path in papers} - {gone}
    assert command.backup([str(night), *asked]) == 0
    assert list(_copies(folder)) == [left]
    (folder / gone[:2] / gone[2:4]).mkdir(parents=True, exist_ok=True)
    (folder / gone[:2] / gone[2:4] / gone).write_bytes(make.pdf())
    (tmp_path / "files").rename(tmp_path / "lost")
    assert command.restore(
        [str(night), "--database", database, "--files", str(folder)]) == 0
    assert list(_copies(tmp_path / "files")) == [left]


def test_a_file_that_was_erased_in_one_dossier_stays_saved_for_another(
    papers: list[Path], here: Town, owner: str, office: Office, tmp_path: Path,
) -> None:
    person = here.person(COMMUNE, "one_stop_officer")
    code = register(here)
    assert hand_in(person, code, FORM, make.pdf()).status_code == 201
    clerk = town.official(town.COMMUNE, "records_clerk")
    office.execute(ErasePaper(code, 1, "12/QĐ-UBND", "Chủ tịch UBND"), clerk)
    assert command.backup([str(tmp_path / "night"), "--database", owner]) == 0
    assert set(_copies(tmp_path / "night.files")) == {path.name for path in papers}


def test_an_archive_of_the_time_before_papers_of_other_nodes_comes_back_with_its_files(
    new_database: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing in it says which files are still to come: then none is, and each must be there."""
    monkeypatch.setenv("MOTCUA_FILES", str(tmp_path / "files"))
    old, store = new_database(), Files(str(tmp_path / "files"), tmp_path)
    to_version(old, "0011")
    here, gone = (kept(store, content) for content in (make.pdf(), make.png()))
    with psycopg.connect(old.replace("+psycopg", "")) as connection:
        for table in ("flow", "calendar", "agency", "dossier"):
            fill(connection, table)
        for number, (name, size) in enumerate((here, gone), start=1):
            fill(connection, "paper", number=number, sha256=name, size=size)
    file, folder = tmp_path / "night", tmp_path / "copies"
    asked = ["--files", str(folder)]
    assert command.backup([str(file), "--database", old, *asked]) == 0
    assert set(_copies(folder)) == {here[0], gone[0]}
    (tmp_path / "files").rename(tmp_path / "lost")
    (folder / gone[0][:2] / gone[0][2:4] / gone[0]).unlink()
    target = new_database()
    assert command.restore([str(file), "--database", target, *asked]) == 1
    assert gone[0] in capsys.readouterr().err
    assert list(_copies(tmp_path / "files")) == [here[0]]
    assert migrate(target) == newest()
    with psycopg.connect(target.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT count(*) FROM paper").fetchone() == (2,)
        assert connection.execute("SELECT count(*) FROM paper_download").fetchone() == (0,)


def to_version(url: str, revision: str) -> None:
    """Bring an empty database to an older schema, as its version of motcua did."""
    connecting = create_engine(url)
    with connecting.begin() as connection:
        _roles(connection, None)
        config = _config()
        config.attributes["connection"] = connection
        connection.execute(text(f"SET ROLE {OWNER}"))
        alembic.upgrade(config, revision)
    connecting.dispose()


#: Something for each type of column; rows that refer to each other all say the same.
ANY = {"text": "x", "jsonb": "{}", "bytea": b"x", "date": "2026-01-02",
       "timestamp with time zone": "2026-01-02T00:00:00Z"}


def fill(connection: psycopg.Connection, table: str, **named: object) -> None:
    """Add a row with these values, and anything in whatever else the table wants."""
    wanted = connection.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s"
        " AND table_schema = 'public' AND is_nullable = 'NO' AND column_default IS NULL", [table])
    row = {name: ANY.get(kind, 1) for name, kind in wanted} | named
    connection.execute(sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(map(sql.Placeholder, row))), row)


def kept(store: Files, content: bytes) -> tuple[str, int]:
    with store.receiving() as incoming:
        incoming.write(content)
        store.keep(incoming)
        return incoming.sha256, incoming.size
