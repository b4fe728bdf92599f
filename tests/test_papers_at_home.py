"""Papers in one database: what a message declares is seen by the other part at once, no more."""

from __future__ import annotations

import hashlib

import pytest
import town
from http_town import Person, Town
from linked_drawings import CERTIFICATE, PHOTO, PRIVATE, RESULT, WITH_PAPERS, drawing_with_papers
from papers_linked import added, content, files, hand_in, make, needs

from engine.audit.desk import replay_stored
from engine.clock import FixedClock
from engine.commands import CompleteTask
from engine.office import Office
from engine.store import Store, papers, tasks

BIRTH, TAX, DONE = (make.pdf(text=text) for text in ("sinh", "thuế", "thường trú"))


@pytest.fixture
def desk(here: Town, office: Office, clock: FixedClock) -> Person:
    town.bring_into_force(office, WITH_PAPERS, drawing_with_papers(), clock)
    return here.reception


@pytest.fixture
def police(here: Town) -> Person:
    return here.person(town.POLICE, "specialist")


@pytest.fixture
def code(here: Town, desk: Person) -> str:
    code = str(here.register(WITH_PAPERS)["code"])
    added(desk, code, CERTIFICATE, BIRTH)
    added(desk, code, PRIVATE, TAX)
    return code


def step(office: Office, store: Store, code: str) -> None:
    with store.reading() as connection:
        (task,) = [t for t in tasks.of_dossier(connection, code) if t.state == "open"]
    official = town.official(task.agency)
    office.execute(CompleteTask(task.id, {}), official, if_match=frozenset({"*"}))


def test_the_other_part_sees_the_same_file_in_the_same_transaction(
    office: Office, store: Store, desk: Person, police: Person, code: str,
) -> None:
    assert police.get(f"/dossiers/{code}/components").status_code == 404
    step(office, store, code)
    (told,) = [p for one in needs(police, code)["items"] for p in one["papers"]]
    assert (told["number"], told["sha256"]) == (1, hashlib.sha256(BIRTH).hexdigest())
    assert told["file"] == "here"
    assert content(police, code, 1).content == BIRTH
    assert replay_stored(store, code).whole


def test_what_is_not_declared_is_not_found_by_the_other_part(
    office: Office, store: Store, desk: Person, police: Person, code: str,
) -> None:
    step(office, store, code)
    assert content(police, code, 2).status_code == 404
    told = needs(police, code)
    assert [one["component"] for one in told["items"]] == [CERTIFICATE, RESULT]
    assert not any(one["required"] or one["offers"] for one in told["items"])
    withdrawn = police.post(
        f"/dossiers/{code}/components/2/withdraw", {"reason": "sai"}, etag="any")
    assert withdrawn.status_code == 404
    assert content(desk, code, 2).content == TAX


def test_a_paper_added_later_does_not_follow_by_itself(
    office: Office, store: Store, desk: Person, police: Person, code: str,
) -> None:
    step(office, store, code)
    added(desk, code, PHOTO, make.pdf(text="ảnh"))
    assert files(police, code) == {(CERTIFICATE, 1): "here"}


def test_the_result_of_the_part_goes_to_the_one_stop_unit_which_sees_all(
    office: Office, store: Store, desk: Person, police: Person, code: str,
) -> None:
    step(office, store, code)
    number = added(police, code, RESULT, DONE)
    assert content(police, code, number).content == DONE
    step(office, store, code)
    assert content(desk, code, number).content == DONE
    with store.reading() as connection:
        (result,) = [p for p in papers.of_dossier(connection, code) if p.component == RESULT]
    assert result.pools == ("asked", "origin")
    assert replay_stored(store, code).whole


def test_a_part_may_not_add_what_the_one_stop_unit_takes_in(
    office: Office, store: Store, police: Person, code: str,
) -> None:
    step(office, store, code)
    refused = hand_in(police, code, CERTIFICATE, make.pdf(text="khác"))
    assert refused.status_code == 403
