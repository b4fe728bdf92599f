"""What is personal of a dossier goes on a decision, from envelopes too, and all stays proven."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import requests
import town
from erasing import BY, DECISION, FILE, NAME, NUMBER, erase, found, over, verify
from linked import M001, Site, Superuser, play
from test_linked_handoffs import answers, post

from engine.audit import bundle as bundles
from engine.audit import desk
from engine.audit.desk import replay_stored
from engine.audit.signing import Seal, make_seal
from engine.errors import Conflict, Corrupt
from engine.history import canonical
from engine.links.paper_links import make_link
from engine.paperwork import ErasePersonal
from engine.store import Store, backup, embedded, positions
from engine.store.tables import APPLICATION

#: Where her name, her number or her files' names stand before anything is erased, at each node.
BEFORE = {
    "urn:test:commune": {
        "entry.personal", "envelope.payload", "envelope.papers", "outbox.body", "inbox.body",
        "part.state", "paper.file_name", "paper.name", "idempotency.result",
    },
    "urn:test:police": {
        "entry.personal", "envelope.payload", "envelope.papers", "outbox.body", "inbox.body",
        "part.state", "paper.file_name", "paper.name",
    },
}


@pytest.fixture
def key(tmp_path: Path) -> Seal:
    return make_seal(tmp_path / "seal.pem")


@pytest.fixture
def code(commune: Site, police: Site) -> str:
    """A dossier of hers that is over at both nodes."""
    return over(commune, police)


def test_the_whole_database_says_nothing_of_her_once_it_is_erased(
    commune: Site, police: Site, code: str,
) -> None:
    for site in (commune, police):
        with site.store.reading() as connection:
            assert found(connection, NAME, NUMBER, FILE) >= BEFORE[site.identity.node]
        assert all(erase(site, code)["taken"])
        assert list(site.files.stored()) == []
        with site.store.reading() as connection:
            assert found(connection, NAME, NUMBER, FILE) == set()


def test_verify_tells_the_decision_and_finds_nothing_broken(
    commune: Site, police: Site, code: str, key: Seal,
) -> None:
    for site in (commune, police):
        assert verify(site, key).whole
        done = erase(site, code)
        verdict = verify(site, key)
        assert verdict.broken == []
        assert verdict.envelopes_erased == done["envelopes"] > 0
        assert verdict.erased > 0
        (line,) = verdict.erasures
        assert f"erased by decision {DECISION} ({BY}, 2026-11-" in line
        assert f"entry {done['entry']}" in line


def test_a_dossier_of_three_nodes_is_erased_at_each_by_its_own_decision(
    three_nodes: list[Site], key: Seal,
) -> None:
    applicant = "Nguyễn Văn An"
    code = three_nodes[0].register(M001)
    play(three_nodes, code, "happy")
    for site in three_nodes:
        done = erase(site, code)
        assert done["envelopes"] > 0
        with site.store.reading() as connection:
            assert found(connection, applicant) == set()
        assert verify(site, key).broken == []


def test_nothing_of_another_dossier_is_touched(
    commune: Site, police: Site, code: str, key: Seal,
) -> None:
    other = over(commune, police)
    assert erase(commune, code)["taken"] == [False] * 3  # the other one has the same files
    commune.need_whole(other)
    verdict = verify(commune, key)
    assert verdict.whole
    assert 0 < verdict.envelopes_erased < verdict.envelopes
    with commune.store.reading() as connection:
        assert found(connection, NAME) >= {"entry.personal", "outbox.body", "inbox.body"}


def test_what_says_nothing_personal_stays_whole_with_its_signature(
    commune: Site, police: Site, code: str,
) -> None:
    erase(commune, code)
    with commune.store.reading() as connection:
        kept = connection.execute(
            "SELECT body FROM outbox WHERE body IS NOT NULL UNION ALL "
            "SELECT body FROM inbox WHERE body IS NOT NULL").fetchall()
        rows = connection.execute(
            "SELECT id, node, dossier, sequence, kind, created_at, state, signature, receipt, "
            "delivered_at, digest, erasure FROM outbox WHERE body IS NULL").fetchall()
        came = connection.execute(
            "SELECT source, id, sequence, kind, signature, received_at, digest, erasure "
            "FROM inbox WHERE body IS NULL").fetchall()
    names = {json.loads(bytes(body))["data"]["message"]["name"] for (body,) in kept}
    assert names == {"motcua.standing", "motcua.progress"}
    assert rows
    assert came
    assert all(value is not None for row in (*rows, *came) for value in row)


def test_replay_says_by_which_decision_it_cannot_be_done_again(
    commune: Site, code: str,
) -> None:
    commune.need_whole(code)
    erase(commune, code)
    with pytest.raises(Conflict, match=f"erased by decision {DECISION}") as refusal:
        replay_stored(commune.store, code)
    assert refusal.value.code == "personal-erased"


def test_replay_names_the_decision_that_erased_and_not_a_later_one(
    commune: Site, code: str, key: Seal,
) -> None:
    erase(commune, code)
    clerk = town.official(town.COMMUNE, "records_clerk")
    commune.office.execute(ErasePersonal(code, "99/QĐ-UBND", BY), clerk)
    with pytest.raises(Conflict, match=f"erased by decision {DECISION}"):
        replay_stored(commune.store, code)
    verdict = verify(commune, key)
    assert verdict.broken == []
    assert len(verdict.erasures) == 2


def test_values_that_are_gone_without_a_decision_are_corrupt_to_replay(
    commune: Site, code: str, superuser: Superuser,
) -> None:
    with superuser(commune) as owning:
        owning.execute("UPDATE entry SET personal = NULL WHERE chain = %s", (code,))
    with pytest.raises(Corrupt) as refusal:
        replay_stored(commune.store, code)
    assert refusal.value.code == "personal-erased"


def test_a_bundle_of_an_erased_dossier_proves_itself(
    commune: Site, code: str, key: Seal,
) -> None:
    erase(commune, code)
    desk.add_checkpoint(commune.store, commune.clock.now(), key)
    bundle = bundles.read(bundles.write(desk.bundle_of(commune.store, code)))
    assert bundle == desk.bundle_of(commune.store, code)
    verdict = desk.verify_bundle(bundle, key)
    assert verdict.broken == []
    assert verdict.envelopes_erased > 0
    assert verdict.erasures
    assert not any(NAME.encode() in form for form in [bundles.write(bundle)])


@pytest.fixture
def restored(
    commune: Site, code: str, server: Path, new_database: Callable[..., str], tmp_path: Path,
) -> str:
    """A new database into which the commune's was restored once the dossier was erased there."""
    erase(commune, code)
    with commune.store.reading() as connection:
        name = connection.info.dbname
    file, url = tmp_path / "motcua.backup", new_database()
    backup.backup(embedded.address(server, database=name), file)
    backup.restore(url, file)
    return url


def test_a_backup_that_is_restored_is_as_whole_and_as_empty(
    commune: Site, code: str, key: Seal, server: Path, restored: str,
) -> None:
    name = restored.split("?", maxsplit=1)[0].rsplit("/", 1)[-1]
    store = Store(embedded.address(server, role=APPLICATION, database=name))
    try:
        verdict = verify(replace(commune, store=store), key)
        assert verdict.broken == []
        assert verdict.envelopes_erased > 0
        with store.reading() as connection:
            assert found(connection, NAME, NUMBER, FILE) == set()
        with pytest.raises(psycopg.errors.InsufficientPrivilege), store.reading() as connection:
            connection.execute("SELECT erase_personal(%s, 1)", (code,))
    finally:
        store.close()


def test_a_neighbour_that_sends_an_erased_envelope_again_brings_nothing_back(
    commune: Site, police: Site, code: str, key: Seal,
) -> None:
    with commune.store.reading() as connection:
        bodies = [bytes(row[0]) for row in connection.execute(
            "SELECT body FROM outbox WHERE dossier = %s ORDER BY sequence", (code,))]
    erase(police, code)
    again = post(commune, police, [(body, commune.identity.sign(body)) for body in bodies])
    assert set(answers(again)) == {"repeated"}
    with police.store.reading() as connection:
        assert found(connection, NAME, NUMBER, FILE) == set()
        noted = connection.execute(
            "SELECT (body IS NULL) = (repeated_at IS NOT NULL) FROM inbox").fetchall()
    assert noted
    assert all(same for (same,) in noted)
    assert verify(police, key).whole


def test_what_is_sent_under_the_number_of_an_erased_envelope_is_refused(
    commune: Site, police: Site, code: str,
) -> None:
    with commune.store.reading() as connection:
        row = connection.execute(
            "SELECT body FROM outbox WHERE dossier = %s AND sequence = 1", (code,)).fetchone()
    assert row is not None
    erase(police, code)
    bent = canonical({**json.loads(bytes(row[0])), "time": "2026-11-09T01:00:00.000001Z"})
    (answer,) = post(commune, police, [(bent, commune.identity.sign(bent))]).json()["answers"]
    assert (answer["answer"], answer["code"]) == ("refused", "envelope-used")


def test_a_restored_neighbour_does_not_get_again_what_was_erased(
    commune: Site, code: str, key: Seal,
) -> None:
    erase(commune, code)
    with commune.store.unit() as unit:
        again = positions.send_again(unit.connection, "urn:test:police", code, 0)
        gone = positions.erased(unit.connection, "urn:test:police", code, 0)
        unit.commit()
    assert (gone, again) == (1, commune.dossier(code).links.peers["urn:test:police"].sent - 1)
    with commune.store.reading() as connection:
        waiting = connection.execute(
            "SELECT body IS NOT NULL FROM outbox WHERE state = 'waiting'").fetchall()
    assert waiting
    assert all(whole for (whole,) in waiting)
    commune.pump()
    assert verify(commune, key).whole


def test_a_file_of_an_erased_envelope_is_gone_for_the_node_that_was_handed_it(
    commune: Site, police: Site, code: str,
) -> None:
    with police.store.reading() as connection:
        row = connection.execute("SELECT envelope, sha256 FROM paper_download").fetchone()
    assert row is not None
    erase(commune, code)
    until = commune.clock.now() + timedelta(hours=1)
    link = make_link(commune.identity, row[1], row[0], police.identity.node, until)
    token = police.identity.assertion(commune.identity.node, b"", commune.clock.now())
    answer = requests.get(
        f"{commune.base}{link}", headers={"Authorization": f"Bearer {token}"}, timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (404, "paper-gone")


def test_officials_still_see_that_the_dossier_was_there(commune: Site, code: str) -> None:
    erase(commune, code)
    person = commune.person(town.COMMUNE, "one_stop_officer")
    for path in ("", "/history", "/components"):
        answer = person.get(f"/dossiers/{code}{path}")
        assert answer.status_code == 200, answer.text
        assert NAME not in answer.text
    last = person.get(f"/dossiers/{code}/history").json()["items"][-1]
    assert last["command"]["kind"] == "erase-personal"
    told = person.get(f"/dossiers/{code}/components/1/content")
    assert (told.status_code, told.json()["code"]) == (404, "paper-erased")


def test_a_decision_may_follow_another_and_finds_what_came_since(
    commune: Site, code: str, key: Seal,
) -> None:
    first = erase(commune, code)
    again = erase(commune, code)
    # The files are named once more, for whoever died before they were taken away.
    assert (again["envelopes"], again["files"]) == (0, first["files"])
    verdict = verify(commune, key)
    assert verdict.broken == []
    assert len(verdict.erasures) == 2
