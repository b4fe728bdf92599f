"""What passes between nodes beside the messages of a drawing, and what is refused there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
import requests
import town
from linked import M001, Site, play

from engine.commands import PerformAct
from engine.errors import Conflict
from engine.history import canonical, read_body
from engine.links.wire import MEDIA_TYPE, written
from engine.store import dossiers, entries, nodes, outbox
from engine.store.outbox import Waiting

OFFICER = town.official(town.COMMUNE, "one_stop_officer")
ANY = frozenset({"*"})


def act(site: Site, code: str, name: str, **content: Any) -> None:
    site.office.execute(PerformAct(code, name, content), OFFICER, if_match=ANY)


def at_the_police(found: list[Site]) -> str:
    """A dossier on which the police have begun to work."""
    code = found[0].register(M001)
    play(found, code, "happy", until="Task_Check")
    return code


def waiting(site: Site, node: str) -> list[Waiting]:
    with site.store.unit() as unit:
        _, found = outbox.claim(unit.connection, node, 50, timedelta(0))
    return found


def post(site: Site, to: Site, events: list[tuple[bytes, str]], **bent: Any) -> requests.Response:
    body = bent.get("body", written(events))
    token = site.identity.assertion(
        bent.get("audience", to.identity.node), body, bent.get("now", site.clock.now()))
    return requests.post(
        f"{to.base}/api/v1/handoffs", data=bent.get("sent", body), timeout=20,
        headers={"Authorization": f"Bearer {token}", "Content-Type": MEDIA_TYPE},
    )


def signed(site: Site, found: list[Waiting]) -> list[tuple[bytes, str]]:
    return [(w.body, site.identity.sign(w.body)) for w in found]


def answers(response: requests.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [one["answer"] for one in response.json()["answers"]]


def elements(site: Site, code: str) -> list[str]:
    return [task.element for task in site.open(code)]


def test_a_withdrawn_dossier_ends_at_every_node(three_nodes: list[Site]) -> None:
    commune, police, _ = three_nodes
    code = at_the_police(three_nodes)
    assert police.open(code)
    act(commune, code, "withdraw", reason="Người nộp rút")
    commune.pump()
    assert police.open(code) == []
    assert police.dossier(code).standing.status == "withdrawn"
    police.need_whole(code)


def test_a_hold_at_the_origin_holds_the_tasks_of_other_nodes(three_nodes: list[Site]) -> None:
    commune, police, _ = three_nodes
    code = at_the_police(three_nodes)
    task = police.open(code)[0]
    act(commune, code, "request-supplement", reason="Thiếu giấy tờ")
    commune.pump()
    with pytest.raises(Conflict, match="held"):
        police.complete(police.open(code)[0], {})
    commune.clock.advance(timedelta(hours=1))
    act(commune, code, "receive-supplement")
    commune.pump()
    held = police.open(code)[0]
    assert held.due is not None
    assert task.due is not None
    assert held.due > task.due
    police.need_whole(code)
    commune.need_whole(code)


def test_acts_on_a_dossier_of_another_node_are_performed_there(three_nodes: list[Site]) -> None:
    _, police, _ = three_nodes
    code = at_the_police(three_nodes)
    leader = town.official(town.POLICE)
    with pytest.raises(Conflict, match="urn:test:commune"):
        police.office.execute(PerformAct(code, "refuse", {"reason": "x"}), leader, if_match=ANY)


def test_an_agency_of_another_node_is_consulted_and_answers(three_nodes: list[Site]) -> None:
    commune, police, insurance = three_nodes
    code = at_the_police(three_nodes)
    with commune.store.unit() as unit:
        nodes.place(unit.connection, (town.HANOI,), "urn:test:insurance")
    act(commune, code, "consult", agency=town.HANOI, question="Có ý kiến gì không?",
        duration="02 ngày")
    commune.pump()
    asked = next(t for t in insurance.open(code) if t.act == "answer")
    assert (asked.agency, asked.name) == (town.HANOI, "Trả lời lấy ý kiến: Có ý kiến gì không?")
    insurance.complete(asked, {"opinion": "Không có ý kiến gì"})
    insurance.pump()
    found = commune.dossier(code).standing.consultations
    assert [one.answered_at is not None for one in found] == [True]
    for site in three_nodes:
        if site is not police:
            site.need_whole(code)


def test_what_comes_twice_or_too_early_is_taken_in_once_and_in_order(
    three_nodes: list[Site],
) -> None:
    commune, police, _ = three_nodes
    code = at_the_police(three_nodes)
    act(commune, code, "request-supplement", reason="Thiếu")
    act(commune, code, "receive-supplement")
    first, second = signed(commune, waiting(commune, "urn:test:police"))
    assert answers(post(commune, police, [second])) == ["early"]
    assert answers(post(commune, police, [second])) == ["repeated"]
    assert police.dossier(code).standing.hold is None
    assert answers(post(commune, police, [first, first])) == ["taken", "repeated"]
    assert answers(post(commune, police, [second, first])) == ["repeated", "repeated"]
    assert police.dossier(code).links.peers["urn:test:commune"].received == 3
    police.need_whole(code)


def test_an_id_that_comes_with_other_content_is_refused(three_nodes: list[Site]) -> None:
    commune, police, _ = three_nodes
    code = at_the_police(three_nodes)
    act(commune, code, "request-supplement", reason="Thiếu")
    (found,) = waiting(commune, "urn:test:police")
    assert answers(post(commune, police, signed(commune, [found]))) == ["taken"]
    other = bytes(found.body).replace(b'"channel":"direct"', b'"channel":"online"')
    assert other != found.body
    event = json.loads(other)
    event["digest"] = digest(event["data"])
    again = replace(found, body=canonical(event))
    response = post(commune, police, signed(commune, [again]))
    assert response.json()["answers"][0]["code"] == "envelope-used"


def test_a_changed_byte_a_foreign_key_and_a_foreign_body_are_refused(
    three_nodes: list[Site],
) -> None:
    commune, police, insurance = three_nodes
    code = at_the_police(three_nodes)
    act(commune, code, "request-supplement", reason="Thiếu")
    found = waiting(commune, "urn:test:police")
    ((body, mark),) = signed(commune, found)
    changed = body.replace(b'"subject":"000', b'"subject":"001')
    assert answers(post(commune, police, [(changed, mark)])) == ["refused"]
    # Another node, known and allowed, can neither send it as its own nor sign it as theirs.
    police.know(insurance, (town.INSURANCE,))
    forged = (body, insurance.identity.sign(body))
    assert answers(post(insurance, police, [forged])) == ["refused"]
    assert answers(post(commune, police, [forged])) == ["refused"]
    assert post(commune, police, [(body, mark)], sent=b"[]").status_code == 401
    assert post(commune, police, [(body, mark)], audience="urn:test:other").status_code == 401
    late = commune.clock.now() - timedelta(hours=1)
    assert post(commune, police, [(body, mark)], now=late).status_code == 401
    assert answers(post(commune, police, [(body, mark)])) == ["taken"]


def test_a_node_may_send_only_what_it_was_allowed(three_nodes: list[Site]) -> None:
    commune, police, _ = three_nodes
    police.know(commune, (town.COMMUNE,), procedures="9.999999")
    code = commune.register(M001)
    with suppress(StopIteration):
        play(three_nodes, code, "happy", until="Task_Residence")
    assert police.dossier(code) is None
    with commune.store.reading() as connection:
        dead = outbox.listed(connection, state="dead", node="urn:test:police")
    assert [str(one.failure).split(":")[0] for one in dead] == ["not-allowed-here"]
    police.know(commune, (town.COMMUNE,))
    with commune.store.unit() as unit:
        assert outbox.redrive(unit.connection, dead[0].id)
        unit.commit()
    commune.pump()
    assert police.open(code)


def test_a_message_that_cannot_be_carried_out_is_told_to_its_sender(
    three_nodes: list[Site],
) -> None:
    commune, police, _ = three_nodes
    code = at_the_police(three_nodes)
    act(commune, code, "request-supplement", reason="Thiếu")
    (found,) = waiting(commune, "urn:test:police")
    event = json.loads(found.body)
    event["data"]["message"] = {
        "name": "motcua.act", "key": None, "sender": "", "process": None, "element": "x",
        "starts": False, "payload": {"act": "fly", "content": {}},
    }
    event["digest"] = digest(event["data"])
    poison = canonical(event)
    assert answers(post(commune, police, [(poison, commune.identity.sign(poison))])) == ["taken"]
    police.pump()
    alerts = commune.dossier(code).standing.alerts
    assert [(a.kind, a.about) for a in alerts] == [("handoff-failed", found.id)]
    assert "motcua.act.acknowledge.handoff-failed:" + found.id in elements(commune, code)
    police.need_whole(code)
    commune.need_whole(code)


def digest(data: Mapping[str, Any]) -> str:
    return sha256(canonical(data)).hexdigest()


#: What a node may sign and yet not say of a dossier that began at another one.
NOT_THEIRS = {
    "ends it": {"name": "motcua.cancel", "payload": {}},
    "moves it": {"name": "motcua.standing", "payload": {}},
    "asks for opinions": {"name": "motcua.consult", "payload": {}},
    "refuses it": {"name": "motcua.act", "payload": {"act": "refuse", "content": {"reason": "x"}},
                   "sender": "Process_M001_Police", "element": "Task_Check"},
    "withdraws it undrawn": {"name": "motcua.act", "payload": {"act": "withdraw", "content": {}}},
    "speaks as another's part": {"name": "Đã cấp thẻ BHYT", "payload": {},
                                 "sender": "Process_M001_Insurance",
                                 "process": "Process_M001_Commune"},
    "speaks to a part that is not drawn": {"name": "x", "payload": {}, "process": "Nobody"},
    "says what nobody can read": {"name": "motcua.progress", "payload": {"parts": [{}]}},
}


def bent(found: Waiting, sequence: int, message: Mapping[str, Any]) -> bytes:
    """An envelope like one that was sent, with another message and number."""
    event = json.loads(found.body)
    event["id"], event["sequence"] = f"bent-{sequence}", str(sequence)
    event["data"]["message"] = {
        "key": None, "sender": "", "process": None, "element": None, "starts": False, **message,
    }
    event["digest"] = digest(event["data"])
    return canonical(event)


def test_a_node_speaks_for_its_own_parts_alone_however_well_it_signs(
    three_nodes: list[Site],
) -> None:
    commune, police, _ = three_nodes
    code = at_the_police(three_nodes)
    task = police.open(code)[0]
    police.complete(task, {"verification_needed": False})
    found = waiting(police, "urn:test:commune")[-1]
    expected = commune.dossier(code).links.peers["urn:test:police"].received + 1
    before = commune.dossier(code).standing.status
    numbers = range(expected, expected + len(NOT_THEIRS))
    bodies = [bent(found, n, m) for n, m in zip(numbers, NOT_THEIRS.values(), strict=True)]
    said = answers(post(police, commune, [(body, police.identity.sign(body)) for body in bodies]))
    assert said == ["taken"] * len(NOT_THEIRS)
    with commune.store.reading() as connection:
        chain = entries.chain(connection, code)
    failed = [
        act["reason"] for entry in chain[-len(NOT_THEIRS):]
        for act in read_body(entry)["content"]["outcome"]["acts"] if act["act"] == "failed"
    ]
    assert failed == ["not-theirs"] * (len(NOT_THEIRS) - 1) + ["content-unreadable"]
    assert commune.dossier(code).standing.status == before
    with commune.store.reading() as connection:
        assert [part.status for part in dossiers.parts(connection, code)] == ["running"]
    commune.need_whole(code)


def test_nobody_opens_a_dossier_under_the_codes_of_an_agency_that_is_not_there(
    three_nodes: list[Site],
) -> None:
    commune, police, insurance = three_nodes
    at_the_police(three_nodes)
    police.know(insurance, (town.INSURANCE,))
    with commune.store.reading() as connection:
        row = connection.execute(
            "SELECT body FROM outbox WHERE node = 'urn:test:police' LIMIT 1").fetchone()
    assert row is not None
    for code, origin in (("000.41.21.G01-261109-0001", "urn:test:commune"),
                         ("000.21.30.H41-261109-0007", "urn:test:insurance"),
                         ("register", "urn:test:commune")):
        event = json.loads(row[0])
        event |= {"id": f"new-{code}", "source": origin, "subject": code, "sequence": "1"}
        event["data"]["dossier"] |= {"code": code, "origin": origin}
        event["digest"] = digest(event["data"])
        body = canonical(event)
        sender = commune if origin == "urn:test:commune" else insurance
        response = post(sender, police, [(body, sender.identity.sign(body))])
        assert response.json()["answers"][0]["code"] == "not-their-agency", code


def test_events_of_no_form_are_refused_one_by_one(three_nodes: list[Site]) -> None:
    commune, police, _ = three_nodes
    code = at_the_police(three_nodes)
    act(commune, code, "request-supplement", reason="Thiếu")
    (found,) = waiting(commune, "urn:test:police")
    deep: Any = {}
    for _ in range(60):
        deep = {"x": deep}
    changes: list[dict[str, Any]] = [
        {"sequence": "0"}, {"sequence": "9" * 30}, {"type": "sent"}, {"x": deep},
        {"specversion": "2"}, {"digest": "0"},
    ]
    odd = [canonical({**json.loads(found.body), **change}) for change in changes]
    event = json.loads(found.body)
    event["data"]["dossier"]["registered_at"] = "hôm qua"
    event["digest"] = digest(event["data"])
    odd.append(canonical(event))
    bodies = [*odd, bytes(found.body)]
    said = answers(post(commune, police, [(b, commune.identity.sign(b)) for b in bodies]))
    assert said == ["refused"] * len(odd) + ["taken"]
