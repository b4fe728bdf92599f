"""The token proves who; the register says what they may do; nothing else opens the door."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import requests
import town
from http_town import Issuer, Person, Town, published, running
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from api.keys import IssuerKeys
from engine.clock import FixedClock
from engine.people import Actor, Post
from engine.store import Store, people

WELL_KNOWN = "/.well-known/openid-configuration"


def asked_with(here: Town, token: str | None) -> requests.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return requests.get(f"{here.base}/api/v1/tasks", headers=headers, timeout=20)


def me() -> str:
    return town.official(town.COMMUNE).id


def test_without_a_token_the_door_says_how_to_knock(here: Town) -> None:
    answer = asked_with(here, None)
    assert (answer.status_code, answer.json()["code"]) == (401, "no-token")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="motcua"'


def test_a_good_token_opens_the_door(here: Town) -> None:
    assert asked_with(here, here.issuer.token(me())).status_code == 200
    several = here.issuer.token(me(), aud=["other", "motcua"])
    assert asked_with(here, several).status_code == 200


@pytest.mark.parametrize("bent", [
    {"aud": "other"}, {"aud": None}, {"iss": "urn:other"}, {"iss": None}, {"sub": None},
    {"sub": 7}, {"exp": None}, {"exp": 1}, {"exp": "soon"}, {"nbf": 99_999_999_999},
    {"iat": 99_999_999_999}, {"sub": "nobody"},
], ids=str)
def test_a_token_with_a_wrong_claim_is_refused(here: Town, bent: dict[str, Any]) -> None:
    answer = asked_with(here, here.issuer.token(me(), **bent))
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid-token")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_clocks_may_differ_by_a_minute(here: Town, clock: FixedClock) -> None:
    now = int(clock.now().timestamp())
    assert asked_with(here, here.issuer.token(me(), exp=now - 30)).status_code == 200
    assert asked_with(here, here.issuer.token(me(), iat=now + 30)).status_code == 200
    assert asked_with(here, here.issuer.token(me(), exp=now - 90)).status_code == 401


def test_a_token_grows_old_by_the_servers_own_clock(here: Town, clock: FixedClock) -> None:
    token = here.issuer.token(me())
    assert asked_with(here, token).status_code == 200
    clock.advance(timedelta(minutes=10))
    assert asked_with(here, token).status_code == 401


def unsigned(claims: dict[str, Any]) -> str:
    def part(value: object) -> str:
        return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none', 'kid': 'k1'})}.{part(claims)}."


def forged(issuer: Issuer, clock: FixedClock) -> dict[str, str]:
    now = int(clock.now().timestamp())
    claims = {"iss": issuer.name, "aud": "motcua", "sub": me(), "iat": now, "exp": now + 300}
    public = json.dumps(issuer.key.as_dict(private=False)).encode()
    secret = OctKey.import_key(public)
    stranger = OKPKey.generate_key("Ed25519")
    header, body, signature = issuer.token(me()).split(".")
    return {
        "no algorithm": unsigned(claims),
        "public key as a shared secret": jwt.encode(
            {"alg": "HS256", "kid": "k1"}, claims, secret, algorithms=["HS256"],
        ),
        "another key under our id": jwt.encode(
            {"alg": "Ed25519", "kid": "k1"}, claims, stranger, algorithms=["Ed25519"],
        ),
        "another id": jwt.encode(
            {"alg": "Ed25519", "kid": "k9"}, claims, stranger, algorithms=["Ed25519"],
        ),
        "another body": f"{header}.{body[:-2]}AA.{signature}",
        "no signature": f"{header}.{body}.",
        "garbage": "abc", "dots": "..", "long": "a" * 9000, "letters": "ộ.ộ.ộ",
        "list": urlsafe_b64encode(b"[]").decode() + ".e30.x",
        "critical": jwt.encode(
            {"alg": "Ed25519", "kid": "k1"}, claims, issuer.key, algorithms=["Ed25519"],
        ).replace(".", "..", 1),
    }


def test_no_forged_token_opens_the_door(here: Town, clock: FixedClock) -> None:
    for name, token in forged(here.issuer, clock).items():
        headers = {"Authorization": f"Bearer {token}".encode()}
        answer = requests.get(f"{here.base}/api/v1/tasks", headers=headers, timeout=20)
        assert (answer.status_code, name) == (401, name)
    assert requests.get(
        f"{here.base}/api/v1/tasks", auth=("user", "password"), timeout=20,
    ).status_code == 401


def test_agency_and_roles_come_from_the_register_not_from_the_token(
    here: Town, clock: FixedClock, store: Store,
) -> None:
    token = here.issuer.token(me(), roles=["procedure_approver"], agency=town.HANOI)
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.post(
        f"{here.base}/api/v1/procedures/x/versions/1/retire", headers=headers, timeout=20,
    )
    assert answer.status_code == 403


def test_a_person_whose_posts_have_ended_is_known_but_sent_away(
    here: Town, store: Store, clock: FixedClock,
) -> None:
    ended = Actor("old", "Ông Cũ", (
        Post(town.COMMUNE, "leader", date(2020, 1, 1), date(2026, 11, 9)),
    ))
    with store.reading() as connection:
        people.put(connection, [], [(ended, town.ISSUER, "old")])
    old = Person(here.base, here.issuer, "old")
    assert old.get("/tasks").status_code == 200
    clock.advance(timedelta(days=1))
    answer = old.get("/tasks")
    assert (answer.status_code, answer.json()["code"]) == (403, "no-post")


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # issuers still write its old name
@pytest.mark.parametrize(("key", "algorithm"), [
    (OKPKey.generate_key("Ed25519"), "EdDSA"), (ECKey.generate_key("P-256"), "ES256"),
    (RSAKey.generate_key(2048), "RS256"), (RSAKey.generate_key(2048), "PS256"),
], ids=["EdDSA", "ES256", "RS256", "PS256"])
def test_keys_are_found_by_discovery(
    store: Store, clock: FixedClock, key: Any, algorithm: str,
) -> None:
    key.ensure_kid()
    documents = {
        WELL_KNOWN: {"issuer": "BASE", "jwks_uri": "BASE/jwks"},
        "/jwks": {"keys": [
            {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"}, {"kty": "PQC", "kid": "new"},
            key.as_dict(private=False),
        ]},
    }
    with published(documents) as (issuer_url, asked):
        issuer = Issuer(clock, issuer_url)
        now = int(clock.now().timestamp())
        claims = {"iss": issuer_url, "aud": "motcua", "sub": "p", "iat": now, "exp": now + 60}
        token = jwt.encode({"alg": algorithm, "kid": key.kid}, claims, key, algorithms=[algorithm])
        person = replace(town.official(town.COMMUNE), id="p")
        with store.reading() as connection:
            people.put(connection, [], [(person, issuer_url, "p")])
        with running(store, clock, issuer, IssuerKeys(issuer_url)) as base:
            here = Town(base, issuer)
            assert [asked_with(here, token).status_code for _ in range(3)] == [200, 200, 200]
    assert asked == [WELL_KNOWN, "/jwks"]


def test_an_unknown_key_makes_the_server_ask_its_issuer_once_a_minute() -> None:
    keys = [OKPKey.generate_key("Ed25519", parameters={"kid": f"k{n}"}) for n in range(2)]
    documents: dict[str, Any] = {
        WELL_KNOWN: {"issuer": "BASE", "jwks_uri": "BASE/jwks"},
        "/jwks": {"keys": [keys[0].as_dict(private=False)]},
    }
    time = [1000.0]
    with published(documents) as (url, asked):
        found = IssuerKeys(url, monotonic=lambda: time[0])
        assert found.find("k0")
        assert found.find("k0")
        assert len(asked) == 2
        documents["/jwks"] = {"keys": [key.as_dict(private=False) for key in keys]}
        for _ in range(5):
            assert found.find("k1") is None
        assert len(asked) == 2
        time[0] += 61
        assert found.find("k1")
        assert len(asked) == 4


@pytest.mark.parametrize("documents", [
    {}, {WELL_KNOWN: {"issuer": "https://other", "jwks_uri": "BASE/jwks"}},
    {WELL_KNOWN: {"issuer": "BASE", "jwks_uri": "http://192.0.2.1/jwks"}},
    {WELL_KNOWN: {"issuer": "BASE", "jwks_uri": "file:///etc/passwd"}},
    {WELL_KNOWN: [], "/jwks": {}},
    {WELL_KNOWN: {"issuer": "BASE", "jwks_uri": "BASE/jwks"}, "/jwks": {"keys": []}},
], ids=["silent", "another issuer", "not https", "a file", "no object", "no keys"])
def test_while_the_issuer_has_no_keys_the_server_says_that_it_cannot_check(
    store: Store, clock: FixedClock, documents: dict[str, Any],
) -> None:
    with published(documents) as (url, _):
        issuer = Issuer(clock, url)
        with running(store, clock, issuer, IssuerKeys(url)) as base:
            answer = asked_with(Town(base, issuer), issuer.token(me()))
    assert (answer.status_code, answer.json()["code"]) == (503, "issuer-unavailable")
    assert answer.headers["Retry-After"]
