"""Wiring (lắp ráp): the one place where settings become a store, a clock, an office and a door."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from api.auth import Doorkeeper
from api.demo_issuer import ISSUER, DemoIssuer
from api.keys import FixedKeys, IssuerKeys
from api.settings import Settings, need_database, need_issuer
from engine import packs
from engine.clock import Clock, FileClock, SystemClock
from engine.errors import Invalid
from engine.flow.confined import Confinement
from engine.jobs import (
    Calls,
    Deliveries,
    PortalSync,
    Timers,
    wake,
    wake_calls,
    wake_node,
    wake_portal,
)
from engine.links.connectors import Registry, read_registry
from engine.links.delivery import Http
from engine.links.identity import Identity, Keyring
from engine.links.portal.configuration import Portal, read_portal
from engine.links.portal.line import Line
from engine.office import Office, Wake, Wakes
from engine.office import Services as OfficeServices
from engine.papers.templates import Templates
from engine.people import Actor
from engine.store import Store, embedded, people
from engine.store.database import job_connection
from engine.store.files import Files
from engine.store.tables import APPLICATION

if TYPE_CHECKING:
    from engine.jobs.worker import Work


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


def owner_url(settings: Settings) -> str:
    """Return the URL by which migrations go: the superuser's where the server is embedded."""
    if settings.embedded:
        return embedded.embedded(settings.home)
    return need_database(settings)


def application_url(settings: Settings) -> str:
    """Return the URL by which the application goes: a role that owns nothing."""
    if settings.embedded:
        embedded.embedded(settings.home)
        return embedded.address(settings.home, role=APPLICATION)
    return need_database(settings)


def files_of(settings: Settings) -> Files:
    """Return the file store: where MOTCUA_FILES says, else a folder of the home."""
    place = settings.files or str(settings.home / "files")
    return Files(place, settings.home, settings.file_bounds)


def clock_of(settings: Settings) -> Clock:
    """Return the machine's clock, or the one in the demonstration's file."""
    return FileClock(settings.clock_file) if settings.clock_file else SystemClock()


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
        services=OfficeServices(registry.names, registry.topics),
    )
    return store, office, clock


def wake_of(settings: Settings) -> Wake | None:
    """Return what wakes for timers; a clock in a file has none, as jobs go by real time."""
    return None if settings.clock_file else wake


def identity_of(settings: Settings) -> Keyring | None:
    """Return who this node is to others as its keys stand, None where it is linked to none.

    Raises Invalid for an id without keys, or keys that cannot be read.
    """
    if not settings.node:
        return None
    if settings.node_keys is None:
        raise Invalid(
            "MOTCUA_NODE cần MOTCUA_NODE_KEYS: tệp giữ khóa của nút (motcua node rotate).",
            "MOTCUA_NODE needs MOTCUA_NODE_KEYS, the file of its keys (motcua node rotate).",
            code="node-key",
        )
    return Keyring(settings.node, settings.node_keys)


def portal_of(settings: Settings) -> Portal | None:
    """Return the national portal, None where there is none to tell; raise Invalid for its file."""
    return None if settings.portal is None else read_portal(settings.portal, os.environ)


def work_of(settings: Settings, concurrency: int, parent: int | None = None) -> Work:
    """Return what a background worker does, in a process of its own."""
    from engine.jobs.worker import Work

    registry, waking = registry_of(settings), wake_of(settings)
    store, office, clock = office_of(settings, registry)
    identity, portal = identity_of(settings), portal_of(settings)
    return Work(
        job_connection(application_url(settings)), Timers(store, office, clock, waking),
        Calls(store, office, clock, registry, wake_calls if waking else None),
        Deliveries(store, office, clock, Http(identity)) if identity else None,
        PortalSync(store, clock, portal, Line(portal)) if portal else None, concurrency,
        restless=settings.clock_file is not None, parent=parent,
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
