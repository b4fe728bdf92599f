"""Premises (nơi đo): a real PostgreSQL of its own, the permit published, dossiers registered.

Its settings are PostgreSQL's defaults: every commit is on the disk before it answers.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg

from api.demo_issuer import ISSUER
from bench import drawing
from engine.clock import VIETNAM, FixedClock
from engine.commands import (
    ApproveVersion,
    PublishVersion,
    RegisterDossier,
    SubmitVersion,
    UploadVersion,
)
from engine.office import Office
from engine.people import Actor, Agency, Post
from engine.store import Store, embedded, people
from engine.store.migrate import migrate
from engine.store.tables import APPLICATION
from engine.worktime import DEFAULT

COMMUNE = "000.21.30.H41"
#: A Monday morning, so that due dates are the same in every run.
CLOCK = FixedClock(datetime(2026, 11, 9, 8, 0, tzinfo=VIETNAM))
_SINCE = date(2020, 1, 1)


def _person(key: str, *roles: str) -> Actor:
    return Actor(key, key, tuple(Post(COMMUNE, role, _SINCE) for role in roles))


AUTHOR, APPROVER = _person("an", "procedure_author"), _person("binh", "procedure_approver")
OFFICIAL = _person("chi", "one_stop_officer", "specialist", "leader")


@dataclass(frozen=True)
class Premises:
    """One server; databases are copied from each other by name."""

    home: Path

    def url(self, database: str) -> str:
        """Return the URL by which the application's role reaches a database."""
        return embedded.address(self.home, role=APPLICATION, database=database)

    def copy(self, name: str, template: str) -> None:
        """Make a database as a copy of another that nobody uses."""
        self._administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def drop(self, name: str) -> None:
        """Remove a database."""
        self._administer(f'DROP DATABASE "{name}"')

    def rows(self, database: str, statements: Iterable[str]) -> list[tuple[Any, ...]]:
        """Return what stands in a database, to be compared with another."""
        with psycopg.connect(_plain(self.url(database))) as connection:
            return [row for text in statements for row in connection.execute(text).fetchall()]

    def _administer(self, statement: str) -> None:
        owner = _plain(embedded.address(self.home, database=embedded.SUPERUSER))
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute(statement)

    @contextmanager
    def office(self, database: str) -> Iterator[tuple[Office, Store]]:
        """Open the office on a database, and close its connections behind it."""
        store = Store(self.url(database))
        try:
            yield Office(store, CLOCK), store
        finally:
            store.close()


@contextmanager
def premises() -> Iterator[Premises]:
    """Start a server in a folder of its own with the permit in force in the database `seed`."""
    home = Path(tempfile.mkdtemp(prefix="motcua-"))  # short, for the socket's sake
    try:
        embedded.embedded(home)
        place = Premises(home)
        place.copy("seed", "template0")
        migrate(embedded.address(home, database="seed"))
        _publish(place)
        yield place
    finally:
        embedded.stop(home)
        shutil.rmtree(home)


def _publish(place: Premises) -> None:
    with psycopg.connect(_plain(embedded.address(place.home, database="seed"))) as connection:
        people.put(
            connection, [(Agency(COMMUNE, "UBND xã"), DEFAULT.version)],
            [(actor, ISSUER, actor.id) for actor in (AUTHOR, APPROVER, OFFICIAL)],
        )
    publish(place, "seed", drawing.PROCEDURE, {"permit.bpmn": drawing.permit(), **drawing.forms()})


def publish(place: Premises, database: str, code: str, files: Mapping[str, bytes]) -> None:
    """Bring the first version of a procedure into force in a database."""
    today = CLOCK.now().astimezone(VIETNAM).date()
    with place.office(database) as (office, _):
        office.execute(UploadVersion(code, files), AUTHOR)
        office.execute(SubmitVersion(code, 1), AUTHOR)
        office.execute(ApproveVersion(code, 1, "01/QĐ-UBND", today), APPROVER)
        office.execute(PublishVersion(code, 1, today), APPROVER)


def register(office: Office) -> tuple[str, dict[str, tuple[str, str]]]:
    """Register a dossier; return its code and its open tasks: element to id and ETag."""
    applicant = {"name": "Nguyễn Văn An", "id_number": "040123456789", "phone": "0912345678"}
    command = RegisterDossier(drawing.PROCEDURE, COMMUNE, "direct", applicant)
    body = office.execute(command, OFFICIAL).body
    return body["code"], {task["element"]: (task["id"], task["etag"]) for task in body["opened"]}


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")
