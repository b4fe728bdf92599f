"""Signed PDFs that are handed in: whose signatures they have is told, and none is refused."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import paper_files as make
import papers_town
import pytest
import signing_town as town_of
from http_town import Town
from papers_town import FORM
from signing_town import Authority, Country, Place

from engine.audit import desk as auditor
from engine.clock import FixedClock
from engine.history import read_personal
from engine.office import Office
from engine.signatures.signing import signed
from engine.store import Store, entries


@pytest.fixture
def place(
    store: Store, clock: FixedClock, tmp_path: Path, country: Country,
) -> Iterator[Place]:
    configured = town_of.configuration(tmp_path, country)
    since = clock.now() - timedelta(days=1)
    (tmp_path / "list.crl").write_bytes(country.below.revoking(country.officer, since=since))
    configured["signatures"]["crls"] = [str(tmp_path / "list.crl")]
    with town_of.opened(store, clock, tmp_path, configured) as found:
        yield found


def handed_in(place: Place, content: bytes) -> tuple[str, list[dict[str, Any]]]:
    code = papers_town.register(place.here)
    made = papers_town.hand_in(place.officer, code, FORM, content)
    assert made.status_code == 201, made.text
    return code, list(made.json()["papers"][0]["signatures"])


def by(one: Authority, place: Place, days: int = 0, content: bytes | None = None) -> bytes:
    at = place.clock.now() + timedelta(days=days)
    name = f"field-{one.serial}"
    return signed(content or town_of.one_page(), one.pen, at, name)


def test_a_signature_that_holds_is_told_with_its_signer_and_time(
    place: Place, country: Country,
) -> None:
    code, (told,) = handed_in(place, by(country.leader, place))
    assert told["status"] == "valid"
    assert told["serial"] == country.leader.serial
    assert told["signed_at"].startswith("2026-11-09T08:00:00")
    assert "Lê Thị Lãnh Đạo" in told["subject"]
    with place.store.reading() as connection:
        last = entries.chain(connection, code)[-1]
    assert b"040099001234" not in last.body
    assert "040099001234" in read_personal(last)[1]["content"]["signatures"][0]["subject"]
    assert papers_town.item(place.officer, code, FORM)["papers"][0]["signatures"] == [told]
    assert auditor.replay_stored(place.store, code).whole


def test_what_is_wrong_with_a_signature_is_told_and_the_paper_taken_all_the_same(
    place: Place, country: Country,
) -> None:
    altered = bytearray(by(country.leader, place))
    altered[20] ^= 1
    expected = {
        "unknown-ca": by(country.stranger, place), "expired": by(country.expired, place),
        "altered": bytes(altered), "not-yet-valid": by(country.leader, place, days=-3000),
    }
    elliptic = town_of.issue("Khóa đường cong", country.below, elliptic=True)
    assert handed_in(place, by(elliptic, place))[1][0]["status"] == "valid"
    found = {name: handed_in(place, content)[1][0]["status"] for name, content in expected.items()}
    assert found == {name: name for name in expected}


def test_a_certificate_that_was_revoked_is_told(place: Place, country: Country) -> None:
    (told,) = handed_in(place, by(country.officer, place))[1]
    assert (told["status"], told["label"]) == ("revoked", "chứng thư đã bị thu hồi")


def test_two_signatures_are_told_in_their_order(place: Place, country: Country) -> None:
    other = town_of.issue("Người thứ hai", country.below)
    first = by(country.leader, place)
    told = handed_in(place, by(other, place, content=first))[1]
    assert [(one["status"], one["serial"]) for one in told] == [
        ("valid", country.leader.serial), ("valid", other.serial)]


def test_a_scan_has_no_signature(place: Place) -> None:
    assert handed_in(place, make.pdf())[1] == []


@pytest.mark.parametrize("inside", [
    b"4 0 obj\n<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>\nendobj\n",
    b"4 0 obj\n<</ByteRange[" + b"[" * 30_000 + b"]>>\nendobj\n",
    b"4 0 obj\n<</Type/Sig/ByteRange[0 99999999999 -5 7]/Contents<3000>>>\nendobj\n",
], ids=["no field", "deep", "numbers"])
def test_what_only_looks_like_a_signature_harms_nothing(place: Place, inside: bytes) -> None:
    told = handed_in(place, make.pdf(inside))[1]
    assert {one["status"] for one in told} <= {"unreadable"}


def test_a_name_in_a_certificate_cannot_carry_more_than_a_name(
    place: Place, country: Country,
) -> None:
    odd = town_of.issue("A\x07\u202e" + "x" * 50, country.below)
    (told,) = handed_in(place, by(odd, place))[1]
    assert told["subject"].isprintable()


def test_without_any_authority_a_signature_is_told_as_not_checked(
    here: Town, office: Office, clock: FixedClock, country: Country,
) -> None:
    papers_town.open_procedure(office, clock)
    code = papers_town.register(here)
    content = signed(town_of.one_page(), country.leader.pen, clock.now(), "x")
    made = papers_town.hand_in(here.reception, code, FORM, content)
    assert made.status_code == 201, made.text
    assert made.json()["papers"][0]["signatures"][0]["status"] == "unchecked"


def test_without_the_library_a_signed_paper_is_taken_and_nothing_is_told(
    place: Place, country: Country, monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = by(country.leader, place)
    monkeypatch.setitem(sys.modules, "pyhanko", None)
    assert handed_in(place, content)[1] == []


def test_the_signed_paper_of_an_official_keeps_what_was_handed_in_signed(
    place: Place, country: Country, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(town_of.VARIABLE, town_of.PASSPHRASE)
    other = town_of.issue("Người nộp", country.below)
    code, _ = handed_in(place, by(other, place))
    assert place.ask(place.leader, code, 1, component=FORM).status_code == 202
    place.settle(code)
    told = place.paper(code, 2, FORM)["signatures"]
    assert [one["serial"] for one in told] == [other.serial, country.leader.serial]
    assert auditor.replay_stored(place.store, code).whole
