"""Signatures in papers of another node: read when asked, judged by the roots of this node alone."""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import signing_linked as two
import town
from http_town import Person
from linked import Site
from linked_drawings import AGAIN, CERTIFICATE, PRIVATE, RESULT
from papers_linked import added, constable, counter, make, needs
from signing_linked import erase, need_proven, sign, step
from signing_town import Authority, Country, one_page

from engine.clock import FixedClock
from engine.signatures.signing import signed


@pytest.fixture
def neighbours(signing_neighbours: tuple[Site, Site]) -> tuple[Site, Site]:
    """The police trust the country's root, the commune nobody."""
    return signing_neighbours


def by(one: Authority, clock: FixedClock, content: bytes | None = None) -> bytes:
    return signed(content or one_page(), one.pen, clock.now(), f"field-{one.serial}")


def handed(commune: Site, police: Site, *contents: bytes, fetch: bool = True) -> str:
    """A dossier whose certificates, these files, were handed over to the police."""
    code = commune.register(AGAIN)
    for content in contents:
        added(counter(commune), code, CERTIFICATE, content)
    step(commune, code)
    if fetch:
        assert police.fetch() == len(contents)
    return code


def asked(person: Person, code: str, number: int) -> requests.Response:
    return person.get(f"/dossiers/{code}/signatures/{number}")


def read(person: Person, code: str, number: int = 1) -> list[dict[str, Any]]:
    answer = asked(person, code, number)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["signatures"])


def test_a_signature_made_at_another_node_is_told_with_who_when_and_whether_it_holds(
    commune: Site, police: Site, clock: FixedClock, country: Country, tmp_path: Path,
) -> None:
    code = handed(commune, police, by(country.officer, clock))
    clock.advance(timedelta(hours=1))
    began = time.perf_counter()
    answer = asked(constable(police), code, 1)
    print(f"read in {time.perf_counter() - began:.2f} s")
    assert answer.headers["Cache-Control"] == "no-store"
    assert (answer.json()["paper"], answer.json()["source"]) == (1, "handed")
    (told,) = answer.json()["signatures"]
    assert "Trần Văn Một Cửa" in told.pop("subject")
    assert "CA công vụ thử nghiệm" in told.pop("issuer")
    assert told == {
        "status": "valid", "label": "hợp lệ", "label_en": "valid", "intact": True,
        "trust": "trusted", "serial": country.officer.serial, "level": "B-B",
        "signed_at": "2026-11-09T08:00:00+07:00", "made": "elsewhere",
    }
    need_proven(police, code, tmp_path)


def test_the_list_of_papers_says_that_signatures_of_another_node_were_not_read(
    commune: Site, police: Site, clock: FixedClock, country: Country,
) -> None:
    code = handed(commune, police, by(country.officer, clock))
    told = {
        site: [(p["signatures_read"], len(p["signatures"])) for one in
               needs(person, code)["items"] for p in one["papers"]]
        for site, person in (("commune", counter(commune)), ("police", constable(police)))
    }
    assert told == {"commune": [(True, 1)], "police": [(False, 0)]}


def test_whose_root_is_not_configured_is_told_as_untrusted(
    commune: Site, police: Site, clock: FixedClock, country: Country,
) -> None:
    code = handed(commune, police, by(country.stranger, clock))
    (told,) = read(constable(police), code)
    assert (told["status"], told["intact"], told["trust"]) == ("unknown-ca", True, "untrusted")
    assert told["label_en"] == "its certificate comes from no authority that is trusted here"


def test_a_node_without_any_root_trusts_no_signature_however_whole(
    commune: Site, police: Site, clock: FixedClock, country: Country,
) -> None:
    code = handed(commune, police, one_page(300))
    added(constable(police), code, RESULT, by(country.officer, clock))
    for _ in range(3):
        step(commune, code)
    step(police, code)
    assert commune.fetch() == 1
    (told,) = read(counter(commune), code, 2)
    assert (told["status"], told["intact"], told["trust"]) == ("unchecked", True, "untrusted")


def test_each_fault_is_told_and_none_is_trusted(
    commune: Site, police: Site, clock: FixedClock, country: Country,
) -> None:
    altered = bytearray(by(country.officer, clock))
    altered[20] ^= 1
    code = handed(commune, police, bytes(altered), by(country.expired, clock))
    found = [read(constable(police), code, number)[0] for number in (1, 2)]
    assert [(one["status"], one["intact"], one["trust"]) for one in found] == [
        ("altered", False, "untrusted"), ("expired", True, "untrusted")]


def test_what_is_signed_here_behind_a_signature_from_elsewhere_is_told_apart(
    commune: Site, police: Site, clock: FixedClock, country: Country, tmp_path: Path,
) -> None:
    code = handed(commune, police, by(country.officer, clock))
    sign(police, code, 1)
    told = read(constable(police), code, 2)
    assert [(one["serial"], one["made"], one["trust"]) for one in told] == [
        (country.officer.serial, "elsewhere", "trusted"),
        (country.leader.serial, "here", "trusted")]
    (copy,) = [p for one in needs(constable(police), code)["items"] for p in one["papers"]
               if p["number"] == 2]
    assert copy["signatures_read"] is False
    assert [one["serial"] for one in copy["signatures"]] == [country.leader.serial]
    need_proven(police, code, tmp_path)


GARBAGE = {
    "no field": b"4 0 obj\n<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>\nendobj\n",
    "deep": b"4 0 obj\n<</ByteRange[" + b"[" * 30_000 + b"]>>\nendobj\n",
    "numbers": b"4 0 obj\n<</Type/Sig/ByteRange[0 99999999999 -5 7]/Contents<3000>>>\nendobj\n",
}


#: What stands in a signed file, and what is put in its place.
BENT = (
    (b"/ETSI.CAdES.detached", b"/ETSI.CAdES.attached"), (b"/ByteRange [", b"/ByteRange <"),
    (b"/Contents <3", b"/Contents <z"), (b"/Contents <3082", b"/Contents <3030"),
    (b"/Type /Sig\n", b"/Type /Gis\n"),
)


def test_garbage_where_signatures_should_stand_is_told_as_such_and_never_breaks(
    commune: Site, police: Site, clock: FixedClock, country: Country,
) -> None:
    whole = by(country.officer, clock)
    contents = [make.pdf(inside) for inside in GARBAGE.values()]
    for was, put in BENT:
        assert was in whole
        contents.append(whole.replace(was, put))
    code = handed(commune, police, *contents)
    for number in range(1, len(contents) + 1):
        (told,) = read(constable(police), code, number)
        assert (told["status"], told["intact"], told["trust"]) == ("unreadable", None, "untrusted")
        assert told["label"] == "không đọc được chữ ký"


def test_a_signature_that_cannot_be_read_hides_none_that_can(
    commune: Site, police: Site, clock: FixedClock, country: Country,
) -> None:
    odd = by(country.officer, clock).replace(b"/ETSI.CAdES.detached", b"/ETSI.CAdES.attached")
    code = handed(commune, police, odd)
    signed_here = sign(police, code, 1)
    assert signed_here.startswith(odd)
    assert [(one["status"], one["made"]) for one in read(constable(police), code, 2)] == [
        ("unreadable", "elsewhere"), ("valid", "here")]


def test_a_paper_without_signatures_has_none(commune: Site, police: Site) -> None:
    code = handed(commune, police, one_page(300))
    added(constable(police), code, RESULT, make.png(), file_name="ket-qua.png")
    assert (read(constable(police), code, 1), read(constable(police), code, 2)) == ([], [])


def test_signatures_of_a_file_that_has_not_come_cannot_come_or_was_erased_are_refused_so(
    commune: Site, police: Site, clock: FixedClock, country: Country,
) -> None:
    code = handed(commune, police, by(country.officer, clock), fetch=False)
    desk = constable(police)

    def refusal(number: int = 1) -> tuple[int, str]:
        answer = asked(desk, code, number)
        return answer.status_code, answer.json()["code"]

    assert refusal() == (409, "paper-pending")
    for file in commune.place.rglob("?" * 64):
        file.unlink()
    police.fetch()
    assert refusal() == (409, "paper-failed")
    erase(police, town.POLICE, code, 1)
    assert refusal() == (404, "paper-erased")
    assert refusal(9) == (404, "no-paper")


def test_signatures_of_papers_that_were_not_handed_to_a_part_are_not_there_for_it(
    commune: Site, police: Site, clock: FixedClock, country: Country,
) -> None:
    code = commune.register(AGAIN)
    added(counter(commune), code, PRIVATE, by(country.officer, clock))
    step(commune, code)
    assert asked(constable(police), code, 1).json()["code"] == "no-paper"
    stranger = police.person(town.INSURANCE, "leader")
    assert asked(stranger, code, 1).json()["code"] == "no-dossier"


def test_without_the_library_the_reader_is_told_what_to_install(
    commune: Site, police: Site, clock: FixedClock, country: Country,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code = handed(commune, police, by(country.officer, clock))
    monkeypatch.setitem(sys.modules, "pyhanko", None)
    answer = asked(constable(police), code, 1)
    assert (answer.status_code, answer.json()["code"]) == (501, "signing-not-installed")


def test_a_paper_that_has_not_come_or_cannot_come_is_not_signed(
    commune: Site, police: Site, tmp_path: Path,
) -> None:
    code = handed(commune, police, one_page(300), fetch=False)
    chief = police.person(town.POLICE, "leader")

    def ask() -> tuple[int, str]:
        (paper,) = [p for one in needs(chief, code)["items"] for p in one["papers"]]
        answer = chief.post(f"/dossiers/{code}/signatures", {"paper": 1}, etag=paper["etag"])
        return answer.status_code, answer.json().get("code", "")

    assert ask() == (409, "paper-pending")
    (file,) = commune.place.rglob("?" * 64)
    whole = file.read_bytes()
    file.unlink()
    police.fetch()
    assert ask() == (409, "paper-failed")
    assert [(p.asked, p.revision) for p in two.kept(police, code)] == [("", 1)]
    file.write_bytes(whole)
    with police.store.unit() as unit:
        unit.connection.execute("UPDATE paper_download SET state = 'waiting'")
        unit.commit()
    assert police.fetch() == 1
    assert ask() == (202, "")
    need_proven(police, code, tmp_path)
