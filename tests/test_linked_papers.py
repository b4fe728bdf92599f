"""Papers between nodes: what a message declares goes with it, by hash, and nothing else does."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import town
from http_town import Person
from linked import Site, Superuser
from linked_drawings import CERTIFICATE, PHOTO, PRIVATE, RESULT, WITH_PAPERS
from papers_linked import (
    added,
    constable,
    content,
    counter,
    dead,
    due_now,
    files,
    hand_in,
    make,
    needs,
    next_step,
)

from engine.audit import desk
from engine.audit.desk import Verdict
from engine.audit.signing import Seal, make_seal
from engine.errors import Conflict, Forbidden, Invalid
from engine.history import canonical, read_body
from engine.links import wire
from engine.links.identity import Identity, make_key, read_keys
from engine.paperwork import ErasePaper
from engine.store import embedded, entries, filing, nodes
from engine.store.sweeping import take_away

BIRTH, FACE, TAX, DONE = (make.pdf(text=text) for text in ("sinh", "ảnh", "thuế", "thường trú"))


@pytest.fixture
def code(commune: Site) -> str:
    """A dossier with three papers, of which two were handed over to the police."""
    code = commune.register(WITH_PAPERS)
    desk = counter(commune)
    for component, file in ((CERTIFICATE, BIRTH), (PHOTO, FACE), (PRIVATE, TAX)):
        added(desk, code, component, file)
    next_step(commune, code)
    return code


def links(site: Site, code: str) -> list[str]:
    """The links to papers that came to a node."""
    with site.store.reading() as connection:
        return [str(row[0]) for row in connection.execute(
            "SELECT link FROM paper_download WHERE dossier = %s ORDER BY number", (code,))]


def open_link(caller: Identity, at: Site, link: str, **bent: Any) -> requests.Response:
    """Use a link as a node does, or without saying who calls."""
    token = caller.assertion(at.identity.node, b"", at.clock.now())
    headers = bent.get("headers", {"Authorization": f"Bearer {token}"})
    return requests.get(f"{at.base}{link}", headers=headers, timeout=20)


def refused(answer: requests.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    return str(answer.json()["code"])


def test_declared_papers_come_with_the_message_and_their_files_follow(
    commune: Site, police: Site, code: str,
) -> None:
    desk = constable(police)
    assert files(desk, code) == {(CERTIFICATE, 1): "pending", (PHOTO, 2): "pending"}
    told = content(desk, code, 1)
    assert refused(told, 409) == "paper-pending"
    assert "đang tải" in told.json()["detail_vi"]
    assert police.fetch() == 2
    assert files(desk, code) == {(CERTIFICATE, 1): "here", (PHOTO, 2): "here"}
    assert (content(desk, code, 1).content, content(desk, code, 2).content) == (BIRTH, FACE)
    commune.need_whole(code)
    police.need_whole(code)


def test_what_is_not_declared_does_not_cross_not_even_by_name(
    police: Site, code: str,
) -> None:
    police.fetch()
    with police.store.reading() as connection:
        bodies = [bytes(row[0]) for row in connection.execute("SELECT body FROM inbox")]
    tax = hashlib.sha256(TAX).hexdigest().encode()
    assert bodies
    assert not any(tax in body or PRIVATE.encode() in body for body in bodies)
    assert [one["component"] for one in needs(constable(police), code)["items"]] == [
        CERTIFICATE, PHOTO, RESULT]


def test_the_envelope_names_papers_by_hash_and_no_link_is_part_of_what_is_signed(
    commune: Site, police: Site, code: str,
) -> None:
    with commune.store.reading() as connection:
        (row,) = connection.execute("SELECT body FROM outbox").fetchall()
    (first, second) = json.loads(bytes(row[0]))["data"]["message"]["papers"]
    assert first == {
        "number": 1, "component": CERTIFICATE, "copy": "original", "count": 1, "size": len(BIRTH),
        "sha256": hashlib.sha256(BIRTH).hexdigest(), "media_type": "application/pdf",
        "name": "Giấy khai sinh", "file_name": "scan.pdf",
    }
    assert second["component"] == PHOTO
    assert b"link" not in bytes(row[0]).replace(b'"links":', b"").replace(b"urn:", b"")
    with police.store.reading() as connection:
        (kept,) = connection.execute("SELECT body FROM inbox").fetchall()
    assert bytes(kept[0]) == bytes(row[0])


def test_the_result_of_the_police_goes_back_to_the_one_stop_unit(
    commune: Site, police: Site, code: str,
) -> None:
    police.fetch()
    added(constable(police), code, RESULT, DONE)
    next_step(police, code)
    desk = counter(commune)
    assert files(desk, code)[RESULT, 4] == "pending"
    assert commune.fetch() == 1
    assert content(desk, code, 4).content == DONE
    next_step(commune, code)
    next_step(commune, code)
    assert commune.dossier(code).standing.status == "returned"
    for site in (commune, police):
        site.need_whole(code)


def test_the_history_of_both_holds_hashes_and_never_names(
    commune: Site, police: Site, code: str,
) -> None:
    said = hashlib.sha256(BIRTH).hexdigest()
    for site in (commune, police):
        with site.store.reading() as connection:
            told = [read_body(entry) for entry in entries.chain(connection, code)]
        handed = [
            paper for body in told for envelope in body["content"]["outcome"]["envelopes"]
            for paper in envelope.get("papers", ())
        ]
        assert said in {paper["sha256"] for paper in handed}
        assert not any("scan.pdf" in json.dumps(body) for body in told)


def test_an_agency_without_a_part_does_not_learn_that_there_are_papers(
    commune: Site, police: Site, code: str,
) -> None:
    police.fetch()
    for agency in (town.INSURANCE, town.DEPARTMENT):
        stranger = police.person(agency, "one_stop_officer")
        for path in ("", "/1/content"):
            assert refused(stranger.get(f"/dossiers/{code}/components{path}"), 404) == "no-dossier"


@pytest.fixture
def stranger(commune: Site, tmp_path: Path) -> Identity:
    """Another node that the commune knows."""
    make_key(tmp_path / "stranger.json")
    identity = Identity("urn:test:stranger", read_keys(tmp_path / "stranger.json"))
    with commune.store.unit() as unit:
        known = nodes.Node(identity.node, "http://127.0.0.1:1", keys=identity.public(),
                           procedures=("*",), private=True)
        nodes.put(unit.connection, known, commune.clock.now())
    return identity


class TestLinks:
    """A link is for one paper and one node, until it expires."""

    def test_a_stolen_link_opens_nothing_to_another_node(
        self, commune: Site, police: Site, code: str, stranger: Identity,
    ) -> None:
        link = links(police, code)[0]
        assert refused(open_link(stranger, commune, link), 403) == "link-of-another"
        assert refused(open_link(stranger, commune, link, headers={}), 401) == "no-token"
        assert open_link(police.identity, commune, link).content == BIRTH

    def test_a_link_for_one_paper_fetches_no_other(
        self, commune: Site, police: Site, code: str,
    ) -> None:
        link, other = links(police, code)
        tax = hashlib.sha256(TAX).hexdigest()
        for name in (other.split("/")[-1].partition("?")[0], tax, "x", "0" * 64):
            bent = link.replace(hashlib.sha256(BIRTH).hexdigest(), name)
            answer = open_link(police.identity, commune, bent)
            assert answer.status_code in {403, 404}, bent
            assert BIRTH not in answer.content

    def test_a_bent_link_is_refused(self, commune: Site, police: Site, code: str) -> None:
        link = links(police, code)[0]
        at = link.index("link=") + 60
        bent = [
            link[:at] + ("A" if link[at] != "A" else "B") + link[at + 1:], link[:-3], link + "A",
            link.partition("?")[0], link.replace("link=", "link=x"),
        ]
        for one in bent:
            assert refused(open_link(police.identity, commune, one), 403) == "link-invalid", one

    def test_a_link_of_another_kind_of_proof_is_refused(
        self, commune: Site, police: Site, code: str,
    ) -> None:
        """A receipt of the sender, signed by the same key, is no link."""
        path = links(police, code)[0].partition("?")[0]
        receipt = commune.identity.receipt("urn:test:police", "x", b"", commune.clock.now())
        answer = open_link(police.identity, commune, f"{path}?link={receipt}")
        assert refused(answer, 403) == "link-invalid"

    def test_an_expired_link_is_refused_and_a_fresh_one_is_given(
        self, commune: Site, police: Site, code: str,
    ) -> None:
        link = links(police, code)[0]
        commune.clock.advance(timedelta(hours=73))
        assert refused(open_link(police.identity, commune, link), 403) == "link-expired"
        assert police.fetch() == 2
        assert content(constable(police), code, 1).content == BIRTH

    def test_a_fresh_link_is_given_to_none_but_who_was_handed_the_paper(
        self, commune: Site, police: Site, code: str, stranger: Identity,
    ) -> None:
        assert police.dossier(code)
        with commune.store.reading() as connection:
            row = connection.execute("SELECT id FROM outbox").fetchone()
        assert row is not None
        body = json.dumps({"envelope": row[0]}).encode()
        tax = hashlib.sha256(TAX).hexdigest()
        birth = hashlib.sha256(BIRTH).hexdigest()

        def ask(who: Identity, sha256: str) -> requests.Response:
            token = who.assertion(commune.identity.node, body, commune.clock.now())
            return requests.post(
                f"{commune.base}/api/v1/handoffs/papers/{sha256}/link", data=body, timeout=20,
                headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            )

        assert refused(ask(stranger, birth), 404) == "paper-not-handed"
        assert refused(ask(police.identity, tax), 404) == "paper-not-handed"
        assert ask(police.identity, birth).status_code == 200


def test_officials_of_a_part_see_the_papers_of_their_part_alone(
    commune: Site, police: Site, code: str,
) -> None:
    """At the police's node a second paper of the police is theirs, and goes where it is declared.
    """
    police.fetch()
    desk = constable(police)
    assert refused(hand_in_blind(desk, code, PRIVATE), 403) == "paper-not-allowed"
    added(desk, code, RESULT, DONE)
    assert files(desk, code)[RESULT, 3] == "here"
    assert (RESULT, 4) not in files(counter(commune), code)


def hand_in_blind(person: Person, code: str, component: str) -> requests.Response:
    return hand_in(person, code, component, make.pdf(text="x"), etag="any")


def test_the_same_paper_that_comes_back_is_not_there_twice(
    commune: Site, police: Site, code: str,
) -> None:
    """A message that is sent again, and one that carries what is here, change nothing."""
    with commune.store.unit() as unit:
        unit.connection.execute("UPDATE outbox SET state = 'waiting'")
        unit.commit()
    commune.pump()
    assert police.fetch() == 2
    assert list(files(constable(police), code)) == [(CERTIFICATE, 1), (PHOTO, 2)]
    assert police.fetch() == 0


def test_a_paper_that_nobody_has_yet_is_waited_for(
    commune: Site, police: Site, code: str,
) -> None:
    """The sender is silent: nothing is lost, nothing is dead, and it comes when it answers."""
    with police.store.unit() as unit:
        unit.connection.execute("UPDATE node SET url = 'http://127.0.0.1:1'")
        unit.commit()
    assert police.fetch() == 0
    assert dead(police) == []
    with police.store.unit() as unit:
        unit.connection.execute("UPDATE node SET url = %s", (commune.base,))
        unit.commit()
    due_now(police)
    assert police.fetch() == 2


class TestAudit:
    """The auditor holds each paper against entry, envelope and file, at both nodes."""

    @pytest.fixture
    def key(self, tmp_path: Path) -> Seal:
        return make_seal(tmp_path / "seal.pem")

    def verify(self, site: Site, key: Seal) -> Verdict:
        desk.add_checkpoint(site.store, site.clock.now(), key)
        return desk.verify_stored(site.store, key, files=site.files)

    def test_both_sides_prove_every_paper(
        self, commune: Site, police: Site, code: str, key: Seal,
    ) -> None:
        waiting = self.verify(police, key)
        assert (waiting.broken, waiting.papers, waiting.papers_awaited) == ([], 2, 2)
        police.fetch()
        added(constable(police), code, RESULT, DONE)
        next_step(police, code)
        commune.fetch()
        for site in (commune, police):
            verdict = self.verify(site, key)
            assert (verdict.broken, verdict.papers, verdict.papers_awaited) == ([], 3, 0)

    def test_a_file_that_was_changed_or_taken_away_is_named(
        self, commune: Site, police: Site, code: str, key: Seal,
    ) -> None:
        police.fetch()
        for site, number in ((commune, 1), (police, 2)):
            name = hashlib.sha256(BIRTH if number == 1 else FACE).hexdigest()
            (place,) = site.place.rglob(name)
            whole = place.read_bytes()
            place.write_bytes(whole[:-1] + b"!")
            (fault,) = self.verify(site, key).broken
            assert fault.startswith(f"{code}, paper {number}: ")
            place.unlink()
            assert "is gone" in self.verify(site, key).broken[0]

    @pytest.mark.usefixtures("code")
    def test_a_row_under_another_hash_is_named(
        self, police: Site, key: Seal, superuser: Superuser,
    ) -> None:
        police.fetch()
        with superuser(police) as connection:
            connection.execute("UPDATE paper SET sha256 = %s WHERE number = 1", ("0" * 64,))
        broken = self.verify(police, key).broken
        assert any("no row of the dossier has" in line for line in broken)

    def test_an_erased_paper_is_told_as_erased_and_not_as_broken(
        self, commune: Site, police: Site, code: str, key: Seal,
    ) -> None:
        police.fetch()
        for site, agency in ((commune, town.COMMUNE), (police, town.POLICE)):
            erase(site, agency, code)
            verdict = self.verify(site, key)
            assert (verdict.broken, verdict.papers_erased) == ([], 1)
            site.need_whole(code)
            told = content(site.person(agency, "specialist"), code, 1)
            assert refused(told, 404) == "paper-erased"
            assert list(site.place.rglob(hashlib.sha256(BIRTH).hexdigest())) == []

    @pytest.mark.usefixtures("code")
    def test_a_paper_that_stands_as_erased_without_a_decision_is_broken(
        self, police: Site, key: Seal, superuser: Superuser,
    ) -> None:
        police.fetch()
        with superuser(police) as connection:
            connection.execute("UPDATE paper SET state = 'erased' WHERE number = 1")
        assert any("no entry records a decision" in line
                   for line in self.verify(police, key).broken)


def erase(site: Site, agency: str, code: str) -> None:
    """Erase the file of the first paper, as `motcua files erase` does."""
    clerk = town.official(agency, "records_clerk")
    command = ErasePaper(code, 1, "12/QĐ-UBND", "Chủ tịch UBND")
    name = str(site.office.execute(command, clerk).body["sha256"])
    assert take_away(site.store, site.files, name)


def test_a_paper_that_was_erased_before_it_was_fetched_is_gone_for_good(
    commune: Site, police: Site, code: str,
) -> None:
    erase(commune, town.COMMUNE, code)
    link = links(police, code)[0]
    assert refused(open_link(police.identity, commune, link), 404) == "paper-gone"
    assert police.fetch() == 1
    (reason,) = dead(police)
    assert reason.startswith("gone: status 404: paper-gone")
    assert files(constable(police), code) == {(CERTIFICATE, 1): "failed", (PHOTO, 2): "here"}
    assert refused(content(constable(police), code, 1), 409) == "paper-failed"


def test_only_a_records_clerk_erases_and_only_by_a_decision(commune: Site, code: str) -> None:
    clerk = town.official(town.COMMUNE, "records_clerk")
    with pytest.raises(Forbidden, match="records_clerk"):
        commune.office.execute(
            ErasePaper(code, 1, "1/QĐ", "x"), town.official(town.COMMUNE, "specialist"))
    with pytest.raises(Invalid, match="decision"):
        commune.office.execute(ErasePaper(code, 1, " ", "x"), clerk)
    erase(commune, town.COMMUNE, code)
    with pytest.raises(Conflict, match="no file"):
        commune.office.execute(ErasePaper(code, 1, "1/QĐ", "x"), clerk)


def test_a_node_that_fetches_its_envelopes_gets_links_with_them(
    commune: Site, police: Site,
) -> None:
    with commune.store.unit() as unit:
        unit.connection.execute("UPDATE node SET kind = 'pull'")
        unit.commit()
    code = commune.register(WITH_PAPERS)
    added(counter(commune), code, CERTIFICATE, BIRTH)
    next_step(commune, code)
    token = police.identity.assertion(commune.identity.node, b"", commune.clock.now())
    (event,) = requests.get(
        f"{commune.base}/api/v1/events", headers={"Authorization": f"Bearer {token}"}, timeout=20,
    ).json()["items"]
    incoming = wire.read_event(event, commune.identity.node, commune.identity.public())
    (link,) = incoming.links.values()
    assert open_link(police.identity, commune, link).content == BIRTH


@pytest.mark.parametrize("bent", [
    {"sha256": "0" * 63}, {"size": 0}, {"size": True}, {"media_type": "text/html"},
    {"component": "../x"}, {"copy": "scan"}, {"count": 100}, {"name": "a\nb"}, {"more": 1},
    {"number": "1"},
])
@pytest.mark.usefixtures("code")
def test_an_envelope_whose_papers_have_no_form_is_refused(
    commune: Site, bent: dict[str, Any],
) -> None:
    with commune.store.reading() as connection:
        row = connection.execute("SELECT body FROM outbox").fetchone()
    assert row is not None
    event = json.loads(bytes(row[0]))
    event["data"]["message"]["papers"][0] |= bent
    event["digest"] = hashlib.sha256(canonical(event["data"])).hexdigest()
    signed = {**event, "signature": commune.identity.sign(canonical(event))}
    with pytest.raises(Invalid, match=r"data\.message\.papers\[0\]"):
        wire.read_event(signed, commune.identity.node, commune.identity.public())


def test_a_paper_that_the_message_does_not_declare_is_not_taken_in(
    commune: Site, police: Site,
) -> None:
    """However well it is signed: the drawing that both approved says what may cross."""
    code = commune.register(WITH_PAPERS)
    added(counter(commune), code, CERTIFICATE, BIRTH)
    (task,) = commune.open(code)
    commune.complete(task, {})
    with commune.store.reading() as connection:
        row = connection.execute("SELECT body FROM outbox").fetchone()
    assert row is not None
    event = json.loads(bytes(row[0]))
    event["data"]["message"]["papers"][0]["component"] = PRIVATE
    event["digest"] = hashlib.sha256(canonical(event["data"])).hexdigest()
    body = canonical(event)
    batch = wire.written([(body, commune.identity.sign(body))])
    token = commune.identity.assertion(police.identity.node, batch, police.clock.now())
    answer = requests.post(
        f"{police.base}/api/v1/handoffs", data=batch, timeout=20,
        headers={"Authorization": f"Bearer {token}", "Content-Type": wire.MEDIA_TYPE},
    )
    assert [one["answer"] for one in answer.json()["answers"]] == ["taken"]
    with police.store.reading() as connection:
        (entry,) = entries.chain(connection, code)
    assert [a["reason"] for a in read_body(entry)["content"]["outcome"]["acts"]] == [
        "paper-not-declared"]
    assert police.open(code) == []
    police.need_whole(code)


@pytest.mark.usefixtures("code")
def test_a_backup_does_not_miss_files_that_have_not_come_yet(police: Site, server: Path) -> None:
    with police.store.reading() as connection:
        url = embedded.address(server, database=connection.info.dbname)
    assert filing.recorded(url) == []
    assert police.fetch() == 2
    assert {name for name, _ in filing.recorded(url)} == {
        hashlib.sha256(file).hexdigest() for file in (BIRTH, FACE)}
