"""The operator's view of the national portal: what waits, what it refused, the gauges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import requests
import town
from http_town import AUDIENCE, Issuer, Person, serving
from portal_stand_in import Portal, portal_file
from portal_town import Desk, be_ready

from api.app import create_app
from api.auth import Doorkeeper
from api.keys import FixedKeys
from api.settings import Settings
from api.wiring import Services
from engine.clock import FixedClock
from engine.office import Office
from engine.people import Actor, Post
from engine.store import Store, embedded

OPERATOR = Actor("op", "Trần Văn Bình", (Post(town.COMMUNE, "operator", town.SINCE),))


@pytest.fixture
def desk(store: Store, clock: FixedClock, portal: Portal, tmp_path: Path) -> Iterator[Desk]:
    found = Desk(store, clock, portal, tmp_path)
    yield found
    found.close()


@pytest.fixture
def services(store: Store, clock: FixedClock, issuer: Issuer, desk: Desk) -> Services:
    def register(_: str, subject: str, day: date) -> Actor | None:
        official = town.official(town.COMMUNE, "specialist")
        return {"op": OPERATOR, official.id: official}.get(subject)

    door = Doorkeeper(issuer.name, AUDIENCE, FixedKeys(issuer.keys()), clock, register)
    path = portal_file(desk.folder, desk.portal.base)
    settings = Settings(embedded.home(), portal=path)
    return Services(settings, clock, store, Office(store, clock), door)


@pytest.fixture
def base(services: Services) -> Iterator[str]:
    with serving(create_app(services)) as base:
        yield base


@pytest.fixture
def operator(base: str, issuer: Issuer) -> Person:
    return Person(base, issuer, "op")


def test_an_operator_pages_through_what_the_portal_is_told(desk: Desk, operator: Person) -> None:
    code = desk.walk("granted")
    desk.sync.drain()
    first = operator.get("/portal-messages", limit=3).json()
    second = operator.get("/portal-messages", limit=3, cursor=first["next"]).json()
    found = [*first["items"], *second["items"]]
    assert [item["statuses"] for item in found] == [[1], [2], [4], [9], [10]]
    assert {item["dossier"] for item in found} == {code}
    assert {item["state"] for item in found} == {"sent"}
    assert all(len(item["digest"]) == 64 for item in found)
    assert second["next"] is None
    assert operator.get("/portal-messages", state="dead").json()["items"] == []
    assert operator.get("/portal-messages", state="lost").status_code == 400


def test_an_operator_sees_the_portals_words_and_drives_a_dead_message_again(
    desk: Desk, operator: Person,
) -> None:
    code = desk.register()
    desk.portal.refusing[code] = "Thủ tục hết hiệu lực"
    desk.sync.drain()
    (dead,) = operator.get("/portal-messages", state="dead").json()["items"]
    assert dead["failure"] == "01: Thủ tục hết hiệu lực"
    desk.portal.refusing.clear()
    assert operator.post(f"/portal-messages/{dead['id']}/redrive").status_code == 200
    assert operator.post(f"/portal-messages/{dead['id']}/redrive").status_code == 404
    assert operator.post(f"/portal-messages/{2**63}/redrive").status_code == 404
    desk.sync.drain()
    assert desk.portal.statuses(code) == ["1"]


def test_officials_who_are_no_operators_may_not_look_nor_drive(
    base: str, issuer: Issuer,
) -> None:
    official = Person(base, issuer, town.official(town.COMMUNE, "specialist").id)
    assert official.get("/portal-messages").status_code == 403
    assert official.post("/portal-messages/1/redrive").status_code == 403
    assert requests.get(f"{base}/api/v1/portal-messages", timeout=10).status_code == 401


def gauge(base: str, name: str) -> float:
    text = requests.get(f"{base}/metrics", timeout=10).text
    (line,) = (one for one in text.splitlines() if one.startswith(f"motcua_portal_{name} "))
    return float(line.split()[1])


def test_the_gauges_tell_what_waits_what_is_dead_and_how_old_the_oldest_is(
    desk: Desk, base: str, owner: str,
) -> None:
    assert (gauge(base, "waiting"), gauge(base, "oldest_seconds")) == (0, 0)
    code = desk.walk("granted")
    desk.clock.advance(timedelta(minutes=10))
    assert (gauge(base, "waiting"), gauge(base, "dead")) == (5, 0)
    assert gauge(base, "oldest_seconds") == 60 * (4 * 5 + 10)
    desk.portal.fail("500")
    desk.sync.drain()
    assert gauge(base, "silences") == 1
    be_ready(owner)
    desk.portal.refusing[code] = "Sai"
    desk.sync.drain()
    assert (gauge(base, "waiting"), gauge(base, "dead"), gauge(base, "silences")) == (4, 1, 0)


def test_a_server_that_tells_no_portal_shows_no_gauges(services: Services) -> None:
    alone = replace(services, settings=Settings(embedded.home()))
    with serving(create_app(alone)) as base:
        assert "motcua_portal_" not in requests.get(f"{base}/metrics", timeout=10).text
