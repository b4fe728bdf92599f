"""Nodes that are linked: each with a database, an office and a server of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import town
from http_town import AUDIENCE, Issuer, Person, serving

from api.app import create_app
from api.auth import Doorkeeper
from api.keys import FixedKeys
from api.settings import Settings
from api.wiring import Services
from engine.audit.desk import replay_stored
from engine.clock import FixedClock
from engine.commands import CompleteTask, RegisterDossier
from engine.dossier import Task
from engine.jobs import Calls, Deliveries, Downloads
from engine.links.connectors import Registry, read_registry
from engine.links.delivery import Http
from engine.links.fetching import PaperFetcher
from engine.links.identity import Identity, make_key, read_keys
from engine.office import Office
from engine.office import Services as OfficeServices
from engine.office.result import task_etag
from engine.people import Actor
from engine.store import Store, dossiers, node_keys, nodes, people, tasks
from engine.store.files import Files
from engine.store.nodes import Node

M001 = "M001"

#: Makes a store on a migrated database of its own, with the town in its register.
NewStore = Callable[[], Store]
#: Reaches a node's database behind its triggers.
Superuser = Callable[["Site"], psycopg.Connection]


@dataclass
class Site:
    """One node: its archive, office and address; `pump` delivers what waits, as a worker does.

    `connectors` is the file of those that sign, and of whose signatures are trusted.
    """

    identity: Identity
    store: Store
    clock: FixedClock
    base: str = ""
    place: Path = Path()
    connectors: Path | None = None
    office: Office = field(init=False)
    registry: Registry = field(init=False)
    issuer: Issuer = field(init=False)
    courier: Http = field(init=False)
    fetcher: PaperFetcher = field(init=False)

    def __post_init__(self) -> None:
        self.registry = known = read_registry([], self.connectors)
        self.office = Office(
            self.store, self.clock, node=self.identity.node, files=lambda: self.files,
            services=OfficeServices(known.names, known.topics, known.officials),
        )
        self.courier = Http(self.current)
        self.fetcher = PaperFetcher(self.current)
        self.keep_keys()

    @property
    def files(self) -> Files:
        """The papers of this node."""
        return Files(str(self.place), self.place)

    def official(self, issuer: str, subject: str, day: date) -> Actor | None:
        """Who an official is by this node's register."""
        with self.store.reading() as connection:
            return people.by_subject(connection, issuer, subject, day)

    def current(self) -> Identity:
        """Who this node is now."""
        return self.identity

    def keep_keys(self) -> None:
        """Enter this node's own keys, as its server does when it starts."""
        with self.store.unit() as unit:
            public = self.identity.public()
            node_keys.record(unit.connection, self.identity.node, public, self.clock.now())
            unit.commit()

    def know(self, other: Site, agencies: tuple[str, ...], *, procedures: str = "*") -> None:
        """Link another node, at which those agencies work."""
        known = Node(
            other.identity.node, other.base, keys=other.identity.public(),
            procedures=(procedures,), private=True,
        )
        with self.store.unit() as unit:
            nodes.put(unit.connection, known, self.clock.now())
            assert nodes.place(unit.connection, agencies, known.id) == []

    def deliveries(self) -> Deliveries:
        """What a worker of this node delivers with."""
        return Deliveries(self.store, self.office, self.clock, self.courier)

    def pump(self) -> int:
        """Deliver everything that waits; return how many envelopes were taken in."""
        work = self.deliveries()
        return sum(work.drain(name) for name in work.waiting())

    def downloads(self) -> Downloads:
        """What a worker of this node fetches papers with."""
        return Downloads(self.store, self.files, self.clock, self.fetcher)

    def fetch(self) -> int:
        """Fetch the files of papers that other nodes handed over, as a worker does."""
        work = self.downloads()
        return sum(work.drain(name) for name in work.waiting())

    def calls(self) -> Calls:
        """What a worker of this node calls services with."""
        return Calls(
            self.store, self.office, self.clock, self.registry, files=lambda: self.files)

    def person(self, agency: str, *roles: str) -> Person:
        """Somebody at this node's API."""
        return Person(self.base, self.issuer, town.official(agency, *roles).id)

    def register(self, procedure: str) -> str:
        """Register a dossier at the commune and return its code."""
        command = RegisterDossier(procedure, town.COMMUNE, "direct", {"name": "Nguyễn Văn An"})
        official = town.official(town.COMMUNE, "one_stop_officer")
        return str(self.office.execute(command, official).body["code"])

    def open(self, code: str) -> list[Task]:
        """The tasks of a dossier that stand open here."""
        with self.store.reading() as connection:
            return [t for t in tasks.of_dossier(connection, code) if t.state == "open"]

    def complete(self, task: Task, answers: Mapping[str, Any]) -> None:
        """Complete a task as somebody who may."""
        self.office.execute(
            CompleteTask(task.id, answers), town.official(task.agency),
            if_match=frozenset({task_etag(task)}),
        )

    def dossier(self, code: str) -> Any:
        """The dossier as it stands here."""
        with self.store.reading() as connection:
            return dossiers.by_code(connection, code)

    def need_whole(self, code: str) -> None:
        """Fail unless the dossier can be done again here, byte for byte."""
        again = replay_stored(self.store, code)
        assert again.whole, (again.entries[-1].difference, again.rows)


@contextmanager
def sites(
    names: tuple[str, ...], new_store: NewStore, clock: FixedClock, folder: Path,
    connectors: Mapping[str, Path] | None = None,
) -> Iterator[list[Site]]:
    """Start nodes of these names, each behind a real server; they do not know each other yet.

    `connectors` are the files of those that have some, by name.
    """
    with ExitStack() as stack:
        found = []
        for name in names:
            keys = folder / f"{name}.json"
            make_key(keys)
            place = folder / f"{name}-files"
            site = Site(
                Identity(f"urn:test:{name}", read_keys(keys)), new_store(), clock, place=place,
                connectors=(connectors or {}).get(name))
            site.issuer = issuer = Issuer(clock)
            door = Doorkeeper(issuer.name, AUDIENCE, FixedKeys(issuer.keys()), clock,
                              site.official)
            services = Services(
                Settings(folder / name, files=str(place), connectors=site.connectors), clock,
                site.store, site.office, door, site.current,
            )
            stack.callback(site.registry.close)
            stack.callback(site.courier.close)
            stack.callback(site.fetcher.close)
            site.base = stack.enter_context(serving(create_app(services)))
            found.append(site)
        yield found


def play(found: list[Site], code: str, path: str, until: str | None = None) -> None:
    """Play a written-down walk through the procedure, delivering after each step.

    With `until` the walk ends before that element.
    """
    plan = town.walk("m001")["paths"][path]
    left: dict[str, list[Any]] = {key: list(given) for key, given in plan["answers"].items()}
    for element in plan["order"]:
        for _ in range(6):
            for site in found:
                site.pump()
        if element == until:
            return
        site, task = next(
            (site, task) for site in found for task in site.open(code) if task.element == element
        )
        site.complete(task, left[element].pop(0))
    for _ in range(6):
        for site in found:
            site.pump()
