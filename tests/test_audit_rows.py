"""An auditor whose database was touched behind the office: replay names the rows that differ."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from http_town import Town

from engine.audit import desk
from engine.audit.signing import Seal, make_seal
from engine.errors import Corrupt
from engine.history import FORMAT, canonical
from engine.office.library import Library
from engine.store import Store, entries

P088 = "2.002755"
ANSWERS = {"papers_complete": True, "paper_copies": 1, "Gateway_B1": "Tiếp nhận"}


@pytest.fixture
def code(p088: Town) -> str:
    """A dossier whose first step is done."""
    code = str(p088.register(P088)["code"])
    task = p088.task(p088.reception, code)
    done = p088.reception.post(
        f"/tasks/{task['id']}/complete", {"answers": ANSWERS}, etag=task["etag"],
    )
    assert done.status_code == 200, done.text
    return code


@pytest.fixture
def approved(p088: Town, store: Store, tmp_path: Path) -> Seal:
    """The key that has signed an archive with P088 in force."""
    assert p088.author.get(f"/procedures/{P088}/versions").status_code == 200
    seal = make_seal(tmp_path / "key.pem")
    desk.add_checkpoint(store, datetime.now(UTC), seal)
    return seal


def touch(owner: str, statement: str, *parameters: object) -> None:
    """Change the archive as its superuser can, past every trigger."""
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        assert connection.execute(statement, parameters).rowcount > 0


def test_rows_that_nobody_touched_agree_with_the_entries(store: Store, code: str) -> None:
    again = desk.replay_stored(store, code)
    assert (again.whole, again.rows) == (True, [])


@pytest.mark.parametrize(("statement", "said"), [
    ("UPDATE dossier SET standing = replace(standing, 'in_process', 'settled')", "standing"),
    ("UPDATE dossier SET competent_agency = '000.00.00.H41'", "competent_agency"),
    ("UPDATE part SET state = set_byte(state, 9, 7)", "digest"),
    ("UPDATE part SET digest = 'x'", "digest"),
    ("DELETE FROM part", "its row is gone"),
    ("UPDATE task SET closed_by = 'x' WHERE state = 'done'", "closed_by"),
    ("UPDATE task SET due = now() WHERE state = 'open'", "due"),
    ("DELETE FROM task WHERE state = 'done'", "its row is gone"),
    ("DELETE FROM entry WHERE number = 2 AND chain !~ '^procedure'", "entries"),
])
def test_a_row_changed_behind_the_office_is_named_by_replay(
    store: Store, owner: str, code: str, statement: str, said: str,
) -> None:
    touch(owner, statement)
    again = desk.replay_stored(store, code)
    assert again.same
    assert not again.whole
    assert any(said in row for row in again.rows)


def test_a_chain_written_anew_with_anything_in_it_is_told_and_not_stumbled_over(
    store: Store, owner: str, code: str, p088: Town,
) -> None:
    with store.reading() as connection:
        last = entries.chain(connection, code)[-1]
    whole = json.loads(last.body[1:])
    for content in (
        {}, [], {"command": {"kind": "complete", "task": "x"}}, {**whole["content"], "facts": 5},
        {**whole["content"], "outcome": []},
    ):
        body = FORMAT + canonical({**whole, "content": content})
        touch(owner, "UPDATE entry SET body = %s, hash = %s WHERE chain = %s AND number = 2",
              body, sha256(body).hexdigest(), code)
        again = desk.replay_stored(store, code)
        assert not again.whole
        assert again.entries[-1].difference
        answer = p088.reception.get(f"/dossiers/{code}/replay")
        assert (answer.status_code, answer.json()["whole"]) == (200, False)


def test_a_flow_that_is_no_longer_what_was_approved_is_not_run(
    store: Store, owner: str, code: str,
) -> None:
    assert code
    with store.reading() as connection:
        row = connection.execute("SELECT flow FROM dossier").fetchone()
    assert row is not None
    touch(owner, "UPDATE flow SET lowered = set_byte(lowered, 200, 65)")
    with pytest.raises(Corrupt, match="changed in the archive"):
        Library(store).flow(row[0])


@pytest.mark.parametrize(("statement", "said"), [
    ("UPDATE procedure_version SET state = 'retired'", "state"),
    ("UPDATE procedure_version SET decision = 'x', effective_from = '2020-01-01'", "decision"),
    ("UPDATE procedure_version SET source_hash = 'x'", "source, files"),
    ("UPDATE procedure_file SET content = 'x'", "files"),
    ("DELETE FROM procedure_file WHERE name ~ 'form$'", "files"),
    ("UPDATE flow SET lowered = 'x'", "lowered bytes"),
    ("DELETE FROM procedure_version", "its row is gone"),
    ("UPDATE procedure_version SET number = 9", "no entry made this row"),
])
def test_a_version_kept_otherwise_than_it_was_approved_is_named_by_verify(
    store: Store, owner: str, approved: Seal, statement: str, said: str,
) -> None:
    assert desk.verify_stored(store, approved).whole
    touch(owner, statement)
    broken = desk.verify_stored(store, approved).broken
    assert any(said in line for line in broken), broken
