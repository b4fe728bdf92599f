"""The register (danh bạ): agencies, persons and the posts that they hold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import ARRAY, Text, any_, bindparam, select

from engine.people import Actor, Agency, Post
from engine.store import tables, trips
from engine.store.rows import text
from engine.store.statements import insert_text, text_of

if TYPE_CHECKING:
    from engine.flow.lint import Known

Connection = psycopg.Connection[tuple[Any, ...]]

_AGENCY = text_of(
    select(tables.agency.c.code, tables.agency.c.name, tables.agency.c.links)
    .where(tables.agency.c.code == bindparam("code")),
)
_NAMES = text_of(
    select(tables.agency.c.code, tables.agency.c.name)
    .where(tables.agency.c.code == any_(bindparam("codes", type_=ARRAY(Text)))),
)
_PERSON = select(
    tables.person.c.id, tables.person.c.name, tables.post.c.agency, tables.post.c.role,
    tables.post.c.since, tables.post.c.until,
).outerjoin(tables.post, tables.post.c.person == tables.person.c.id).order_by(
    tables.post.c.agency, tables.post.c.role,
)
_BY_ID = text_of(_PERSON.where(tables.person.c.id == bindparam("id")))
_BY_SUBJECT = text_of(_PERSON.where(
    tables.person.c.issuer == bindparam("issuer"), tables.person.c.subject == bindparam("subject"),
))
_CODES = text_of(select(tables.agency.c.code))
_ROLES = text_of(select(tables.post.c.role).distinct())
# The calendar is given to a new agency alone: that of an old one changes by decision.
_PUT_AGENCY = insert_text(tables.agency, overwrite=["name", "links"])
_PUT_PERSON = insert_text(tables.person, overwrite=["issuer", "subject", "name"])
_PUT_POST = insert_text(tables.post, overwrite=["until"])


def agency(connection: Connection, code: str) -> Agency | None:
    """Return an agency of the register."""
    row = connection.execute(_AGENCY, {"code": code}).fetchone()
    return None if row is None else Agency(*row)


def names(connection: Connection, codes: Iterable[str]) -> dict[str, str]:
    """Return the names of agencies by code."""
    return dict(connection.execute(_NAMES, {"codes": sorted(codes)}).fetchall())


def person(connection: Connection, person_id: str, day: date) -> Actor | None:
    """Return a person with the posts valid on that local day."""
    return _actor(connection.execute(_BY_ID, {"id": person_id}).fetchall(), day)


def by_subject(connection: trips.Connection, issuer: str, subject: str, day: date) -> Actor | None:
    """Return the person whom an issuer's token names, with the posts valid on that local day.

    In one trip: every request asks it first. No transaction may be open.
    """
    found, = connection.alone([(_BY_SUBJECT, {"issuer": issuer, "subject": subject})])
    return _actor(found, day)


def known(connection: Connection) -> Known:
    """Return the agencies and roles that drawings may name."""
    from engine.flow.lint import Known

    return Known(
        agencies=frozenset(row[0] for row in connection.execute(_CODES)),
        roles=frozenset(row[0] for row in connection.execute(_ROLES)),
    )


def put(
    connection: Connection, agencies: Iterable[tuple[Agency, str]],
    persons: Iterable[tuple[Actor, str, str]],
) -> None:
    """Write agencies and persons with issuer and subject; a new agency with its calendar's version.

    Commits.
    """
    with connection.pipeline():
        for found, calendar in agencies:
            connection.execute(_PUT_AGENCY, {
                "code": found.code, "name": found.name, "calendar": calendar,
                "links": text(found.links), "node": None,
            })
        for actor, issuer, subject in persons:
            _put_person(connection, actor, issuer, subject)
        connection.commit()


def _put_person(connection: Connection, actor: Actor, issuer: str, subject: str) -> None:
    connection.execute(_PUT_PERSON, {
        "id": actor.id, "name": actor.name, "issuer": issuer, "subject": subject,
    })
    for post in actor.posts:
        connection.execute(_PUT_POST, {
            "person": actor.id, "agency": post.agency, "role": post.role, "since": post.since,
            "until": post.until,
        })


def _actor(rows: list[tuple[Any, ...]], day: date) -> Actor | None:
    if not rows:
        return None
    posts = (Post(*row[2:]) for row in rows if row[2] is not None)
    return Actor(rows[0][0], rows[0][1], tuple(post for post in posts if post.valid_on(day)))


