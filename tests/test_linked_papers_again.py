"""A paper that a node sends again meets what became of it here: signed, erased, withdrawn, new."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
import signing_linked as two
import town
from linked import Site
from linked_drawings import AGAIN, CERTIFICATE, PHOTO, RESULT
from papers_linked import added, constable, content, counter, dead, files, make
from signing_linked import ask, erase, need_proven, sign, standing, step
from signing_town import one_page

from engine.store import call_states

FIRST, SECOND, THIRD, FACE = one_page(300), one_page(301), one_page(302), make.pdf(text="ảnh")


@pytest.fixture
def neighbours(signing_neighbours: tuple[Site, Site]) -> tuple[Site, Site]:
    """The two nodes of which the police's signs."""
    return signing_neighbours


@pytest.fixture
def code(commune: Site, police: Site) -> str:
    """A dossier whose certificate was handed over to the police and has come."""
    code = commune.register(AGAIN)
    added(counter(commune), code, CERTIFICATE, FIRST)
    step(commune, code)
    assert police.fetch() == 1
    return code


def hashed(file: bytes) -> str:
    return hashlib.sha256(file).hexdigest()


def downloads(site: Site, code: str) -> int:
    with site.store.reading() as connection:
        row = connection.execute(
            "SELECT count(*) FROM paper_download WHERE dossier = %s", (code,)).fetchone()
    return int(row[0]) if row else 0


def correct(commune: Site, code: str, number: int, file: bytes) -> None:
    """Put another file in the place of a paper at the commune, and tell the police."""
    added(counter(commune), code, CERTIFICATE, file, replaces=number)
    step(commune, code)


def test_a_signed_copy_stands_for_the_paper_that_comes_again(
    commune: Site, police: Site, code: str, tmp_path: Path,
) -> None:
    sign(police, code, 1)
    step(commune, code)
    assert standing(police, code) == [(1, "handed", "replaced"), (2, "signed", "held")]
    assert two.last(police, code)["stand"] == [{
        "origin": f"urn:test:commune/{code}/1", "sha256": hashed(FIRST), "number": 2,
        "state": "held",
    }]
    assert downloads(police, code) == 1
    assert need_proven(police, code, tmp_path).signatures == 1
    need_proven(commune, code, tmp_path)


def test_what_came_under_another_number_and_waited_is_proven_once_its_message_is_met(
    commune: Site, police: Site, code: str, tmp_path: Path,
) -> None:
    """The part meets the message by an entry of its own, which tells the sender's numbers."""
    sign(police, code, 1)
    added(counter(commune), code, PHOTO, FACE)
    step(commune, code)
    assert standing(police, code)[-1] == (3, "handed", "held"), "number 2 at the commune"
    police.fetch()
    step(police, code)
    need_proven(police, code, tmp_path)


def test_the_copy_of_a_copy_stands_for_it_too(
    commune: Site, police: Site, code: str, tmp_path: Path,
) -> None:
    sign(police, code, 1)
    sign(police, code, 2)
    step(commune, code)
    assert standing(police, code) == [
        (1, "handed", "replaced"), (2, "signed", "replaced"), (3, "signed", "held")]
    assert need_proven(police, code, tmp_path).signatures == 2


def test_another_paper_of_the_component_comes_in_beside_the_signed_copy(
    commune: Site, police: Site, code: str, tmp_path: Path,
) -> None:
    sign(police, code, 1)
    added(counter(commune), code, CERTIFICATE, SECOND)
    step(commune, code)
    assert standing(police, code) == [
        (1, "handed", "replaced"), (2, "signed", "held"), (3, "handed", "held")]
    assert police.fetch() == 1
    assert content(constable(police), code, 3).content == SECOND
    need_proven(police, code, tmp_path)


def test_an_erased_paper_stays_erased_and_its_message_is_taken(
    commune: Site, police: Site, code: str, tmp_path: Path,
) -> None:
    erase(police, town.POLICE, code, 1)
    step(police, code)
    added(counter(commune), code, PHOTO, FACE)
    step(commune, code)
    assert standing(police, code) == [(1, "handed", "erased"), (2, "handed", "held")]
    assert two.last(police, code)["stand"] == [{
        "origin": f"urn:test:commune/{code}/1", "sha256": hashed(FIRST), "number": 1,
        "state": "erased",
    }]
    assert police.fetch() == 1, "the photograph alone"
    assert downloads(police, code) == 2
    assert list(police.place.rglob(hashed(FIRST))) == []
    assert files(constable(police), code) == {(CERTIFICATE, 1): "erased", (PHOTO, 2): "here"}
    verdict = need_proven(police, code, tmp_path)
    assert (verdict.papers_erased, verdict.papers_awaited) == (1, 0)


def test_a_paper_erased_before_its_file_came_is_not_asked_for_when_it_comes_again(
    commune: Site, police: Site, tmp_path: Path,
) -> None:
    code = commune.register(AGAIN)
    added(counter(commune), code, CERTIFICATE, FIRST)
    step(commune, code)
    erase(police, town.POLICE, code, 1)
    step(commune, code)
    assert police.fetch() == 0
    assert dead(police) == ["erased: 12/QĐ-UBND"]
    assert standing(police, code) == [(1, "handed", "erased")]
    need_proven(police, code, tmp_path)


def test_a_signed_copy_that_was_erased_does_not_let_the_paper_come_back(
    commune: Site, police: Site, code: str, tmp_path: Path,
) -> None:
    sign(police, code, 1)
    erase(police, town.POLICE, code, 2)
    step(commune, code)
    assert standing(police, code) == [(1, "handed", "replaced"), (2, "signed", "erased")]
    assert two.last(police, code)["stand"][0]["number"] == 2
    need_proven(police, code, tmp_path)


def test_where_the_unsigned_file_alone_was_erased_the_signed_copy_still_stands(
    commune: Site, police: Site, code: str, tmp_path: Path,
) -> None:
    sign(police, code, 1)
    erase(police, town.POLICE, code, 1)
    step(commune, code)
    assert standing(police, code) == [(1, "handed", "erased"), (2, "signed", "held")]
    assert two.last(police, code)["stand"][0]["number"] == 2
    need_proven(police, code, tmp_path)


def test_a_new_version_replaces_the_signed_copy_whose_signature_stays_proven(
    commune: Site, police: Site, code: str, tmp_path: Path,
) -> None:
    signed = sign(police, code, 1)
    correct(commune, code, 1, SECOND)
    assert standing(police, code) == [
        (1, "handed", "replaced"), (2, "signed", "replaced"), (3, "handed", "held")]
    assert "stand" not in two.last(police, code)
    assert police.fetch() == 1
    assert content(constable(police), code, 3).content == SECOND
    assert content(constable(police), code, 2).content == signed
    assert need_proven(police, code, tmp_path).signatures == 1
    (place,) = police.place.rglob(hashed(signed))
    place.write_bytes(signed[:-1] + b"!")
    assert any("signed paper 1" in line for line in two.audited(police, tmp_path).broken)


def test_a_new_version_ends_the_signature_that_is_under_way_on_the_copy(
    commune: Site, police: Site, code: str, tmp_path: Path,
) -> None:
    sign(police, code, 1)
    ask(police, code, 2)
    call = two.kept(police, code)[1].call
    correct(commune, code, 1, SECOND)
    copy = two.kept(police, code)[1]
    assert (copy.state, copy.asked, copy.call) == ("replaced", "", "")
    with police.store.reading() as connection:
        assert call not in call_states.of_ids(connection, [call])
    assert police.calls().drain() == 0
    need_proven(police, code, tmp_path)


def test_the_first_version_that_comes_back_after_a_correction_is_entered_anew(
    commune: Site, police: Site, code: str, tmp_path: Path,
) -> None:
    sign(police, code, 1)
    correct(commune, code, 1, SECOND)
    correct(commune, code, 2, FIRST)
    assert standing(police, code) == [
        (1, "handed", "replaced"), (2, "signed", "replaced"), (3, "handed", "replaced"),
        (4, "handed", "held")]
    police.fetch()
    assert content(constable(police), code, 4).content == FIRST
    need_proven(police, code, tmp_path)


def test_a_new_version_of_an_erased_paper_comes_in(
    commune: Site, police: Site, code: str, tmp_path: Path,
) -> None:
    erase(police, town.POLICE, code, 1)
    correct(commune, code, 1, THIRD)
    assert standing(police, code) == [(1, "handed", "erased"), (2, "handed", "held")]
    assert police.fetch() == 1
    need_proven(police, code, tmp_path)


def test_the_signed_copy_stands_to_the_end_and_the_dossier_is_returned(
    commune: Site, police: Site, code: str, tmp_path: Path,
) -> None:
    sign(police, code, 1)
    for _ in range(3):
        step(commune, code)
    assert len(standing(police, code)) == 2
    added(constable(police), code, RESULT, THIRD)
    step(police, code)
    assert commune.fetch() == 1
    step(commune, code)
    step(commune, code)
    assert commune.dossier(code).standing.status == "returned"
    for site in (commune, police):
        need_proven(site, code, tmp_path)


def test_a_paper_that_was_erased_at_its_own_node_does_not_come_back_with_the_answer(
    commune: Site, police: Site, code: str, tmp_path: Path,
) -> None:
    """The police hand the certificate's very file back as their result; the commune erased it."""
    number = added(counter(commune), code, RESULT, THIRD)
    added(constable(police), code, RESULT, THIRD)
    erase(commune, town.COMMUNE, code, number)
    for _ in range(3):
        step(commune, code)
    step(police, code)
    told: list[Any] = [p for p in standing(commune, code) if p[0] >= number]
    assert told == [(number, "submitted", "erased")]
    assert commune.fetch() == 0
    need_proven(commune, code, tmp_path)
