"""People as named on the command line (--as): persons of the register with their posts of today."""

from __future__ import annotations

from datetime import date

from engine.errors import Forbidden
from engine.people import Actor
from engine.store import Store, people


def person_named(store: Store, person: str, day: date) -> Actor:
    """Return a person of the register; raise Forbidden for one that it does not know."""
    with store.reading() as connection:
        actor = people.person(connection, person, day)
    if actor is None:
        raise Forbidden(
            f"Danh bạ không có «{person}».", f"The register knows no {person!r}.", code="no-person",
        )
    return actor
