"""`motcua files erase` as an administrator types it: the decision is recorded, the file is gone."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import town
from http_town import Town
from papers_town import EARLIER, hand_in, make, open_procedure, register, stored

from engine.audit.desk import replay_stored
from engine.clock import FixedClock
from engine.history import read_body
from engine.office import Office
from engine.store import Store, embedded, entries
from engine.store.tables import APPLICATION

PDF = make.pdf()


Erase = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def erase(store: Store, server: Path, tmp_path: Path) -> Erase:
    """Type `motcua files erase` and these words."""
    with store.reading() as connection:
        name = connection.info.dbname
    environment = {
        **os.environ, "MOTCUA_FILES": str(tmp_path / "files"), "MOTCUA_HOME": str(tmp_path),
        "MOTCUA_DATABASE_URL": embedded.address(server, role=APPLICATION, database=name),
    }

    def typed(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "api", "files", "erase", *words], env=environment,
            check=False, capture_output=True, text=True, cwd=town.ROOT,
        )

    return typed


@pytest.fixture
def desk(here: Town, office: Office, clock: FixedClock) -> Town:
    """The town, its sample procedure with components in force."""
    open_procedure(office, clock)
    return here


def test_the_file_goes_and_the_decision_stays(
    desk: Town, erase: Erase, store: Store, tmp_path: Path,
) -> None:
    first, second = register(desk), register(desk)
    for code in (first, second):
        assert hand_in(desk.reception, code, EARLIER, PDF).status_code == 201
    clerk = town.official(town.COMMUNE, "records_clerk").id
    decided = ("--decision", "12/QĐ-UBND", "--by", "Chủ tịch UBND xã", "--as", clerk)
    done = erase(first, "1", *decided)
    assert done.returncode == 0, done.stderr
    assert "hồ sơ khác còn giữ" in done.stdout
    assert len(stored(tmp_path)) == 1
    done = erase(second, "1", *decided)
    assert "đã xóa" in done.stdout
    assert stored(tmp_path) == []
    gone = desk.reception.get(f"/dossiers/{first}/components/1/content")
    assert (gone.status_code, gone.json()["code"]) == (404, "paper-erased")
    with store.reading() as connection:
        last = read_body(entries.chain(connection, first)[-1])["content"]["command"]
    assert (last["kind"], last["decision"], last["number"]) == ("erase-paper", "12/QĐ-UBND", 1)
    assert replay_stored(store, first).whole
    again = erase(first, "1", *decided)
    assert (again.returncode, "không có tệp để xóa" in again.stderr) == (1, True)


@pytest.mark.parametrize("words", [("x",), ("000-1", "1")])
def test_a_command_without_decision_is_not_understood(
    erase: Erase, words: tuple[str, ...],
) -> None:
    assert erase(*words).returncode == 2


def test_the_hash_of_what_was_erased_stays_known(desk: Town, erase: Erase) -> None:
    code = register(desk)
    hand_in(desk.reception, code, EARLIER, PDF)
    clerk = town.official(town.COMMUNE, "records_clerk").id
    erase(code, "1", "--decision", "1", "--by", "x", "--as", clerk)
    told = desk.reception.get(f"/dossiers/{code}/components").json()
    (paper,) = [p for one in told["items"] for p in one["papers"]]
    assert (paper["state"], paper["file"]) == ("erased", "erased")
    assert paper["sha256"] == hashlib.sha256(PDF).hexdigest()
