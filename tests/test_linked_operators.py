"""What the operator of a node sees and does: the pull feed, webhooks, keys, silence, backlogs."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import town
from http_town import Person
from linked import M001, Site, play
from loopback import reply, talking
from test_linked_handoffs import act, at_the_police, waiting

from api.backlogs import Backlogs
from engine.links.identity import Identity, make_key, read_keys
from engine.store import nodes, outbox
from engine.store.nodes import Node

POLICE = "urn:test:police"


@pytest.fixture
def pulling(three_nodes: list[Site]) -> tuple[Site, Site]:
    """The commune, and the police who cannot be called and fetch."""
    commune, police, _ = three_nodes
    set_node(commune, POLICE, kind="pull")
    return commune, police


def set_node(site: Site, name: str, **new: Any) -> None:
    with site.store.unit() as unit:
        known = nodes.by_id(unit.connection, name)
        assert known is not None
        nodes.put(unit.connection, replace(known, **new), site.clock.now())


def bring(site: Site) -> int:
    """Deliver what waits for the police, as a worker does that was woken for it."""
    return site.deliveries().drain(POLICE)


def state_of(site: Site, node: str) -> Node:
    with site.store.reading() as connection:
        found = nodes.by_id(connection, node)
    assert found is not None
    return found


def call(site: Site, by: Site, path: str, **query: Any) -> requests.Response:
    token = by.identity.assertion(site.identity.node, b"", site.clock.now())
    return requests.get(
        f"{site.base}/api/v1{path}", params=query, timeout=20,
        headers={"Authorization": f"Bearer {token}"},
    )


def fetch(site: Site, by: Site, after: int, **query: Any) -> tuple[list[str], int]:
    answer = call(site, by, "/events", after=after, **query)
    assert answer.status_code == 200, answer.text
    return [event["sequence"] for event in answer.json()["items"]], answer.json()["next"]


def test_a_node_that_cannot_be_called_fetches_and_acknowledges(
    pulling: tuple[Site, Site],
) -> None:
    commune, police = pulling
    code = commune.register(M001)
    play([commune], code, "happy", until="Task_Check")
    for reason in ("Thiếu tờ khai", "Thiếu ảnh"):
        act(commune, code, "request-supplement", reason=reason)
        act(commune, code, "receive-supplement")
    assert commune.deliveries().waiting() == ["urn:test:insurance"]
    first, then = fetch(commune, police, 0, limit=2)
    assert first == ["1", "2"]
    # Nothing is acknowledged before it is asked for what lies behind: a lost answer comes again.
    assert fetch(commune, police, 0, limit=2) == (first, then)
    rest, last = fetch(commune, police, then)
    assert rest == ["3", "4", "5"]
    assert fetch(commune, police, last) == ([], last)
    with commune.store.reading() as connection:
        states = {one.state for one in outbox.listed(connection, node=POLICE)}
    assert states == {"delivered"}
    # Who has lost what was fetched reads it again.
    assert fetch(commune, police, then) == (rest, last)


def test_what_is_committed_late_is_not_passed_over(pulling: tuple[Site, Site]) -> None:
    commune, police = pulling
    late, early = commune.register(M001), commune.register(M001)
    play([commune], late, "happy", until="Task_B3")
    with commune.store.unit() as holding:
        # A number is drawn and its transaction stays open while others go on.
        holding.connection.execute(
            "INSERT INTO outbox (id, node, dossier, sequence, kind, body) "
            "VALUES ('late', %s, %s, 99, 'sent', %s)", (POLICE, late, b'{"a":1}'))
        play([commune], early, "happy", until="Task_Check")
        _, after = fetch(commune, police, 0)
        assert after > 0
        holding.connection.commit()
    answer = call(commune, police, "/events", after=after)
    assert len(answer.json()["items"]) == 1
    # Its answer is lost, and it is asked again in the same way.
    assert call(commune, police, "/events", after=after).json() == answer.json()


def test_a_webhook_receiver_gets_standard_webhooks(three_nodes: list[Site]) -> None:
    commune = three_nodes[0]
    code = at_the_police(three_nodes)
    with talking(reply(b"", status="204 No Content")) as (port, came):
        set_node(commune, POLICE, kind="webhook", url=f"http://127.0.0.1:{port}/hook")
        act(commune, code, "request-supplement", reason="Thiếu")
        assert bring(commune) == 1
    head, _, body = came[0].partition(b"\r\n\r\n")
    lines = (line.partition(": ") for line in head.decode().split("\r\n")[1:])
    headers = {name.lower(): value for name, _, value in lines}
    event = json.loads(body)
    assert headers["webhook-id"] == event["id"]
    assert headers["content-type"] == "application/cloudevents+json"
    version, _, mark = headers["webhook-signature"].partition(",")
    assert version == "v1a"
    signed = f"{event['id']}.{headers['webhook-timestamp']}.".encode() + body
    public: Any = commune.identity.keys[0].public_key
    public.verify(base64.b64decode(mark), signed)  # raises where it does not hold


def test_a_webhook_that_falls_silent_gets_nothing_twice(three_nodes: list[Site]) -> None:
    commune = three_nodes[0]
    code = at_the_police(three_nodes)
    for _ in range(3):
        act(commune, code, "request-supplement", reason="Thiếu")
        act(commune, code, "receive-supplement")
    answers = iter(["204 No Content"] * 2 + ["503 Busy"] * 2 + ["204 No Content"] * 9)

    def talk(end: Any, request: bytes) -> None:
        reply(b"", status=next(answers))(end, request)

    with talking(talk) as (port, came):
        set_node(commune, POLICE, kind="webhook", url=f"http://127.0.0.1:{port}/hook")
        assert bring(commune) == 2
        assert state_of(commune, POLICE).failures == 1
        set_node(commune, POLICE)
        assert bring(commune) == 4
    sequences = [json.loads(one.partition(b"\r\n\r\n")[2])["sequence"] for one in came]
    assert sequences == ["2", "3", "4", "4", "4", "5", "6", "7"]


def test_an_event_that_a_webhook_refuses_is_put_off_alone(three_nodes: list[Site]) -> None:
    commune = three_nodes[0]
    first, second = at_the_police(three_nodes), at_the_police(three_nodes)
    for code in (first, second):
        act(commune, code, "request-supplement", reason="Thiếu")

    def talk(end: Any, request: bytes) -> None:
        refused = first.encode() in request
        reply(b"", status="400 Bad" if refused else "204 No Content")(end, request)

    with talking(talk) as (port, _):
        set_node(commune, POLICE, kind="webhook", url=f"http://127.0.0.1:{port}/hook")
        assert bring(commune) == 1
    with commune.store.reading() as connection:
        (left,) = outbox.listed(connection, node=POLICE, state="waiting")
    assert (left.dossier, left.tries, left.failure) == (first, 1, "status 400")


@pytest.mark.parametrize(("talk", "says"), [
    (reply(status="302 Found", Location="http://127.0.0.1:1/"), "status 302"),
    (reply(b"x" * 600_000), "too large"),
    (reply(b"not JSON"), "cannot be read"),
])
def test_redirects_are_not_followed_and_answers_without_measure_not_read(
    three_nodes: list[Site], talk: Any, says: str,
) -> None:
    commune = three_nodes[0]
    code = at_the_police(three_nodes)
    with talking(talk) as (port, came):
        set_node(commune, POLICE, url=f"http://127.0.0.1:{port}")
        act(commune, code, "request-supplement", reason="Thiếu")
        assert bring(commune) == 0
    assert len(came) == 1
    assert says in str(state_of(commune, POLICE).failure)
    # The same at a private address that nobody allowed: it is not even called.
    with talking(talk) as (port, came):
        set_node(commune, POLICE, url=f"http://127.0.0.1:{port}", private=False)
        assert bring(commune) == 0
    assert came == []
    assert "may not be called" in str(state_of(commune, POLICE).failure)


def test_a_suspended_node_is_neither_called_nor_heard(three_nodes: list[Site]) -> None:
    commune, police, _ = three_nodes
    code = at_the_police(three_nodes)
    set_node(commune, POLICE, active=False)
    act(commune, code, "request-supplement", reason="Thiếu")
    assert bring(commune) == 0
    answer = call(commune, police, "/events")
    assert (answer.status_code, answer.json()["code"]) == (403, "node-suspended")
    with commune.store.reading() as connection:
        assert outbox.listed(connection, state="waiting", node=POLICE)
    set_node(commune, POLICE, active=True)
    assert call(commune, police, "/handoffs/positions").status_code == 200


def test_keys_rotate_in_two_steps_with_envelopes_under_way(
    three_nodes: list[Site], tmp_path: Path,
) -> None:
    commune, police, _ = three_nodes
    code = at_the_police(three_nodes)
    keys = tmp_path / "commune.json"
    old = commune.identity
    make_key(keys)  # announced: the old one still signs
    commune.identity = Identity(old.node, read_keys(keys))
    assert commune.identity.keys[0] == old.keys[0]
    act(commune, code, "request-supplement", reason="Thiếu")
    assert bring(commune) == 1
    act(commune, code, "receive-supplement")
    # The second step comes before the police have asked: they say clearly what is missing.
    make_key(keys)
    commune.identity = Identity(old.node, read_keys(keys))
    assert commune.identity.keys[0] != old.keys[0]
    assert bring(commune) == 0
    failure = str(state_of(commune, POLICE).failure)
    assert "node-key-unknown" in failure
    assert "motcua node test" in failure
    set_node(police, old.node, keys=commune.identity.public())
    set_node(commune, POLICE)
    assert bring(commune) == 1
    assert police.dossier(code).standing.hold is None


def test_a_node_that_lost_an_envelope_names_what_it_waits_for_and_gets_it_again(
    three_nodes: list[Site],
) -> None:
    commune, police, _ = three_nodes
    code = at_the_police(three_nodes)
    # The police answer as they did yesterday, before they took the first envelope in.
    act(commune, code, "request-supplement", reason="Thiếu")
    early = json.dumps({"answers": [{
        "id": waiting(commune, POLICE)[0].id, "answer": "early", "expected": 1, "receipt": "",
    }]}).encode()
    answers = iter([reply(early), reply(status="503 Busy")])

    def talk(end: Any, request: bytes) -> None:
        next(answers)(end, request)

    with talking(talk) as (port, _):
        set_node(commune, POLICE, url=f"http://127.0.0.1:{port}")
        assert bring(commune) == 1
    with commune.store.reading() as connection:
        again = outbox.listed(connection, node=POLICE, state="waiting")
    assert [one.sequence for one in again] == [1]
    set_node(commune, POLICE, url=police.base)
    assert bring(commune) == 1  # it was there: repeated, and harmless


def test_the_origin_shows_the_parts_of_other_nodes_and_they_where_it_comes_from(
    three_nodes: list[Site],
) -> None:
    commune, police, _ = three_nodes
    code = at_the_police(three_nodes)
    police.complete(police.open(code)[0], {"verification_needed": False})
    for site in three_nodes:
        site.pump()
    seen = person(commune, town.COMMUNE).get(f"/dossiers/{code}").json()
    peers = {peer["node"]: peer for peer in seen["links"]["peers"]}
    (part,) = peers[POLICE]["parts"]
    assert (part["agency"], part["status"]) == (town.POLICE, "running")
    assert [row["state"] for row in part["slip"]] == ["done", "open"]
    assert part["slip"][0]["finished"].endswith("+07:00")
    there = person(police, town.POLICE).get(f"/dossiers/{code}").json()
    assert there["links"]["origin"] == "urn:test:commune"
    history = person(police, town.POLICE).get(f"/dossiers/{code}/history").json()["items"]
    assert history[0]["command"]["kind"] == "receive"
    assert history[0]["actor"] == "node:urn:test:commune"
    assert [one["node"] for item in history for one in item["sent"]] == ["urn:test:commune"] * 3


def test_the_public_looks_a_dossier_up_at_its_origin_alone(three_nodes: list[Site]) -> None:
    commune, police, _ = three_nodes
    code = at_the_police(three_nodes)
    assert requests.get(f"{commune.base}/api/v1/lookup/{code}", timeout=20).status_code == 200
    assert requests.get(f"{police.base}/api/v1/lookup/{code}", timeout=20).status_code == 404


def test_backlogs_are_counted_when_somebody_asks(three_nodes: list[Site]) -> None:
    commune = three_nodes[0]
    code = at_the_police(three_nodes)
    act(commune, code, "request-supplement", reason="Thiếu")
    with commune.store.unit() as unit:
        _, (one,) = outbox.claim(unit.connection, POLICE, 50, timedelta(0))
        outbox.bury(unit.connection, one.id, "no-such: thing")
        unit.commit()
    text = requests.get(f"{commune.base}/metrics", timeout=20).text
    for line in (
        "motcua_database_up 1.0", f'motcua_outbox_dead{{node="{POLICE}"}} 1.0',
        f'motcua_outbox_waiting{{node="{POLICE}"}} 0.0', "motcua_inbox_early 0.0",
        'motcua_timers{state="overdue"} 0.0', "motcua_workers 0.0",
    ):
        assert line in text.splitlines(), line
    ready = requests.get(f"{commune.base}/readyz", timeout=20)
    assert ready.json()["workers"] == 0
    commune.store.close()
    names = [metric.name for metric in Backlogs(commune.store, commune.clock).collect()]
    assert "motcua_outbox_oldest_seconds" in names


def person(site: Site, agency: str) -> Person:
    return Person(site.base, site.issuer, town.official(agency).id)
