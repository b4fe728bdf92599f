"""A service that holds the keys: hash in, signature out; and whatever else it may answer."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import signing_town as town_of
from signing_town import CONNECTOR, LEADER, OFFICER, Country, Place, RemoteSigner

from engine.audit import desk as auditor
from engine.audit.signed import Signed, unlike_signed
from engine.clock import FixedClock
from engine.errors import Invalid
from engine.links.connectors import read_trust
from engine.signatures import Trust, signatures_in
from engine.store import Store, entries

Opened = Callable[[dict[str, Any]], Place]


@pytest.fixture
def signer(country: Country) -> Iterator[RemoteSigner]:
    with town_of.remote(country.leader, country.officer) as found:
        yield found


@pytest.fixture
def opened(store: Store, clock: FixedClock, tmp_path: Path) -> Iterator[Opened]:
    with ExitStack() as ended:
        yield lambda configured: ended.enter_context(
            town_of.opened(store, clock, tmp_path, configured))


@pytest.fixture
def place(tmp_path: Path, country: Country, signer: RemoteSigner, opened: Opened) -> Place:
    return opened(town_of.held_remotely(tmp_path, country, signer))


def asked(place: Place) -> str:
    code = place.with_result()
    answer = place.ask(place.leader, code, 1)
    assert answer.status_code == 202, answer.text
    return code


def stands(place: Place, code: str) -> tuple[str, str, int]:
    place.settle(code)
    (waiting,) = place.pending(code)
    assert [p["number"] for p in place.papers(code)] == [1]
    return waiting["state"], waiting["failure"], waiting["tries"]


def trust(country: Country) -> Trust:
    return Trust((country.root.der,))


@pytest.mark.parametrize("who", ["leader", "officer"], ids=["RSA", "EC"])
def test_a_remote_service_signs_the_hash_and_never_sees_the_paper(
    place: Place, country: Country, signer: RemoteSigner, who: str,
) -> None:
    code = place.with_result()
    place.ask(getattr(place, who), code, 1)
    place.settle(code)
    (found,) = signatures_in(place.content(code, 2), trust(country), place.clock.now())
    assert (found.status, found.serial) == ("valid", getattr(country, who).serial)
    (sent,) = signer.asked
    assert sent.keys() == {"hash", "credential", "serial"}
    assert sent["credential"] == {"leader": LEADER, "officer": OFFICER}[who]
    assert signer.headers[0]["idempotency-key"]
    assert auditor.replay_stored(place.store, code).whole


def test_a_service_that_refuses_at_first_is_asked_again_and_signs_once(
    place: Place, signer: RemoteSigner,
) -> None:
    def second(own: RemoteSigner, said: dict[str, Any]) -> tuple[int, bytes]:
        return (503, b"{}") if len(own.asked) == 1 else town_of.signing(own, said)

    signer.answer = second
    code = asked(place)
    place.settle(code)
    assert [p["number"] for p in place.papers(code)] == [1, 2]
    assert len(signer.asked) == 2


ANSWERS: dict[str, tuple[int, bytes, str, int]] = {
    "refuses": (403, b"{}", "status-403", 1),
    "is broken": (500, b"oops", "status-500", 3),
    "answers no JSON": (200, b"<html>", "answer-no-json", 3),
    "answers something else": (200, b'{"ok": true}', "answer-not-understood", 3),
    "answers no base64": (200, b'{"signature": "?!"}', "answer-not-understood", 3),
    "answers a number": (200, b'{"signature": 7}', "answer-not-understood", 3),
    "answers garbage": (200, json.dumps({"signature": b64encode(b"x" * 256).decode()}).encode(),
                        "signature-wrong", 3),
    "answers far too much": (200, b'{"signature": "' + b"A" * 100_000 + b'"}',
                             "call-too-large", 3),
}


@pytest.mark.parametrize("how", ANSWERS)
def test_a_service_that_does_not_sign_leaves_the_paper_and_an_incident(
    place: Place, signer: RemoteSigner, how: str,
) -> None:
    status, body, why, tries = ANSWERS[how]
    signer.answer = lambda *_: (status, body)
    state, failure, made = stands(place, asked(place))
    assert (state, made) == ("incident", tries)
    assert failure.startswith(why)


def test_a_service_that_hangs_is_given_up_and_no_row_of_the_dossier_is_locked_meanwhile(
    place: Place, signer: RemoteSigner,
) -> None:
    release = threading.Event()

    def hanging(*_: Any) -> tuple[int, bytes]:
        release.wait(20)
        return 200, b"{}"

    signer.answer = hanging
    code = asked(place)
    worker = threading.Thread(target=place.settle, args=(code,))
    worker.start()
    while not signer.asked:
        assert worker.is_alive()
    added = place.officer.get(f"/dossiers/{code}")
    assert added.status_code == 200
    with place.store.reading() as connection:
        connection.execute("SET LOCAL lock_timeout = '200ms'")
        connection.execute("SELECT 1 FROM dossier WHERE code = %s FOR UPDATE", (code,))
        connection.rollback()
    worker.join()
    release.set()
    state, failure, _ = stands(place, code)
    assert state == "incident"
    assert failure.startswith("call-timed-out")


def test_a_service_that_signs_with_somebody_elses_key_is_found_out(
    place: Place, country: Country, signer: RemoteSigner,
) -> None:
    impostor = town_of.issue("Kẻ mạo danh", country.below)
    signer.keys[country.leader.serial] = impostor
    state, failure, _ = stands(place, asked(place))
    assert state == "incident"
    assert failure.startswith("signature-wrong")


def test_a_service_that_is_not_there_is_tried_again_later(
    tmp_path: Path, country: Country, opened: Opened,
) -> None:
    with town_of.remote(country.leader, country.officer) as gone:
        section = town_of.held_remotely(tmp_path, country, gone)
    place = opened(section)
    state, failure, tries = stands(place, asked(place))
    assert (state, tries) == ("incident", 3)
    assert failure.startswith("call-unreachable")


def test_a_certificate_file_of_another_serial_number_is_refused_at_the_start(
    tmp_path: Path, country: Country, signer: RemoteSigner, opened: Opened,
) -> None:
    told = town_of.held_remotely(tmp_path, country, signer)
    told["connectors"][CONNECTOR]["officials"][LEADER]["serial"] = country.officer.serial
    with pytest.raises(Invalid, match="has not the serial number"):
        opened(told)


# Time stamps


def stamps(country: Country) -> Callable[[bytes, dict[str, str]], tuple[int, bytes]]:
    """A time-stamping authority by pyHanko's own maker of tokens."""
    made = town_of.stamping(country)

    def answer(request: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        assert headers["content-type"] == "application/timestamp-query"
        return 200, made(request)

    return answer


def test_with_an_authority_of_time_stamps_the_level_is_b_t(
    tmp_path: Path, country: Country, signer: RemoteSigner, opened: Opened,
) -> None:
    with town_of.posting(stamps(country)) as port:
        place = opened(town_of.held_remotely(tmp_path, country, signer, timestamp={
            "url": f"http://127.0.0.1:{port}/tsa", "timeout": 5}))
        code = asked(place)
        place.settle(code)
    assert place.pending(code) == []
    (found,) = signatures_in(place.content(code, 2), trust(country), place.clock.now())
    assert (found.status, found.level) == ("valid", "B-T")
    assert place.paper(code, 2)["signatures"][0]["level"] == "B-T"
    with place.store.reading() as connection:
        chain = entries.chain(connection, code)
    told = read_trust(place.settings.connectors)
    assert list(unlike_signed(code, chain, Signed(place.reading, told))) == []


@pytest.mark.parametrize("how", [
    (200, b"garbage", "signature-not-made"), (500, b"", "timestamp-status-500"),
], ids=["garbage", "broken"])
def test_a_time_stamp_that_does_not_come_leaves_nothing_half_signed(
    tmp_path: Path, country: Country, signer: RemoteSigner, opened: Opened,
    how: tuple[int, bytes, str],
) -> None:
    status, body, why = how
    with town_of.posting(lambda *_: (status, body)) as port:
        place = opened(town_of.held_remotely(tmp_path, country, signer, timestamp={
            "url": f"http://127.0.0.1:{port}/tsa", "timeout": 5}))
        state, failure, _ = stands(place, asked(place))
    assert state == "incident"
    assert failure.startswith(why)
