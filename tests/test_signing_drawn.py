"""A service task of a drawing signs the result, for the official whose step led to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import papers_town
import pytest
import served
import signing_town as town_of
import town
from served import drawn, mapped
from signing_town import CONNECTOR, LEADER, Country, Place, RemoteSigner
from sketch import body

from engine.audit import desk as auditor
from engine.calling import RetryService
from engine.clock import FixedClock
from engine.commands import CompleteTask, RegisterDossier
from engine.errors import Invalid
from engine.history import read_body
from engine.signatures import Trust, signatures_in
from engine.store import Store

CODE = "9.000011"
_ROLE = 'motcua:role="one_stop_officer"'
_LEADER = 'motcua:role="leader"'
_RESULT = ('<motcua:component code="MAU.KQ.000002" name="Kết quả" class="own_result" '
           'copy="electronic"/>')


def procedure(name: str = CONNECTOR, component: str = "'MAU.KQ.000002'") -> Mapping[str, bytes]:
    """`receive`, then `decide` by the leader, then `sign`, then `give`; `unsigned` if it cannot."""
    way = f'motcua:connector="{name}"'
    inside = body(
        "start:s user:receive user:decide service:sign user:give user:unsigned end:e end:e2",
        "s>receive receive>decide decide>sign sign>give give>e none>unsigned unsigned>e2",
        receive=_ROLE, decide=_LEADER, give=_ROLE, unsigned=_ROLE, sign=way,
    ) + served.error("none", "sign", "not_signable")
    lines = mapped({"component": component}, {"signed_paper": "paper", "signed_by": "official"})
    inside = inside.replace(f"{way}></bpmn", f"{way}>{lines}</bpmn")
    files = drawn(CODE, inside, '<bpmn:error id="error_not_signable" errorCode="not_signable"/>')
    content = files["main.bpmn"].decode()
    content = re.sub(
        r"(<bpmn:process [^>]*>)",
        rf"\1<bpmn:extensionElements>{_RESULT}</bpmn:extensionElements>", content, count=1)
    return {"main.bpmn": content.encode()}


@pytest.fixture
def place(
    store: Store, clock: FixedClock, tmp_path: Path, country: Country,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Place]:
    monkeypatch.setenv(town_of.VARIABLE, town_of.PASSPHRASE)
    configured = town_of.configuration(tmp_path, country, attempts=2)
    with town_of.opened(store, clock, tmp_path, configured) as found:
        town.bring_into_force(found.office, CODE, procedure(), clock)
        yield found


def complete(place: Place, code: str, role: str) -> None:
    (task,) = town.open_tasks(place.store, code)
    place.office.execute(
        CompleteTask(task.id), town.official(town.COMMUNE, role), if_match=frozenset({"*"}))


def reach(place: Place, content: bytes | None) -> str:
    """Register, add the result where there is one, and let the leader decide."""
    command = RegisterDossier(CODE, town.COMMUNE, "direct", {"name": "Nguyễn Văn A"})
    code = str(place.office.execute(
        command, town.official(town.COMMUNE, "one_stop_officer")).body["code"])
    complete(place, code, "one_stop_officer")
    if content is not None:
        made = papers_town.hand_in(
            place.officer, code, papers_town.RESULT, content, copy="electronic")
        assert made.status_code == 201, made.text
    complete(place, code, "leader")
    return code


def elements(place: Place, code: str) -> list[str]:
    return served.elements(place.store, code)


def calls(place: Place) -> list[tuple[Any, ...]]:
    with place.store.reading() as connection:
        return connection.execute("SELECT incident, failure FROM service_call").fetchall()


def test_the_result_is_signed_by_the_leader_who_decided_and_the_drawing_goes_on(
    place: Place, country: Country,
) -> None:
    code = reach(place, town_of.one_page())
    assert elements(place, code) == ["sign"]
    place.work(until=lambda: elements(place, code) == ["give"])
    (found,) = signatures_in(
        place.content(code, 2), Trust((country.root.der,)), place.clock.now())
    assert (found.status, found.serial) == ("valid", country.leader.serial)
    command = read_body(served.chain(place.store, code)[-1])["content"]["command"]
    assert (command["kind"], command["official"]) == ("signature", LEADER)
    assert auditor.replay_stored(place.store, code).whole
    assert calls(place) == []


def test_without_a_result_the_drawing_takes_the_way_that_it_draws_for_that(place: Place) -> None:
    code = reach(place, None)
    place.work(until=lambda: elements(place, code) == ["unsigned"])
    assert auditor.replay_stored(place.store, code).whole


def test_a_signature_of_the_officers_that_came_first_is_kept_under_the_leaders(
    place: Place, country: Country,
) -> None:
    code = reach(place, town_of.one_page())
    assert place.ask(place.officer, code, 1).status_code == 202
    place.work(until=lambda: elements(place, code) == ["give"] and not place.pending(code))
    signers = {one["serial"] for one in place.papers(code)[-1]["signatures"]}
    last = place.papers(code)[-1]["number"]
    found = signatures_in(place.content(code, last), Trust((country.root.der,)), place.clock.now())
    assert {one.status for one in found} == {"valid"}
    assert signers <= {country.leader.serial, country.officer.serial}
    assert country.leader.serial in signers
    assert auditor.replay_stored(place.store, code).whole


def test_a_hold_keeps_a_drawn_signature_from_moving_the_dossier(place: Place) -> None:
    code = reach(place, town_of.one_page())
    served.act(place.office, code, "request-supplement", reason="Thiếu.", items=["Giấy tờ"])
    assert place.worker.drain() == 0
    served.act(place.office, code, "receive-supplement")
    place.work(until=lambda: elements(place, code) == ["give"])


def test_no_official_signs_where_none_has_acted(
    store: Store, clock: FixedClock, tmp_path: Path, country: Country,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(town_of.VARIABLE, town_of.PASSPHRASE)
    files = procedure()["main.bpmn"].decode()
    # A second signature, straight behind the first: the machine led there, and it has no key.
    files = files.replace('id="give"', 'id="give" motcua:connector="ky-so"')
    files = files.replace("<bpmn:userTask id=\"give\"", "<bpmn:serviceTask id=\"give\"", 1)
    files = re.sub(r'(<bpmn:serviceTask id="give".*?)</bpmn:userTask>', r"\1</bpmn:serviceTask>",
                   files, count=1, flags=re.DOTALL)
    configured = town_of.configuration(tmp_path, country)
    with town_of.opened(store, clock, tmp_path, configured) as place:
        town.bring_into_force(place.office, CODE, {"main.bpmn": files.encode()}, clock)
        code = reach(place, town_of.one_page())
        place.work(until=lambda: any(row[0] for row in calls(place)))
        ((_, why),) = calls(place)
        assert why.startswith("official-unknown")
        assert elements(place, code) == ["give"]


def test_a_paper_that_changes_while_it_is_signed_is_signed_anew_as_it_is_then(
    store: Store, clock: FixedClock, tmp_path: Path, country: Country,
) -> None:
    def meanwhile(signer: RemoteSigner, asked: dict[str, Any]) -> tuple[int, bytes]:
        if len(signer.asked) == 1:
            gone = place.officer.post(
                f"/dossiers/{code}/components/1/withdraw", {"reason": "Nhầm."},
                etag=place.papers(code)[-1]["etag"])
            assert gone.status_code == 200, gone.text
            made = papers_town.hand_in(
                place.officer, code, papers_town.RESULT, town_of.one_page(400), copy="electronic")
            assert made.status_code == 201, made.text
        return town_of.signing(signer, asked)

    with town_of.remote(country.leader) as signer:
        signer.answer = meanwhile
        configured = town_of.held_remotely(tmp_path, country, signer)
        configured["connectors"][CONNECTOR]["remote"]["timeout"] = 10
        with town_of.opened(store, clock, tmp_path, configured) as place:
            town.bring_into_force(place.office, CODE, procedure(), clock)
            code = reach(place, town_of.one_page())
            place.work(until=lambda: elements(place, code) == ["give"])
            assert [(p["number"], p["state"]) for p in place.papers(code)] == [
                (1, "withdrawn"), (2, "replaced"), (3, "held")]
            assert auditor.replay_stored(place.store, code).whole


def test_an_operator_lets_a_drawn_signature_that_failed_be_tried_again(
    place: Place, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(town_of.VARIABLE, "sai")
    code = reach(place, town_of.one_page())
    place.work(until=lambda: any(row[0] for row in calls(place)))
    monkeypatch.setenv(town_of.VARIABLE, town_of.PASSPHRASE)
    (task,) = town.open_tasks(place.store, code)
    place.office.execute(RetryService(task.id), served.OPERATOR)
    place.work(until=lambda: elements(place, code) == ["give"])


def test_a_drawing_that_names_an_unknown_signing_connector_is_refused_on_submission(
    place: Place, clock: FixedClock,
) -> None:
    with pytest.raises(Invalid) as refusal:
        town.bring_into_force(place.office, CODE, procedure("chua-khai-bao"), clock)
    assert [fault.code for fault in refusal.value.faults] == ["unknown-connector"]
