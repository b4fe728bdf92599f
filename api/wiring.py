"""Wiring (lắp ráp): the one place where settings become a store, a clock, an office and a door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from api.auth import Doorkeeper
from api.demo_issuer import ISSUER, DemoIssuer
from api.keys import FixedKeys, IssuerKeys
from api.places import application_url, clock_of, files_of, identity_of, portal_of
from api.settings import Settings, need_issuer
from api.signed import Looking
from engine import packs
from engine.audit.signed import Signed
from engine.clock import Clock
from engine.flow.confined import Confinement
from engine.jobs import (
    Calls,
    Deliveries,
    Downloads,
    Forgetting,
    PortalSync,
    Timers,
    Turns,
    wake,
    wake_calls,
    wake_node,
    wake_portal,
)
from engine.links.connectors import Registry, read_registry, read_trust
from engine.links.delivery import Http
from engine.links.fetching import PaperFetcher
from engine.links.identity import Identity
from engine.links.portal.line import Line
from engine.office import Office, Wake, Wakes
from engine.office import Services as OfficeServices
from engine.papers.templates import Templates
from engine.people import Actor
from engine.signatures import Trust
from engine.store import Store, people
from engine.store.database import job_connection
from engine.store.files import Files

if TYPE_CHECKING:
    from engine.jobs.tasks import Work


@dataclass(frozen=True)
class Services:
    """Everything that a request or a command of the command line works with.

    `worker_failures` counts how often in a row the worker beside this server ended at once.
    """

    settings: Settings
    clock: Clock
    store: Store
    office: Office
    doorkeeper: Doorkeeper
    identity: Callable[[], Identity] | None = None
    demo_issuer: DemoIssuer | None = None
    worker_failures: Callable[[], int] = int

    @cached_property
    def files(self) -> Files:
        """The file store, reached when the first paper is; raise Invalid for no such place."""
        return files_of(self.settings)

    @cached_property
    def trust(self) -> Trust:
        """Whose signatures are trusted; raise Invalid for a faulty place of the configuration."""
        return read_trust(self.settings.connectors)

    def looking(self, proven: datetime) -> Looking:
        """Return what looks for signatures in a file that was there at that moment."""
        return Looking(Confinement(bounds=self.settings.examination), self.trust, proven)


def signed_of(settings: Settings) -> Signed:
    """Return where an auditor finds signed papers, and whose signatures are trusted."""
    files = files_of(settings)

    def read(name: str, size: int) -> bytes:
        with files.reading(name, size) as file:
            return file.read()

    return Signed(read, read_trust(settings.connectors))


def registry_of(settings: Settings) -> Registry:
    """Return the connectors of packs and configuration; raise Invalid naming a faulty place."""
    return read_registry(packs.connectors(), settings.connectors)


def office_of(
    settings: Settings, registry: Registry | None = None,
) -> tuple[Store, Office, Clock]:
    """Return store, office and clock, for commands of the command line that need no door."""
    registry = registry or registry_of(settings)
    store, clock = Store(application_url(settings)), clock_of(settings)
    confinement = Confinement(bounds=settings.examination)
    waking = wake_of(settings)
    wakes = Wakes(
        waking, wake_node, wake_calls if waking else None,
        wake_portal if settings.portal else None,
    )
    office = Office(
        store, clock, confinement, wakes, settings.node, codes=settings.codes,
        templates=Templates(settings.papers),
        services=OfficeServices(registry.names, registry.topics, registry.officials),
        files=lambda: files_of(settings),
    )
    return store, office, clock


def wake_of(settings: Settings) -> Wake | None:
    """Return what wakes for timers; a clock in a file has none, as jobs go by real time."""
    return None if settings.clock_file else wake


def work_of(settings: Settings, concurrency: int, parent: int | None = None) -> Work:
    """Return what a background worker does, in a process of its own."""
    from engine.jobs.tasks import Work

    registry, waking = registry_of(settings), wake_of(settings)
    store, office, clock = office_of(settings, registry)
    identity, portal = identity_of(settings), portal_of(settings)
    return Work(
        job_connection(application_url(settings)), Timers(store, office, clock, waking),
        Calls(store, office, clock, registry, wake_calls if waking else None,
              files=lambda: files_of(settings)),
        Forgetting(store, clock),
        Deliveries(store, office, clock, Http(identity, settings.link_hold)) if identity else None,
        PortalSync(store, clock, portal, Line(portal)) if portal else None, concurrency,
        restless=settings.clock_file is not None, parent=parent,
        papers=Turns(Downloads(store, files_of(settings), clock, PaperFetcher(identity)))
        if identity else None,
    )


def build(settings: Settings, worker_failures: Callable[[], int] = int) -> Services:
    """Return the services of one process; no connection is made before the first request.

    Raises Invalid where a setting is missing, Unavailable where the embedded server fails.
    """
    store, office, clock = office_of(settings)

    def register(issuer: str, subject: str, day: date) -> Actor | None:
        with store.reading() as connection:
            return people.by_subject(connection, issuer, subject, day)

    demo = DemoIssuer(settings.home, settings.audience, clock) if settings.embedded else None
    issuer = ISSUER if demo else need_issuer(settings)
    keys = FixedKeys(demo.public) if demo else IssuerKeys(issuer)
    doorkeeper = Doorkeeper(issuer, settings.audience, keys, clock, register)
    identity = identity_of(settings)
    return Services(
        settings, clock, store, office, doorkeeper, identity, demo, worker_failures,
    )
