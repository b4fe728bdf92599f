"""Who sees, asks for and withdraws signatures: agencies with a part, and each what is its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import papers_town
import pytest
import requests
import served
import signing_town as town_of
import town
from http_town import Person
from linked_drawings import CERTIFICATE, PRIVATE, RESULT, WITH_PAPERS, drawing_with_papers
from paper_town import can_print_pdf
from papers_linked import added
from signing_town import LEADER, Country, Place
from sketch import body, diagram, process

from engine.audit import desk as auditor
from engine.clock import FixedClock
from engine.commands import CompleteTask
from engine.store import Store, papers, tasks

CHIEF = town.official(town.POLICE, "leader").id
LANES = "9.000555"


@pytest.fixture
def place(
    store: Store, clock: FixedClock, tmp_path: Path, country: Country,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Place]:
    """The town in which leader and officer of the commune, and the chief of the police, can sign.
    """
    monkeypatch.setenv(town_of.VARIABLE, town_of.PASSPHRASE)
    chief = town_of.issue("Trưởng Công an xã", country.below)
    signers = {LEADER: country.leader, town_of.OFFICER: country.officer, CHIEF: chief}
    configured = town_of.configuration(tmp_path, country, signers)
    with town_of.opened(store, clock, tmp_path, configured) as found:
        yield found


def told(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["code"])


def withdraw(person: Person, place: Place, code: str, number: int = 1) -> requests.Response:
    etag = place.paper(code, number)["etag"]
    return person.post(f"/dossiers/{code}/signatures/{number}/withdraw", {}, etag=etag)


def step(place: Place, code: str, **answers: Any) -> None:
    """Complete the one task that stands open as somebody who may."""
    with place.store.reading() as connection:
        (task,) = [t for t in tasks.of_dossier(connection, code) if t.state == "open"]
    place.office.execute(
        CompleteTask(task.id, answers), town.official(task.agency), if_match=frozenset({"*"}))


# Agencies that were merely consulted


def test_a_consulted_agency_knows_the_dossier_and_finds_no_papers_and_no_signatures(
    place: Place,
) -> None:
    code = place.with_result()
    for component in (papers_town.FORM, papers_town.EARLIER):
        handed = papers_town.hand_in(place.officer, code, component, town_of.one_page())
        assert handed.status_code == 201, handed.text
    step(place, code, Gateway_B1="Tiếp nhận")
    asked = {"agency": town.POLICE, "question": "Có cư trú tại xã không?", "duration": "2 ngày"}
    served.act(place.office, code, "consult", **asked)
    assert place.ask(place.leader, code, 1).status_code == 202
    chief = place.here.person(town.POLICE, "leader")
    assert chief.get(f"/dossiers/{code}").status_code == 200
    dossier = f"/dossiers/{code}"
    answers = [
        chief.get(f"{dossier}/components"), chief.get(f"{dossier}/components/1/content"),
        chief.get(f"{dossier}/signatures"), chief.get(f"{dossier}/signatures/1"),
        chief.post(f"{dossier}/signatures", {"paper": 1}, etag="any"),
        chief.post(f"{dossier}/signatures", {"printed": 1}),
        chief.post(f"{dossier}/signatures/1/withdraw", {}, etag="any"),
        chief.post(f"{dossier}/components/1/withdraw", {"reason": "x"}, etag="any"),
        chief.post(f"{dossier}/components/{papers_town.FORM}", {"copy": "original"}, etag="any"),
    ]
    assert [told(answer) for answer in answers] == [(404, "no-dossier")] * len(answers)
    assert place.pending(code)[0]["official"] == LEADER


# Withdrawing what another was asked to sign


def test_a_colleague_does_not_withdraw_what_the_leader_is_asked_to_sign(place: Place) -> None:
    code = place.with_result()
    place.ask(place.leader, code, 1)
    for role in ("one_stop_officer", "specialist", "records_clerk"):
        refused = withdraw(place.here.person(town.COMMUNE, role), place, code)
        assert told(refused) == (403, "signature-of-another")
        assert refused.json()["official"] == LEADER
    assert [one["official"] for one in place.pending(code)] == [LEADER]
    assert withdraw(place.leader, place, code).status_code == 200
    assert place.pending(code) == []
    assert auditor.replay_stored(place.store, code).whole


def test_a_leader_of_the_agency_withdraws_what_an_officer_is_asked_to_sign(place: Place) -> None:
    code = place.with_result()
    place.ask(place.officer, code, 1)
    assert told(withdraw(place.here.person(town.COMMUNE, "office_head"), place, code))[0] == 403
    assert withdraw(place.leader, place, code).status_code == 200
    assert place.pending(code) == []


def test_a_leader_of_another_part_withdraws_nothing_of_this_one(
    place: Place, clock: FixedClock,
) -> None:
    code = with_both_parts(place, clock)
    chief = place.here.person(town.POLICE, "leader")
    number = added(chief, code, RESULT, town_of.one_page())
    etag = place.paper(code, number, RESULT)["etag"]
    asked = place.leader.post(f"/dossiers/{code}/signatures", {"paper": number}, etag=etag)
    assert asked.status_code == 202, asked.text
    etag = place.paper(code, number, RESULT)["etag"]
    path = f"/dossiers/{code}/signatures/{number}/withdraw"
    assert told(chief.post(path, {}, etag=etag)) == (403, "signature-of-another")
    assert place.leader.post(path, {}, etag=etag).status_code == 200


# Parts that see what was handed to them alone


def with_both_parts(place: Place, clock: FixedClock) -> str:
    """A dossier with a part at the commune and one at the police, the certificate handed over."""
    town.bring_into_force(place.office, WITH_PAPERS, drawing_with_papers(), clock)
    code = str(place.here.register(WITH_PAPERS)["code"])
    added(place.officer, code, CERTIFICATE, town_of.one_page(300))
    added(place.officer, code, PRIVATE, town_of.one_page(301))
    step(place, code)
    return code


def test_a_part_reads_and_signs_the_papers_handed_to_it_and_finds_no_others(
    place: Place, clock: FixedClock,
) -> None:
    code = with_both_parts(place, clock)
    chief = place.here.person(town.POLICE, "leader")
    dossier = f"/dossiers/{code}/signatures"
    assert chief.get(f"{dossier}/1").json()["signatures"] == []
    assert place.officer.get(f"{dossier}/2").status_code == 200
    etag = place.paper(code, 2, PRIVATE)["etag"]
    answers = [
        chief.get(f"{dossier}/2"), chief.post(dossier, {"paper": 2}, etag=etag),
        chief.post(f"{dossier}/2/withdraw", {}, etag=etag),
    ]
    assert [told(answer) for answer in answers] == [(404, "no-paper")] * 3
    etag = place.paper(code, 2, PRIVATE)["etag"]
    assert place.leader.post(dossier, {"paper": 2}, etag=etag).status_code == 202
    assert chief.get(dossier).json()["items"] == []
    assert [one["paper"] for one in place.pending(code)] == [2]


# What others have printed


def print_for(place: Place, code: str, person: Person) -> int:
    can_print_pdf()
    made = person.post(f"/dossiers/{code}/papers/supplement-request", {})
    assert made.status_code == 201, made.text
    return int(made.headers["Motcua-Entry"])


def test_a_printed_paper_is_signed_by_the_part_that_printed_it_and_by_no_other(
    place: Place, clock: FixedClock,
) -> None:
    code = with_both_parts(place, clock)
    served.act(place.office, code, "request-supplement", reason="Thiếu.", items=["Giấy khai sinh"])
    chief = place.here.person(town.POLICE, "leader")
    theirs = print_for(place, code, place.officer)
    ours = print_for(place, code, place.here.person(town.POLICE, "specialist"))
    dossier = f"/dossiers/{code}/signatures"
    refused = chief.post(dossier, {"printed": theirs})
    assert told(refused) == (403, "printed-elsewhere")
    assert "print your own" in refused.json()["detail"]
    assert told(place.leader.post(dossier, {"printed": ours})) == (403, "printed-elsewhere")
    with place.store.reading() as connection:
        assert len(papers.of_dossier(connection, code)) == 2
    asked = chief.post(dossier, {"printed": ours})
    assert asked.status_code == 202, asked.text
    assert place.leader.post(dossier, {"printed": theirs}).status_code == 202
    place.settle(code)
    with place.store.reading() as connection:
        last = [(p.source, p.pools) for p in papers.of_dossier(connection, code)[2:]]
    assert sorted(last) == [
        ("printed", ()), ("printed", ("asked",)), ("signed", ()), ("signed", ("asked",))]
    assert auditor.replay_stored(place.store, code).whole


def test_a_refused_signature_on_a_printed_paper_is_refused_again_under_the_same_key(
    place: Place, clock: FixedClock,
) -> None:
    code = with_both_parts(place, clock)
    served.act(place.office, code, "request-supplement", reason="Thiếu.", items=["Giấy khai sinh"])
    entry = print_for(place, code, place.officer)
    chief = place.here.person(town.POLICE, "leader")
    for _ in range(2):
        refused = chief.post(f"/dossiers/{code}/signatures", {"printed": entry}, key="k")
        assert told(refused) == (403, "printed-elsewhere")


def test_who_printed_counts_by_the_posts_they_held_that_day(
    place: Place, clock: FixedClock, owner: str,
) -> None:
    code = papers_town.register(place.here)
    served.act(place.office, code, "request-supplement", reason="Thiếu.", items=["Giấy khai sinh"])
    entry = print_for(place, code, place.officer)
    with served.psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(
            "UPDATE post SET until = '2026-11-09' WHERE person = %s", (town_of.OFFICER,))
    clock.advance(timedelta(days=1))
    asked = place.leader.post(f"/dossiers/{code}/signatures", {"printed": entry})
    assert asked.status_code == 202, asked.text


# Agencies of lanes


def drawing_with_a_lane() -> dict[str, bytes]:
    """One pool, the commune's, in which a step is the police's."""
    lanes = (
        '<bpmn:laneSet id="ls"><bpmn:lane id="l1" name="Một cửa" '
        'motcua:role="one_stop_officer"><bpmn:flowNodeRef>s</bpmn:flowNodeRef>'
        "<bpmn:flowNodeRef>receive</bpmn:flowNodeRef><bpmn:flowNodeRef>hand</bpmn:flowNodeRef>"
        "<bpmn:flowNodeRef>e</bpmn:flowNodeRef></bpmn:lane>"
        '<bpmn:lane id="l2" name="Công an" motcua:role="specialist" '
        'motcua:agency="dossier.receiving_agency.police">'
        "<bpmn:flowNodeRef>check</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"
    )
    inside = body(
        "start:s user:receive user:check user:hand end:e",
        "s>receive receive>check check>hand hand>e",
        f1='motcua:act="accept"', f2='motcua:act="settle"', f3='motcua:act="return"',
    )
    return {"lanes.bpmn": diagram(
        '<bpmn:collaboration id="town"><bpmn:participant id="p1" name="Xã" processRef="main" '
        'motcua:agency="dossier.receiving_agency"/></bpmn:collaboration>',
        process(lanes + inside, f'motcua:procedureCode="{LANES}" motcua:timeLimit="5 ngày" '
                'motcua:decision="1/QĐ" motcua:field="Thử" motcua:level="xã"'),
    )}


def test_an_agency_of_a_lane_is_told_whose_papers_they_are_and_what_to_do(
    place: Place, clock: FixedClock,
) -> None:
    town.bring_into_force(place.office, LANES, drawing_with_a_lane(), clock)
    code = str(place.here.register(LANES)["code"])
    added(place.officer, code, "other", town_of.one_page(), name="Đơn")
    step(place, code)
    chief = place.here.person(town.POLICE, "leader")
    dossier = f"/dossiers/{code}"
    assert chief.get(dossier).status_code == 200
    answers = [
        chief.post(f"{dossier}/signatures", {"paper": 1}, etag="any"),
        chief.post(f"{dossier}/signatures", {"printed": 1}), chief.get(f"{dossier}/signatures"),
        chief.get(f"{dossier}/signatures/1"), chief.get(f"{dossier}/components"),
    ]
    assert [told(answer) for answer in answers] == [(403, "papers-of-part")] * len(answers)
    said = answers[0].json()
    assert said["agencies"] == [town.COMMUNE]
    assert f"ask {town.COMMUNE}" in said["detail"]
    assert "bể riêng" in said["detail_vi"]
    stranger = place.here.person(town.INSURANCE, "leader")
    assert told(stranger.get(f"{dossier}/components")) == (404, "no-dossier")
