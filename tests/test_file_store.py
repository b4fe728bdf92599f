"""The file store: by hash, in one step, held against its hash, nothing left of what broke off."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import fsspec
import paper_files as make
import psycopg
import pytest
from http_town import Person, Town
from papers_town import FORM, hand_in, open_procedure, register, stored

from api.cli.files import files as files_command
from api.settings import from_environment
from engine.clock import FixedClock
from engine.errors import Corrupt, Invalid, Unavailable
from engine.inspection import Bounds, Refusal
from engine.office import Office
from engine.store import Store
from engine.store.files import Files
from engine.store.sweeping import sweep

PDF = make.pdf()
NAME = hashlib.sha256(PDF).hexdigest()
HOLD = """
import sys, time
from pathlib import Path
from engine.store.files import Files
with Files(sys.argv[1], Path(sys.argv[1])).receiving() as incoming:
    incoming.write(b"half")
    incoming.file.flush()
    print("here", flush=True)
    time.sleep(60)
"""


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A folder, and a bucket as fsspec has it in memory: without folders and without renaming."""
    if request.param == "folder":
        yield str(tmp_path / "files")
        return
    bucket = f"memory://bucket-{uuid4().hex}/papers"
    yield bucket
    fsspec.filesystem("memory").store.clear()


def keep(files: Files, content: bytes) -> str:
    with files.receiving() as incoming:
        incoming.write(content)
        files.keep(incoming)
        return incoming.sha256


def test_what_is_kept_is_found_by_its_hash(place: str, tmp_path: Path) -> None:
    files = Files(place, tmp_path)
    assert keep(files, PDF) == NAME
    assert list(files.stored()) == [(NAME, len(PDF))]
    with files.reading(NAME, len(PDF)) as file:
        assert file.read() == PDF
    assert list(tmp_path.rglob("*.part")) == []


def test_nobody_else_on_the_machine_may_read_the_papers(tmp_path: Path) -> None:
    keep(Files(str(tmp_path / "files"), tmp_path), PDF)
    assert (tmp_path / "files").stat().st_mode & 0o077 == 0
    assert next((tmp_path / "files").rglob(NAME)).stat().st_mode & 0o077 == 0


def test_the_same_file_twice_lies_there_once(place: str, tmp_path: Path) -> None:
    files = Files(place, tmp_path)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: keep(files, PDF), range(12))) == {NAME}
    assert list(files.stored()) == [(NAME, len(PDF))]


def test_what_is_not_kept_leaves_nothing(place: str, tmp_path: Path) -> None:
    files = Files(place, tmp_path, Bounds(size=10_000))
    with files.receiving() as incoming:
        incoming.write(PDF)
    with files.receiving() as incoming, pytest.raises(Refusal, match="10,000"):
        incoming.write(b"x" * 10_001)
    assert list(files.stored()) == []
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_file_that_is_gone_or_was_changed_is_told_to_an_auditor(
    place: str, tmp_path: Path,
) -> None:
    files = Files(place, tmp_path)
    with pytest.raises(Corrupt, match="gone"):
        files.reading(NAME, 1)
    keep(files, PDF)
    with pytest.raises(Corrupt, match="other bytes"):
        files.reading(NAME, len(PDF) - 1)
    files.remove(NAME)
    files.remove(NAME)
    assert list(files.stored()) == []


def test_a_place_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be", encoding="utf-8")
    files = Files(str(tmp_path / "taken"), tmp_path)
    with pytest.raises(Unavailable), files.receiving():
        pass


@pytest.mark.parametrize("place", ["no-such-scheme://x", "s3n0://bucket"])
def test_a_place_that_nobody_understands_is_refused(place: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refusal:
        Files(place, tmp_path)
    assert refusal.value.code == "files-place"


def test_what_a_killed_upload_has_left_goes_with_the_next_one(tmp_path: Path) -> None:
    place = tmp_path / "files"
    killed, living = (
        subprocess.Popen([sys.executable, "-c", HOLD, str(place)], stdout=subprocess.PIPE)
        for _ in range(2)
    )
    for process in (killed, living):
        assert process.stdout is not None
        process.stdout.readline()
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    parts = sorted(place.rglob("*.part"))
    assert len(parts) == 2
    long_ago = time.time() - 3_600
    for part in parts:
        os.utime(part, (long_ago, long_ago))
    keep(Files(str(place), place), PDF)
    left = list(place.rglob("*.part"))
    living.kill()
    living.wait()
    for process in (killed, living):
        assert process.stdout is not None
        process.stdout.close()
    # The one whose process lives is locked and stays.
    assert len(left) == 1


def test_limits_and_place_come_from_the_environment(tmp_path: Path) -> None:
    given = {"MOTCUA_FILES": "s3://papers/xa", "MOTCUA_FILE_BYTES": "5000000",
             "MOTCUA_IMAGE_PIXELS": "2000000", "MOTCUA_DATABASE_URL": "postgresql://x"}
    settings = from_environment(given)
    assert settings.files == "s3://papers/xa"
    assert (settings.file_bounds.size, settings.file_bounds.pixels) == (5_000_000, 2_000_000)
    with pytest.raises(Invalid) as refusal:
        from_environment({**given, "MOTCUA_FILE_BYTES": "nhiều"})
    assert refusal.value.code == "bounds-unreadable"
    assert not list(tmp_path.iterdir())


class TestSweep:
    @pytest.fixture
    def desk(self, here: Town, office: Office, clock: FixedClock) -> Person:
        open_procedure(office, clock)
        return here.reception

    def test_orphans_are_listed_and_taken_away_and_papers_stay(
        self, here: Town, desk: Person, store: Store, tmp_path: Path,
    ) -> None:
        hand_in(desk, register(here), FORM, PDF)
        files = Files(str(tmp_path / "files"), tmp_path)
        orphan = keep(files, make.png())
        assert [name for name, _ in sweep(store, files, dry_run=True)] == [orphan]
        assert len(stored(tmp_path)) == 2
        assert [name for name, _ in sweep(store, files, dry_run=False)] == [orphan]
        assert [p.name for p in stored(tmp_path)] == [NAME]
        assert list(sweep(store, files, dry_run=False)) == []

    def test_a_file_whose_paper_is_about_to_be_committed_is_never_an_orphan(
        self, here: Town, desk: Person, store: Store, owner: str, tmp_path: Path,
    ) -> None:
        files = Files(str(tmp_path / "files"), tmp_path)
        code = register(here)
        with psycopg.connect(owner) as waiting, ThreadPoolExecutor(2) as pool:
            # The row of the paper cannot be written while this transaction holds its table.
            waiting.execute("LOCK TABLE paper IN SHARE MODE")
            adding = pool.submit(hand_in, desk, code, FORM, PDF)
            for _ in range(200):
                if stored(tmp_path) and not list(tmp_path.rglob("*.part")):
                    break
                time.sleep(0.05)
            sweeping = pool.submit(lambda: list(sweep(store, files, dry_run=False)))
            time.sleep(0.5)
            assert not sweeping.done()
            waiting.rollback()
            assert adding.result().status_code == 201
            assert sweeping.result() == []
        assert [p.name for p in stored(tmp_path)] == [NAME]

    def test_a_commit_that_fails_leaves_an_orphan_and_no_row(
        self, here: Town, desk: Person, store: Store, owner: str, tmp_path: Path,
    ) -> None:
        code = register(here)
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute("REVOKE INSERT ON paper FROM motcua_app")
        assert hand_in(desk, code, FORM, PDF).status_code == 500
        files = Files(str(tmp_path / "files"), tmp_path)
        assert [name for name, _ in sweep(store, files, dry_run=True)] == [NAME]
        assert desk.get(f"/dossiers/{code}/components").json()["items"][0]["papers"] == []

    def test_the_command_line_wants_to_know_where(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.delenv("MOTCUA_DATABASE_URL", raising=False)
        assert files_command(["sweep", "--dry-run"]) == 2
        assert "MOTCUA_DATABASE_URL" in capsys.readouterr().err
