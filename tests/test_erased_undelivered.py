"""An envelope on its way is never emptied in silence: it is named, and nothing else is erased."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import town
from erasing import FILE, NAME, NUMBER, act, erase, found, over, registered, step, verify
from linked import Site
from test_linked_handoffs import answers, post, waiting
from test_linked_operators import call, set_node

from engine.audit.signing import Seal, make_seal
from engine.errors import Conflict, Forbidden, Invalid, MotcuaError
from engine.paperwork import ErasePersonal
from engine.store import embedded, entries, outbox
from engine.store.outbox import Waiting
from engine.store.tables import APPLICATION

POLICE = "urn:test:police"


@pytest.fixture
def key(tmp_path: Path) -> Seal:
    return make_seal(tmp_path / "seal.pem")


@pytest.fixture
def withdrawn(commune: Site, police: Site) -> str:
    """A dossier of hers that was withdrawn while what tells the police of her still waits."""
    assert police.base
    code = registered(commune)
    (task,) = commune.open(code)
    commune.complete(task, {"note": f"về {NAME}, số {NUMBER}"})
    act(commune, code, "withdraw", reason=f"{NAME} xin rút")
    return code


def asked(site: Site) -> Waiting:
    """The envelope that names her, on its way to the police."""
    return waiting(site, POLICE)[0]


def died(site: Site) -> str:
    """Let that envelope become a dead letter; return its id."""
    name = asked(site).id
    with site.store.unit() as unit:
        outbox.bury(unit.connection, name, f"refused: {NAME}")
        unit.commit()
    return name


def refusal(site: Site, code: str, *drops: str) -> MotcuaError:
    """What an erasure is refused with; nothing may have changed."""
    with site.store.reading() as connection:
        before = found(connection, NAME), len(entries.chain(connection, code))
    with pytest.raises(Conflict) as refused:
        erase(site, code, *drops)
    with site.store.reading() as connection:
        assert (found(connection, NAME), len(entries.chain(connection, code))) == before
    return refused.value


def operator(site: Site, agency: str = town.COMMUNE) -> Any:
    """Whoever looks after the deliveries of a node."""
    with site.store.unit() as unit:
        unit.connection.execute(
            "INSERT INTO post VALUES (%s, %s, 'operator', '2025-01-01', NULL)",
            (town.official(agency).id, agency))
        unit.commit()
    return site.person(agency)


def test_a_dossier_under_way_is_not_erased(commune: Site, police: Site) -> None:
    assert police.base
    code = registered(commune)
    assert refusal(commune, code).code == "dossier-under-way"
    step(commune, code)
    assert refusal(commune, code).code == "dossier-under-way"


def test_only_a_records_clerk_erases_and_only_by_a_decision(
    commune: Site, police: Site,
) -> None:
    code = over(commune, police)
    specialist = town.official(town.COMMUNE, "specialist")
    clerk = town.official(town.COMMUNE, "records_clerk")
    with pytest.raises(Forbidden, match="records_clerk"):
        commune.office.execute(ErasePersonal(code, "1/QĐ", "x"), specialist)
    with pytest.raises(Invalid, match="decision"):
        commune.office.execute(ErasePersonal(code, "1/QĐ", " "), clerk)
    for words in ("1/QĐ\nĐÃ XÓA / ERASED", "1/QĐ\x1b[2K", "1/QĐ\u202e", "x" * 201):
        for said in ((words, "x"), ("1/QĐ", words)):
            with pytest.raises(Invalid) as unreadable:
                commune.office.execute(ErasePersonal(code, *said), clerk)
            assert unreadable.value.code == "decision-unreadable"
    with pytest.raises(MotcuaError, match="no such dossier"):
        commune.office.execute(
            ErasePersonal(code, "1/QĐ", "x"), town.official(town.INSURANCE, "records_clerk"))


def test_an_envelope_that_waits_is_named_and_once_delivered_it_goes(
    commune: Site, police: Site, withdrawn: str, key: Seal,
) -> None:
    name = asked(commune).id
    said = refusal(commune, withdrawn)
    assert (said.code, said.facts["envelope"]) == ("envelope-undelivered", name)
    assert name in said.vi
    assert "wait until it has come" in said.en
    assert refusal(commune, withdrawn, name).code == "not-droppable"
    with commune.store.unit() as unit:
        unit.connection.execute("UPDATE outbox SET not_before = NULL")
        unit.commit()
    commune.pump()
    erase(commune, withdrawn)
    assert verify(commune, key).broken == []
    assert police.dossier(withdrawn).standing.status == "withdrawn"


def test_a_dead_letter_is_dropped_by_the_decision_and_never_sent_again(
    commune: Site, withdrawn: str, key: Seal,
) -> None:
    name = died(commune)
    said = refusal(commune, withdrawn)
    assert (said.code, f"--drop {name}" in said.vi) == ("envelope-undelivered", True)
    erase(commune, withdrawn, name)
    with commune.store.reading() as connection:
        assert found(connection, NAME, NUMBER, FILE) == set()
    desk = operator(commune)
    for path, body in (("redrive", None), ("give-up", {"reason": "x"})):
        answer = desk.post(f"/deliveries/{name}/{path}", body)
        assert (answer.status_code, answer.json()["code"]) == (409, "envelope-erased")
        assert "12/QĐ-UBND" in answer.json()["detail_vi"]
    (seen,) = desk.get("/deliveries", state="dropped").json()["items"]
    assert (seen["id"], seen["erased"], seen["failure"]) == (name, True, None)
    commune.pump()
    assert verify(commune, key).broken == []


def test_what_waits_for_a_suspended_node_can_be_dropped(
    commune: Site, withdrawn: str, key: Seal,
) -> None:
    set_node(commune, POLICE, active=False)
    name = asked_of_suspended(commune)
    assert f"--drop {name}" in refusal(commune, withdrawn).en
    erase(commune, withdrawn, name)
    assert verify(commune, key).broken == []


def asked_of_suspended(site: Site) -> str:
    with site.store.reading() as connection:
        return outbox.listed(connection, node=POLICE)[0].id


def test_an_early_envelope_waits_or_is_dropped_and_its_turn_still_comes(
    commune: Site, police: Site, key: Seal,
) -> None:
    code = registered(commune)
    step(commune, code)
    (task,) = police.open(code)
    police.complete(task, {"note": f"{NAME} đã đăng ký"})
    reply = next(w for w in waiting(police, "urn:test:commune") if w.kind == "answered")
    sent = [(reply.body, police.identity.sign(reply.body))]
    assert answers(post(police, commune, sent)) == ["early"]
    act(commune, code, "withdraw", reason="Rút")
    commune.pump()
    said = refusal(commune, code)
    assert (said.facts["envelope"], said.facts["state"]) == (reply.id, "early")
    erase(commune, code, reply.id)
    with commune.store.reading() as connection:
        assert found(connection, NAME, NUMBER, FILE) == set()
    assert verify(commune, key).broken == []
    assert answers(post(police, commune, sent)) == ["repeated"]
    with police.store.unit() as unit:
        unit.connection.execute("UPDATE outbox SET not_before = NULL")
        unit.commit()
    for site in (police, commune, police):
        site.pump()
    assert commune.dossier(code).links.peers[POLICE].received > reply.sequence
    alerts = police.dossier(code).standing.alerts
    assert [one.about for one in alerts] == [reply.id]
    with commune.store.reading() as connection:
        assert found(connection, NAME, NUMBER, FILE) == set()
    assert verify(commune, key).broken == []
    assert verify(police, key).broken == []


def test_the_feed_tells_who_reads_again_what_is_left_of_an_erased_event(
    commune: Site, police: Site, withdrawn: str, key: Seal,
) -> None:
    set_node(commune, POLICE, kind="pull")
    first = call(commune, police, "/events", after=0).json()
    assert refusal(commune, withdrawn).code == "envelope-undelivered"
    assert call(commune, police, "/events", after=first["next"]).json()["items"] == []
    erase(commune, withdrawn)
    again = call(commune, police, "/events", after=0)
    assert NAME not in again.text
    told = again.json()
    (gone,) = told["erased"]
    (left,) = (one for one in first["items"] if one not in told["items"])
    assert (gone["id"], gone["sequence"], gone["signature"]) == (
        left["id"], int(left["sequence"]), left["signature"])
    assert told["next"] == first["next"]
    assert verify(commune, key).broken == []


def test_the_command_line_erases_and_says_what_it_did(
    commune: Site, police: Site, server: Path,
) -> None:
    code = over(commune, police)
    with commune.store.reading() as connection:
        name = connection.info.dbname
    environment = {
        **os.environ, "MOTCUA_FILES": str(commune.place), "MOTCUA_HOME": str(commune.place),
        "MOTCUA_DATABASE_URL": embedded.address(server, role=APPLICATION, database=name),
    }
    clerk = town.official(town.COMMUNE, "records_clerk").id
    words = [code, "--decision", "12/QĐ-UBND", "--by", "Chủ tịch UBND", "--as", clerk]

    def typed(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "api", "erase", *words, *more], env=environment, check=False,
            capture_output=True, text=True, cwd=town.ROOT)

    refused = typed("--drop", "no-such")
    assert (refused.returncode, "no-such" in refused.stderr) == (1, True)
    done = typed()
    assert done.returncode == 0, done.stderr
    assert "3 tệp đã xóa" in done.stdout
    with commune.store.reading() as connection:
        assert found(connection, NAME, NUMBER, FILE) == set()
