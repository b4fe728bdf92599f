"""The auditor at the archive: a dossier is verified, done again, exported, and forgery is found."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import town

from engine.audit import bundle as bundles
from engine.audit import checkpoint as points
from engine.audit import desk
from engine.audit.replay import replay
from engine.audit.signing import Seal, make_seal
from engine.clock import FixedClock
from engine.commands import CompleteTask, RegisterDossier
from engine.errors import Invalid, NotFound
from engine.office import Office
from engine.store import Store, entries, tasks

P088 = "2.002755"


@pytest.fixture
def key(tmp_path: Path) -> Seal:
    return make_seal(tmp_path / "key.pem")


@pytest.fixture
def code(office: Office, store: Store, clock: FixedClock) -> str:
    town.bring_into_force(office, P088, town.pack_files("p088"), clock)
    officer = town.official(town.COMMUNE, "one_stop_officer")
    command = RegisterDossier(P088, town.COMMUNE, "direct", {"name": "Nguyễn Văn A"})
    code = str(office.execute(command, officer).body["code"])
    clock.advance(timedelta(minutes=30))
    with store.reading() as connection:
        (task,) = tasks.of_dossier(connection, code)
    answers = {"papers_complete": True, "paper_copies": 1, "Gateway_B1": "Tiếp nhận"}
    office.execute(CompleteTask(task.id, answers), officer, if_match=frozenset({"*"}))
    return code


def test_an_archive_under_a_checkpoint_is_whole(
    store: Store, clock: FixedClock, key: Seal, code: str,
) -> None:
    copy = desk.add_checkpoint(store, clock.now(), key)
    desk.add_checkpoint(store, clock.now(), key)
    verdict = desk.verify_stored(store, key, copy)
    assert verdict.whole, verdict.broken
    # The procedure's own chain (upload, submit, approve, publish) and the dossier's.
    assert (verdict.chains, verdict.entries, verdict.checkpoints, verdict.newer) == (2, 6, 2, 0)


def test_a_bundle_is_verified_and_done_again_without_the_database(
    store: Store, clock: FixedClock, key: Seal, code: str,
) -> None:
    desk.add_checkpoint(store, clock.now(), key)
    bundle = bundles.read(bundles.write(desk.bundle_of(store, code)))
    assert desk.verify_bundle(bundle, key).whole
    assert replay(bundle.chain, bundle.entries, bundle).whole


def test_a_bundle_without_checkpoint_proves_nothing(store: Store, key: Seal, code: str) -> None:
    assert not desk.verify_bundle(desk.bundle_of(store, code), key).whole


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"motcua_bundle": 2}', b"\xff\xfe"])
def test_a_file_that_is_no_bundle_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        bundles.read(content)


def test_an_unknown_dossier_is_told_so(store: Store) -> None:
    with pytest.raises(NotFound):
        desk.replay_stored(store, "000.21.30.H41-990101-0001")


def test_a_superuser_who_rewrites_history_behind_the_triggers_is_found(
    store: Store, clock: FixedClock, key: Seal, code: str, owner: str,
) -> None:
    copy = desk.add_checkpoint(store, clock.now(), key)
    with store.reading() as connection:
        last = entries.chain(connection, code)[-1]
    with psycopg.connect(owner) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute(
            "DELETE FROM entry WHERE chain = %s AND number = %s", (code, last.number),
        )
    verdict = desk.verify_stored(store, key, copy)
    assert any(code in line and "missing" in line for line in verdict.broken)


def test_an_archive_emptied_behind_the_copy_is_found(
    store: Store, clock: FixedClock, key: Seal, code: str, owner: str,
) -> None:
    copy = points.from_copy(points.to_copy(desk.add_checkpoint(store, clock.now(), key)))
    with psycopg.connect(owner) as superuser:
        superuser.execute("SET session_replication_role = replica")
        for table in ("entry", "checkpoint", "task", "envelope", "part", "dossier"):
            superuser.execute(f"DELETE FROM {table}")  # table names of ours
    verdict = desk.verify_stored(store, key, copy)
    assert any("every entry is gone" in line for line in verdict.broken)
    assert any("copy kept outside" in line for line in verdict.broken)

