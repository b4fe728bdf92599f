"""Rows of liên thông: envelopes from node to node, durable on both sides, alone and by fifty.

Ours: what waits is claimed, signed, sent, proven, opens a part with its task and entry at the
other node, is answered by a signed receipt, and noted here. The floor: one bare transaction here,
one HTTP request with the same bytes, one bare transaction there; gunicorn and PostgreSQL are the
same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from importlib import resources
from random import Random
from statistics import median

import psycopg

from bench.measure import SEED, Times, milliseconds, ratio, settle
from bench.premises import AUTHOR, CLOCK, COMMUNE, Premises, publish
from bench.servers import linked_server
from bench.table import Row
from engine import packs
from engine.commands import CompleteTask, RegisterDossier
from engine.jobs import Deliveries
from engine.links.delivery import Http
from engine.links.identity import Identity, make_key, read_keys
from engine.office import Office
from engine.people import Actor, Agency, Post
from engine.store import Store, embedded, nodes, people
from engine.store.nodes import Node
from engine.worktime import DEFAULT

POLICE, INSURANCE = "000.41.21.G01", "000.41.21.G34"
HERE, THERE = "urn:bench:commune", "urn:bench:police"
PROCEDURE = "M001"
BATCH = 50


@dataclass
class Sender:
    """The commune's node: dossiers that have something to send to the police."""

    store: Store
    office: Office
    deliveries: Deliveries

    def prepare(self) -> None:
        """Bring one dossier to where its message for the police waits."""
        official = _official()
        body = self.office.execute(
            RegisterDossier(PROCEDURE, COMMUNE, "direct", {"name": "Nguyễn Văn An"}), official).body
        answers = _answers()
        for element in ("Task_B2", "Task_B3"):
            task = next(t for t in body["opened"] if t["element"] == element)
            body = self.office.execute(
                CompleteTask(task["id"], answers[element][0]), official,
                if_match=frozenset({task["etag"]})).body

    def send(self) -> int:
        """Deliver everything that waits; return how many envelopes were taken in."""
        return self.deliveries.drain(THERE)


def linked(place: Premises, rounds: int) -> list[Row]:
    """Measure deliveries one by one, in turns with the floor, and by fifty."""
    _seed(place)
    for name in ("here", "there"):
        place.copy(name, "linkseed")
        _bare_table(place, name)
    keys = {name: place.home / f"{name}.json" for name in ("here", "there")}
    for path in keys.values():
        make_key(path)
    here = Identity(HERE, read_keys(keys["here"]))
    there = Identity(THERE, read_keys(keys["there"]))
    with linked_server(place, "there", THERE, keys["there"]) as server:
        _know(place, "there", here, "http://127.0.0.1:9", (COMMUNE,))
        _know(place, "here", there, f"http://127.0.0.1:{server.port}", (POLICE,))
        store = Store(place.url("here"))
        office = Office(store, CLOCK, node=HERE)
        sender = Sender(store, office, Deliveries(store, office, CLOCK, Http(lambda: here)))
        try:
            with server.connect() as connection:
                return _measure(place, sender, connection, rounds)
        finally:
            store.close()


def _measure(
    place: Premises, sender: Sender, connection: HTTPConnection, rounds: int,
) -> list[Row]:
    address = place.url("here").replace("postgresql+psycopg://", "postgresql://")
    times = {"ours": Times(), "floor": Times()}
    with psycopg.connect(address, prepare_threshold=1) as bare:
        sender.prepare()
        body = _body(sender)
        sender.send()
        settle()
        random = Random(SEED)
        for _ in range(rounds):
            sender.prepare()
            turns = ["ours", "floor"]
            random.shuffle(turns)
            for name in turns:
                taken = times[name].take(
                    sender.send if name == "ours" else lambda: _floor(bare, connection, body))
                assert taken == 1
    many = [_fifty(sender) for _ in range(max(4, rounds // BATCH))]
    floor = times["floor"].wall
    return [
        Row("+", "an envelope node to node, durable on both sides, one by one (wall)",
            "one bare transaction, one HTTP request, one bare transaction", rounds,
            times["ours"].text(), times["floor"].text(), ratio(times["ours"].wall, floor), 4,
            "less", "opens a part with its task; two signatures made, two proven"),
        Row("+", "the same, 50 waiting (wall of each)", "the same floor", len(many) * BATCH,
            milliseconds(many), milliseconds(floor), median(many) / median(floor), 1.5, "less"),
    ]


def _fifty(sender: Sender) -> float:
    for _ in range(BATCH):
        sender.prepare()
    times = Times()
    taken = times.take(sender.send)
    assert taken == BATCH
    return times.wall[0] / BATCH


def _floor(
    bare: psycopg.Connection[tuple[object, ...]], connection: HTTPConnection, body: bytes,
) -> int:
    bare.execute("INSERT INTO bare (body) VALUES (%s)", (body,))
    bare.commit()
    connection.request("POST", "/bare", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    return int(answer.status == 200)


def _body(sender: Sender) -> bytes:
    with sender.store.reading() as connection:
        row = connection.execute("SELECT body FROM outbox LIMIT 1").fetchone()
    assert row is not None
    return bytes(row[0])


def _official() -> Actor:
    roles = ("one_stop_officer", "specialist", "leader")
    since = AUTHOR.posts[0].since
    return Actor("chi", "chi", tuple(Post(COMMUNE, role, since) for role in roles))


def _answers() -> dict[str, list[dict[str, object]]]:
    text = (resources.files("bpmn") / "m001" / "walks.json").read_text(encoding="utf-8")
    found: dict[str, list[dict[str, object]]] = json.loads(text)["paths"]["happy"]["answers"]
    return found


def _seed(place: Premises) -> None:
    place.copy("linkseed", "seed")
    links = {"police": POLICE, "social_insurance": INSURANCE}
    with psycopg.connect(_owner(place, "linkseed")) as connection:
        people.put(connection, [
            (Agency(COMMUNE, "UBND xã", links), DEFAULT.version),
            (Agency(POLICE, "Công an"), DEFAULT.version),
            (Agency(INSURANCE, "BHXH"), DEFAULT.version),
        ], [])
    publish(place, "linkseed", PROCEDURE, packs.procedure("builtin", "m001").files)


def _know(
    place: Premises, database: str, other: Identity, url: str, agencies: tuple[str, ...],
) -> None:
    with place.office(database) as (_, store), store.unit() as unit:
        known = Node(other.node, url, keys=other.public(), procedures=("*",), private=True)
        nodes.put(unit.connection, known, CLOCK.now())
        nodes.place(unit.connection, agencies, other.node)


def _bare_table(place: Premises, database: str) -> None:
    with psycopg.connect(_owner(place, database), autocommit=True) as connection:
        connection.execute("CREATE TABLE bare (id bigserial PRIMARY KEY, body bytea NOT NULL)")
        connection.execute("GRANT INSERT ON bare TO motcua_app")
        connection.execute("GRANT USAGE ON SEQUENCE bare_id_seq TO motcua_app")


def _owner(place: Premises, database: str) -> str:
    return embedded.address(place.home, database=database).replace(
        "postgresql+psycopg://", "postgresql://")
