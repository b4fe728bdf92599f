"""An official signs a paper of a dossier: asked over HTTP, made by a worker, kept and provable."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import paper_files as make
import papers_town
import pytest
import served
import signing_town as town_of
import town
from signing_town import CONNECTOR, LEADER, Country, Place

from engine.audit import desk as auditor
from engine.clock import FixedClock
from engine.history import read_body, read_personal
from engine.inspection import Bounds
from engine.signatures import Trust, signatures_in
from engine.store import Store, entries
from engine.store.sweeping import sweep


def statuses(signing: Place, country: Country, code: str, number: int) -> list[str]:
    trust = Trust((country.root.der,))
    found = signatures_in(signing.content(code, number), trust, signing.clock.now())
    return [one.status for one in found]


def test_an_official_signs_a_result_and_the_signed_file_takes_its_place(
    signing: Place, country: Country,
) -> None:
    code = signing.with_result()
    before = signing.content(code, 1)
    asked = signing.ask(signing.leader, code, 1)
    assert asked.status_code == 202, asked.text
    assert signing.pending(code) == [{
        "paper": 1, "official": LEADER, "connector": CONNECTOR, "state": "waiting", "tries": 0,
        "asked_at": signing.pending(code)[0]["asked_at"], "failure": None,
        "etag": asked.json()["papers"][0]["etag"],
    }]
    signing.settle(code)
    assert signing.pending(code) == []
    old, new = signing.papers(code)
    assert (old["state"], new["state"], new["source"]) == ("replaced", "held", "signed")
    assert new["origin"] == f"{code}/1"
    after = signing.content(code, 2)
    assert after.startswith(before)
    assert statuses(signing, country, code, 2) == ["valid"]
    (told,) = new["signatures"]
    assert told["serial"] == country.leader.serial
    assert told["label"] == "hợp lệ"
    assert "Lê Thị Lãnh Đạo" in told["subject"]


def test_history_keeps_hashes_and_certificate_and_the_identity_number_beside_the_chain(
    signing: Place, country: Country,
) -> None:
    code = signing.with_result()
    signing.ask(signing.leader, code, 1)
    signing.settle(code)
    with signing.store.reading() as connection:
        last = entries.chain(connection, code)[-1]
    command = read_body(last)["content"]["command"]
    old, new = signing.papers(code)
    assert command["kind"] == "signature"
    assert command["before"] == {"sha256": old["sha256"], "size": old["size"]}
    assert command["file"] == {"sha256": new["sha256"], "size": new["size"]}
    assert command["certificate"]["serial"] == country.leader.serial
    assert "CA công vụ thử nghiệm" in command["certificate"]["issuer"]
    assert (command["official"], command["level"]) == (LEADER, "B-B")
    assert command["signed_at"] == "2026-11-09T01:00:00.000000Z"
    assert b"040099001234" not in last.body
    assert "040099001234" in read_personal(last)[1]["content"]["subject"]


def test_a_signed_dossier_is_done_again_without_keys_files_or_network(
    signing: Place, monkeypatch: pytest.MonkeyPatch,
) -> None:
    code = signing.with_result()
    signing.ask(signing.leader, code, 1)
    signing.settle(code)
    monkeypatch.delenv(town_of.VARIABLE)
    for file in signing.settings.home.rglob("*"):
        if file.is_file():
            file.unlink()
    assert auditor.replay_stored(signing.store, code).whole


def test_a_second_official_signs_behind_the_first_and_both_signatures_hold(
    signing: Place, country: Country,
) -> None:
    code = signing.with_result()
    signing.ask(signing.leader, code, 1)
    signing.settle(code)
    asked = signing.ask(signing.officer, code, 2)
    assert asked.status_code == 202, asked.text
    signing.settle(code)
    assert statuses(signing, country, code, 3) == ["valid", "valid"]
    assert signing.content(code, 3).startswith(signing.content(code, 2))
    told = signing.paper(code, 3)["signatures"]
    assert [one["serial"] for one in told] == [country.leader.serial, country.officer.serial]
    assert auditor.replay_stored(signing.store, code).whole


def test_a_double_click_asks_once(signing: Place, country: Country) -> None:
    code = signing.with_result()
    etag = signing.paper(code, 1)["etag"]
    first = signing.ask(signing.leader, code, 1, etag=etag, key="ky-1")
    again = signing.ask(signing.leader, code, 1, etag=etag, key="ky-1")
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    without = signing.ask(signing.leader, code, 1)
    assert (without.status_code, without.json()["code"]) == (409, "signature-under-way")
    signing.settle(code)
    assert [p["number"] for p in signing.papers(code)] == [1, 2]
    assert statuses(signing, country, code, 2) == ["valid"]


def test_two_officials_cannot_start_from_the_same_bytes(signing: Place) -> None:
    code = signing.with_result()
    signing.ask(signing.leader, code, 1)
    other = signing.ask(signing.officer, code, 1)
    assert (other.status_code, other.json()["official"]) == (409, LEADER)


def test_what_is_signed_is_what_was_read(signing: Place) -> None:
    code = signing.with_result()
    without = signing.leader.post(f"/dossiers/{code}/signatures", {"paper": 1})
    assert without.status_code == 428
    stale = signing.ask(signing.leader, code, 1, etag="something-else")
    assert stale.status_code == 412


def test_an_official_without_certificate_is_told_so_at_once(
    store: Store, clock: FixedClock, tmp_path: Path, country: Country,
) -> None:
    configured = town_of.configuration(tmp_path, country, {LEADER: country.leader})
    with town_of.opened(store, clock, tmp_path, configured) as signing:
        code = signing.with_result()
        refused = signing.ask(signing.officer, code, 1)
        assert (refused.status_code, refused.json()["code"]) == (403, "no-certificate")
        assert signing.pending(code) == []


def test_officials_of_other_agencies_see_nothing_to_sign(signing: Place) -> None:
    code = signing.with_result()
    stranger = signing.here.person(town.PROVINCE, "leader")
    assert stranger.post(f"/dossiers/{code}/signatures", {"paper": 1}).status_code == 404
    assert stranger.get(f"/dossiers/{code}/signatures").status_code == 404


@pytest.mark.parametrize(("body", "pointer"), [
    ({}, "/paper"), ({"paper": 1, "printed": 2}, "/paper"), ({"paper": "x"}, "/paper"),
    ({"paper": 1, "key": "x"}, "/key"),
], ids=["nothing", "both", "no number", "unknown"])
def test_a_body_that_names_no_one_paper_is_refused_with_its_place(
    signing: Place, body: dict[str, object], pointer: str,
) -> None:
    code = signing.with_result()
    refused = signing.leader.post(f"/dossiers/{code}/signatures", body, etag="x")
    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.json()["errors"]] == [pointer]


def test_a_paper_that_is_no_pdf_cannot_be_signed(signing: Place) -> None:
    code = papers_town.register(signing.here)
    papers_town.hand_in(signing.officer, code, papers_town.FORM, make.png(), file_name="don.png")
    refused = signing.ask(signing.leader, code, 1, component=papers_town.FORM)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-pdf")


@pytest.mark.parametrize("content", [make.pdf(), town_of.looping()], ids=["broken", "circular"])
def test_a_file_that_only_looks_like_a_pdf_ends_as_an_incident_that_can_be_withdrawn(
    signing: Place, content: bytes,
) -> None:
    code = signing.with_result(content)
    signing.ask(signing.leader, code, 1)
    signing.settle(code)
    (waiting,) = signing.pending(code)
    assert (waiting["state"], waiting["failure"]) == ("incident", "not_signable")
    withdrawn = signing.leader.post(
        f"/dossiers/{code}/signatures/1/withdraw", {}, etag=signing.paper(code, 1)["etag"])
    assert withdrawn.status_code == 200, withdrawn.text
    assert signing.pending(code) == []
    assert signing.paper(code, 1)["awaits_signature_of"] is None
    again = signing.leader.post(
        f"/dossiers/{code}/signatures/1/withdraw", {}, etag=signing.paper(code, 1)["etag"])
    assert (again.status_code, again.json()["code"]) == (409, "no-signature-asked")
    assert auditor.replay_stored(signing.store, code).whole


def test_a_paper_withdrawn_meanwhile_takes_the_asked_signature_with_it(signing: Place) -> None:
    code = signing.with_result()
    signing.ask(signing.leader, code, 1)
    gone = signing.officer.post(
        f"/dossiers/{code}/components/1/withdraw", {"reason": "Nhầm tệp."},
        etag=signing.paper(code, 1)["etag"],
    )
    assert gone.status_code == 200, gone.text
    assert signing.pending(code) == []
    assert signing.worker.drain() == 0
    assert [p["state"] for p in signing.papers(code)] == ["withdrawn"]


def test_a_hold_on_the_dossier_does_not_hold_a_signature(signing: Place) -> None:
    code = signing.with_result()
    served.act(signing.office, code, "request-supplement", reason="Thiếu giấy tờ.",
               items=["Giấy khai sinh"])
    asked = signing.ask(signing.leader, code, 1)
    assert asked.status_code == 202, asked.text
    signing.settle(code)
    assert signing.paper(code, 2)["source"] == "signed"


def test_what_the_sweep_takes_away_is_no_signed_paper(signing: Place) -> None:
    code = signing.with_result()
    signing.ask(signing.leader, code, 1)
    signing.settle(code)
    assert list(sweep(signing.store, signing.files, dry_run=False)) == []
    assert signing.content(code, 2).startswith(signing.content(code, 1))


def test_a_file_that_its_signature_makes_too_large_is_an_incident_that_says_so(
    signing: Place,
) -> None:
    code = signing.with_result()
    size = signing.paper(code, 1)["size"]
    signing.settings = replace(signing.settings, file_bounds=Bounds(size=size + 1000))
    signing.ask(signing.leader, code, 1)
    signing.settle(code)
    assert signing.pending(code)[0]["failure"] == "result-refused: file-too-large"
