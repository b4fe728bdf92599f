"""The town behind a real HTTP server: an issuer of tokens, the app in a thread, clients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from json import dumps
from typing import Any

import requests
import town
from answering import answering
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey
from werkzeug.serving import WSGIRequestHandler, make_server

from api.app import create_app
from api.auth import Doorkeeper
from api.keys import FixedKeys, Keys
from api.settings import Settings
from api.wiring import Services
from engine.clock import Clock
from engine.office import Office
from engine.people import Actor
from engine.store import Store, embedded, people

AUDIENCE = "motcua"


class Issuer:
    """Makes tokens as an OIDC issuer does; every claim and the key can be bent."""

    def __init__(self, clock: Clock, name: str = town.ISSUER) -> None:
        self.name = name
        self.clock = clock
        self.key = OKPKey.generate_key("Ed25519", parameters={"kid": "k1"})

    def token(self, person: str, **bent: Any) -> str:
        now = int(self.clock.now().timestamp())
        claims = {"iss": self.name, "aud": AUDIENCE, "sub": person, "iat": now, "exp": now + 300}
        claims = {k: v for k, v in {**claims, **bent}.items() if v is not None}
        header = {"alg": "Ed25519", "kid": self.key.kid}
        return jwt.encode(header, claims, self.key, algorithms=["Ed25519"])

    def keys(self) -> KeySet:
        return KeySet([OKPKey.import_key(self.key.as_dict(private=False))])


class Person:
    """One official at the API."""

    def __init__(self, base: str, issuer: Issuer, name: str) -> None:
        self.base, self.issuer, self.name = base, issuer, name

    def get(self, path: str, **query: Any) -> requests.Response:
        return requests.get(
            f"{self.base}/api/v1{path}", params=query, headers=self.headers(), timeout=20,
        )

    def post(
        self, path: str, body: Any = None, *, etag: str | None = None, key: str | None = None,
        **more: Any,
    ) -> requests.Response:
        headers = self.headers()
        if etag:
            headers["If-Match"] = f'"{etag}"'
        if key:
            headers["Idempotency-Key"] = key
        return requests.post(
            f"{self.base}/api/v1{path}", json=body, headers=headers, timeout=20, **more,
        )

    def upload(self, code: str, files: Mapping[str, bytes], **more: Any) -> requests.Response:
        parts = [("file", (name, content)) for name, content in files.items()]
        return self.post(f"/procedures/{code}/versions", files=parts, **more)

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.issuer.token(self.name)}"}


class Town:
    """The town's server: its address, its issuer, and whoever one wants to be."""

    def __init__(self, base: str, issuer: Issuer) -> None:
        self.base, self.issuer = base, issuer

    def person(self, agency: str, *roles: str) -> Person:
        return Person(self.base, self.issuer, town.official(agency, *roles).id)

    @property
    def author(self) -> Person:
        return Person(self.base, self.issuer, town.AUTHOR.id)

    @property
    def approver(self) -> Person:
        return Person(self.base, self.issuer, town.APPROVER.id)

    @property
    def reception(self) -> Person:
        return self.person(town.COMMUNE, "one_stop_officer")

    def register(self, procedure: str, **more: Any) -> dict[str, Any]:
        answer = self.reception.post("/dossiers", new_dossier(procedure, **more))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def task(self, person: Person, dossier: str, element: str | None = None) -> dict[str, Any]:
        items = person.get("/tasks", dossier=dossier).json()["items"]
        return next(item for item in items if element in (None, item["element"]))


def new_dossier(procedure: str, **more: Any) -> dict[str, Any]:
    return {
        "procedure": procedure, "receiving_agency": town.COMMUNE, "channel": "direct",
        "applicant": {"name": "Nguyễn Văn An"}, **more,
    }


@contextmanager
def running(
    store: Store, clock: Clock, issuer: Issuer, keys: Keys | None = None,
    *, office: Office | None = None, settings: Settings | None = None,
) -> Iterator[str]:
    """Serve the app on a free port of this machine until the block ends."""

    def register(name: str, subject: str, day: date) -> Actor | None:
        with store.reading() as connection:
            return people.by_subject(connection, name, subject, day)

    door = Doorkeeper(
        issuer.name, AUDIENCE, keys or FixedKeys(issuer.keys()), clock, register,
    )
    services = Services(
        settings or Settings(embedded.home()), clock, store, office or Office(store, clock), door,
    )
    with serving(create_app(services)) as base:
        yield base


@contextmanager
def serving(app: Any) -> Iterator[str]:
    class Quiet(WSGIRequestHandler):
        def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - its name
            """Say nothing."""

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    with answering(server) as address:
        yield address


@contextmanager
def published(documents: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Serve JSON documents by path; yield the address and the list of what was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            found = documents.get(self.path)
            self.send_response(200 if found is not None else 404)
            self.end_headers()
            base = f"http://127.0.0.1:{self.server.server_port}"
            self.wfile.write(dumps(found).replace("BASE", base).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with answering(server) as address:
        yield address, asked
