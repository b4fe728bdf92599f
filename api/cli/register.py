"""`motcua register import` (danh bạ): agencies, people and posts from a JSON file."""

from __future__ import annotations

import argparse
import json
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes
from typing import Any

from marshmallow import ValidationError, fields

from api.cli.arguments import add_place, parser, settings_of, told
from api.cli.parsing import verb
from api.demo_issuer import ISSUER
from api.places import application_url, clock_of
from api.schemas.base import Body, text
from api.settings import Settings
from engine.errors import Invalid
from engine.forms.faults import faults
from engine.history import Draft, seal
from engine.people import SYSTEM, Actor, Agency, Post
from engine.store import Connection, Store, calendars, ledgers, people
from engine.worktime import DEFAULT

_DAY: dict[str, Any] = {"required": "required", "null": "required", "invalid": "not-date"}


class _Agency(Body):
    code = text()
    name = text()
    links = fields.Dict(keys=text(), values=text(), load_default=dict)


class _Post(Body):
    agency = text()
    role = text()
    since = fields.Date(required=True, error_messages=_DAY)
    until = fields.Date(load_default=None, allow_none=True, error_messages=_DAY)


class _Person(Body):
    id = text()
    name = text()
    subject = text(required=False)
    issuer = text(required=False)
    posts = fields.List(fields.Nested(_Post), load_default=list)


class _Register(Body):
    agencies = fields.List(fields.Nested(_Agency), load_default=list)
    people = fields.List(fields.Nested(_Person), load_default=list)


def register(argv: list[str]) -> int:
    """Write a register file; return 0, 1 for a failure, 2 for a file that cannot be used.

    The file: `{"agencies": [{"code", "name", "links"?}], "people": [{"id", "name", "subject"?,
    "issuer"?, "posts": [{"agency", "role", "since", "until"?}]}]}`. What is there already is
    brought up to date; nothing is taken away: a post ends by its `until`, and an agency keeps its
    calendar (`motcua calendar`). Each import is an entry of the chain `register`.
    """
    asked = parser("register", "Danh bạ cơ quan, cán bộ (the register of agencies and people).")
    verbs = asked.add_subparsers(required=True, metavar="import")
    read = verb(verbs, "import", "nạp cơ quan, người, vị trí; thêm và sửa, không xóa gì (read "
                "agencies, people and posts; adds and changes, takes nothing away)")
    read.add_argument("file", type=Path, metavar="FILE.json",
                      help="dạng như api/demo/town.json (shaped like api/demo/town.json)")
    add_place(read)
    options = asked.parse_args(argv)
    return told("register", lambda: _import(options))


def _import(options: argparse.Namespace) -> int:
    found = _read(options.file)
    settings = settings_of(options)
    store = Store(application_url(settings))
    try:
        with store.reading() as connection:
            known = {agency["code"] for agency in found["agencies"]}
            _check(found, known.union(people.known(connection).agencies))
            calendar = calendars.add(connection, DEFAULT)
            _enter(connection, found, options.file, clock_of(settings).now())
            people.put(
                connection,
                [(Agency(a["code"], a["name"], a["links"]), calendar) for a in found["agencies"]],
                [_person(person, settings) for person in found["people"]],
            )
    finally:
        store.close()
    print(f"{len(found['agencies'])} cơ quan (agencies), {len(found['people'])} người (people)")
    return 0


def _enter(
    connection: Connection, found: dict[str, Any], path: Path, now: datetime,
) -> None:
    """Write what a file says of the register into the register's own chain.

    Who holds which post is for every auditor to see; names and subjects stand beside the chain.
    """
    number, head = ledgers.head(connection, ledgers.REGISTER)
    ledgers.append(connection, seal(Draft(
        chain=ledgers.REGISTER, number=number + 1, previous=head, at=now, actor=SYSTEM.id,
        content={
            "command": {
                "kind": "import-register", "file": sha256(path.read_bytes()).hexdigest(),
            },
            "outcome": {
                "agencies": found["agencies"],
                "people": [
                    {"id": person["id"], "posts": [
                        {name: value and str(value) for name, value in post.items()}
                        for post in person["posts"]
                    ]} for person in found["people"]
                ],
            },
        },
        personal={"people": [
            {name: person[name] for name in ("id", "name", "subject", "issuer") if name in person}
            for person in found["people"]
        ]},
        salt=token_bytes(16),
    )))


def _person(found: dict[str, Any], settings: Settings) -> tuple[Actor, str, str]:
    posts = tuple(Post(**post) for post in found["posts"])
    usual = ISSUER if settings.embedded else settings.issuer
    actor = Actor(found["id"], found["name"], posts)
    return actor, found.get("issuer", usual), found.get("subject", found["id"])


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        found: dict[str, Any] = _Register().load(content)
    except ValidationError as error:
        raise Invalid(
            f"{path} có chỗ cần sửa.", f"{path} has places to mend.", faults(error, ""),
            code="register-unreadable",
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise Invalid(
            f"Không đọc được {path}: {error}.", f"Cannot read {path}: {error}.",
            code="file-unreadable",
        ) from error
    return found


def _check(found: dict[str, Any], agencies: set[str]) -> None:
    """Raise Invalid for posts and links to agencies that nobody named."""
    named = {post["agency"] for person in found["people"] for post in person["posts"]}
    named |= {code for agency in found["agencies"] for code in agency["links"].values()}
    missing = sorted(named - agencies)
    if missing:
        raise Invalid(
            f"Chưa khai báo cơ quan {', '.join(missing)}; hãy thêm vào danh bạ.",
            f"These agencies are not in the register: {', '.join(missing)}; add them.",
            code="register-unreadable",
        )
    backwards = [
        person["id"] for person in found["people"] for post in person["posts"]
        if (post["until"] or date.max) < post["since"]
    ]
    if backwards:
        raise Invalid(
            f"Vị trí của {', '.join(backwards)} hết hạn trước khi bắt đầu.",
            f"A post of {', '.join(backwards)} ends before it begins.", code="register-unreadable",
        )
