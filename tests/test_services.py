"""Service tasks that connectors do: asked and brought in once, done again without network."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import psycopg
import pytest
import served
import town
from served import CITIZEN, StandIn, brought, chain, elements, reach, rows, send, work
from structlog.testing import capture_logs

from engine.audit import desk as auditor
from engine.calling import RetryService
from engine.clock import FixedClock
from engine.commands import ClaimTask, CompleteService, CompleteTask
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.history import read_personal
from engine.jobs import Calls
from engine.links.connectors import Registry
from engine.office import Office
from engine.people import SYSTEM
from engine.store import Store, call_states, calls


@pytest.fixture
def database_of_citizens() -> Iterator[StandIn]:
    with served.standing_in() as stand:
        yield stand


@pytest.fixture
def described(tmp_path: Path) -> Iterator[Callable[[Any], Registry]]:
    """What reads a configuration."""
    with ExitStack() as ended:
        def read(configuration: Any) -> Registry:
            made = served.registry(tmp_path, configuration)
            ended.callback(made.close)
            return made
        yield read


@pytest.fixture
def known(described: Callable[[Any], Registry], database_of_citizens: StandIn) -> Registry:
    return described(database_of_citizens.configuration())


@pytest.fixture
def ready(store: Store, clock: FixedClock, known: Registry) -> Office:
    return served.opened(store, clock, known)


@pytest.fixture
def worker(store: Store, ready: Office, clock: FixedClock, known: Registry) -> Calls:
    return served.worker(store, ready, clock, known)


@pytest.fixture
def line(ready: Office, worker: Calls) -> tuple[Office, Calls]:
    """Who opens calls, and who makes them."""
    return ready, worker


@pytest.fixture
def workers(
    store: Store, ready: Office, clock: FixedClock, described: Callable[[Any], Registry],
    database_of_citizens: StandIn,
) -> list[Calls]:
    """Two of them, patient: on a busy machine no call of theirs runs out of time."""
    patient = described(database_of_citizens.configuration(timeout=20))
    return [served.worker(store, ready, clock, patient) for _ in range(2)]


def backlog(store: Store) -> call_states.Backlog:
    with store.reading() as connection:
        return call_states.backlog(connection)


def replays(store: Store, code: str) -> bool:
    return auditor.replay_stored(store, code).whole


def test_a_look_up_moves_the_dossier_on_with_what_it_found(
    store: Store, ready: Office, worker: Calls, database_of_citizens: StandIn, owner: str,
) -> None:
    code = reach(ready, store)
    assert elements(store, code) == ["find"]
    assert rows(owner, "kind, name, inputs") == [
        ("connector", "person", json.dumps({"id_number": CITIZEN}, separators=(",", ":"))),
    ]
    assert worker.drain() == 1
    assert database_of_citizens.asked == [CITIZEN]
    assert elements(store, code) == ["finish"]
    assert rows(owner) == []
    values = read_personal(chain(store, code)[-1])[1]["answers"]
    assert values == {"full_name": f"Công dân {CITIZEN}", "born": "1999-02-01"}
    assert CITIZEN.encode() not in chain(store, code)[-1].body
    assert worker.drain() == 0


def test_a_history_is_done_again_with_the_network_gone(
    store: Store, ready: Office, worker: Calls, database_of_citizens: StandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code = reach(ready, store)
    worker.drain()
    before = len(database_of_citizens.asked)

    def nobody(*_: Any, **__: Any) -> None:
        raise OSError("no network")

    monkeypatch.setattr(socket, "create_connection", nobody)
    assert replays(store, code)
    assert len(database_of_citizens.asked) == before


def test_only_the_outputs_that_are_drawn_come_out_of_a_result(
    store: Store, ready: Office, worker: Calls,
) -> None:
    code = reach(ready, store)
    worker.drain()
    again = auditor.replay_stored(store, code)
    (part,) = again.end.parts.values()
    assert b"1999-02-01" not in _plain(part.state)
    assert f"Công dân {CITIZEN}".encode() in _plain(part.state)


def _plain(state: bytes) -> bytes:
    import zlib

    for start in range(8):
        try:
            return zlib.decompress(state[start:])
        except zlib.error:
            continue
    return state


def test_nothing_found_is_caught_by_the_diagram(
    store: Store, ready: Office, worker: Calls, database_of_citizens: StandIn,
) -> None:
    database_of_citizens.answer = lambda handler, _: send(handler, 404, {})
    code = reach(ready, store)
    assert worker.drain() == 1
    assert elements(store, code) == ["missing"]
    assert replays(store, code)


def hangs(handler: BaseHTTPRequestHandler, _: str) -> None:
    time.sleep(3)


def drips(handler: BaseHTTPRequestHandler, _: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(30):
        handler.wfile.write(b" ")
        time.sleep(0.1)


def loses(handler: BaseHTTPRequestHandler, _: str) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    handler.close_connection = True


FAULTS = {
    "hangs": (hangs, "call-timed-out"),
    "drips": (drips, "call-timed-out"),
    "breaks off": (loses, "call-unreachable"),
    "500": (lambda h, _: send(h, 500, {}), "status-500"),
    "429": (lambda h, _: send(h, 429, {}, Retry_After="0"), "status-429"),
    "garbage": (lambda h, _: send(h, 200, b"<html>"), "answer-no-json"),
    "NaN": (lambda h, _: send(h, 200, b'{"hoTen": NaN}'), "answer-no-json"),
    "oversized": (lambda h, _: send(h, 200, b"[" * 5000), "call-too-large"),
    "empty": (lambda h, _: send(h, 200, b""), "answer-not-understood"),
    "another kind": (lambda h, _: send(h, 200, {"hoTen": "A", "ngaySinh": 5}), "answer-not-typed"),
    "no name": (lambda h, _: send(h, 200, {"hoTen": "", "ngaySinh": "2000-01-01"}),
                "answer-not-typed"),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_fault_that_passes_is_tried_again_and_leaves_no_trace_in_the_history(
    store: Store, line: tuple[Office, Calls], database_of_citizens: StandIn, owner: str, fault: str,
) -> None:
    ready, worker = line
    database_of_citizens.answer, says = FAULTS[fault]
    code = reach(ready, store)
    with capture_logs() as logged:
        # On a busy machine the pause may be over before the worker has looked around.
        worker.drain(lambda: bool(database_of_citizens.asked))
    ((tries, failure, incident),) = rows(owner, "tries, failure, incident")
    assert (tries, incident) == (1, 0)
    assert says in failure
    assert CITIZEN not in failure + str(logged)
    assert [e["reason"] for e in logged if e["event"] == "call-failed"] == [failure]
    assert backlog(store).failing == 1
    database_of_citizens.answer = served.found
    work(worker, lambda: elements(store, code) == ["finish"])
    assert brought(store, code) == 1
    assert replays(store, code)


def test_a_fault_that_stays_becomes_an_incident_that_an_operator_lets_be_tried_anew(
    store: Store, ready: Office, worker: Calls, database_of_citizens: StandIn, owner: str,
) -> None:
    database_of_citizens.answer = lambda handler, _: send(handler, 503, {})
    code = reach(ready, store)
    work(worker, lambda: backlog(store).incident == 1)
    assert len(database_of_citizens.asked) == served.QUICK["attempts"]
    assert rows(owner, "failure") == [("status-503",)]
    time.sleep(0.2)
    assert worker.drain() == 0
    ((task,),) = rows(owner, "task")
    with pytest.raises(Forbidden):
        ready.execute(RetryService(task), served.OFFICER)
    with pytest.raises(NotFound):
        ready.execute(RetryService("other"), served.OPERATOR)
    database_of_citizens.answer = served.found
    ready.execute(RetryService(task), served.OPERATOR)
    assert worker.drain() == 1
    assert elements(store, code) == ["finish"]
    with pytest.raises(NotFound):
        ready.execute(RetryService(task), served.OPERATOR)


def test_what_no_second_try_can_mend_is_an_incident_at_once(
    store: Store, ready: Office, worker: Calls, database_of_citizens: StandIn, owner: str,
) -> None:
    database_of_citizens.answer = lambda handler, _: send(handler, 403, {})
    reach(ready, store)
    reach(ready, store, "..")
    assert worker.drain() == 2
    assert sorted(rows(owner, "failure, incident")) == [
        ("order-not-complete: person.url: path leads elsewhere", 1), ("status-403", 1),
    ]
    assert database_of_citizens.asked == [CITIZEN]


def test_a_retry_after_is_waited_for(
    store: Store, ready: Office, worker: Calls, database_of_citizens: StandIn, owner: str,
) -> None:
    database_of_citizens.answer = lambda handler, _: send(handler, 429, {}, Retry_After="600")
    reach(ready, store)
    worker.drain()
    ((seconds,),) = rows(owner, "extract(epoch FROM until - now())")
    assert 590 < seconds < 760


def test_an_error_that_no_event_catches_ends_no_dossier_but_calls_an_operator(
    store: Store, clock: FixedClock, described: Callable[[Any], Registry],
    database_of_citizens: StandIn, owner: str,
) -> None:
    configuration = database_of_citizens.configuration()
    person = configuration["connectors"]["person"]
    configuration["connectors"]["person"] = {
        **{k: v for k, v in person.items() if k not in {"fields", "not_found"}}, "kind": "http",
        "errors": {"ambiguous": {"when": "len(body.hoTen) > 0"}},
    }
    known = described(configuration)
    office = served.opened(store, clock, known)
    code = reach(office, store)
    assert served.worker(store, office, clock, known).drain() == 1
    assert rows(owner, "incident, failure") == [(1, "result-refused: error-not-caught")]
    assert elements(store, code) == ["find"]
    assert replays(store, code)


def test_a_held_dossier_makes_no_calls_and_a_freed_one_does(
    store: Store, ready: Office, worker: Calls, database_of_citizens: StandIn, owner: str,
) -> None:
    code = reach(ready, store)
    served.act(ready, code, "accept")
    served.act(ready, code, "request-supplement", reason="Thiếu giấy khai sinh")
    assert rows(owner, "held") == [(1,)]
    assert worker.drain() == 0
    assert backlog(store).held == 1
    served.act(ready, code, "receive-supplement")
    assert worker.drain() == 1
    assert elements(store, code) == ["finish"]
    assert replays(store, code)


def test_a_result_that_comes_while_the_dossier_is_held_is_asked_for_again_later(
    store: Store, ready: Office, worker: Calls, database_of_citizens: StandIn, owner: str,
) -> None:
    code = reach(ready, store)
    served.act(ready, code, "accept")

    def meanwhile(handler: BaseHTTPRequestHandler, number: str) -> None:
        served.act(ready, code, "request-supplement", reason="Thiếu giấy khai sinh")
        served.found(handler, number)

    database_of_citizens.answer = meanwhile
    worker.drain()
    assert rows(owner, "held, tries, lock") == [(1, 0, None)]
    database_of_citizens.answer = served.found
    served.act(ready, code, "receive-supplement")
    worker.drain()
    assert elements(store, code) == ["finish"]
    assert brought(store, code) == 1


def test_a_dossier_that_ends_drops_its_calls_and_a_late_result_is_harmless(
    store: Store, ready: Office, worker: Calls, database_of_citizens: StandIn, owner: str,
) -> None:
    code = reach(ready, store)
    served.act(ready, code, "accept")

    def meanwhile(handler: BaseHTTPRequestHandler, number: str) -> None:
        served.act(ready, code, "withdraw")
        served.found(handler, number)

    database_of_citizens.answer = meanwhile
    with capture_logs() as logged:
        worker.drain()
    assert [e["code"] for e in logged if e["event"] == "call-late"] == ["task-not-open"]
    assert rows(owner) == []
    assert brought(store, code) == 0
    assert replays(store, code)


def test_a_claim_that_ran_out_belongs_to_the_next_and_only_one_result_counts(
    store: Store, ready: Office, workers: list[Calls], owner: str,
    database_of_citizens: StandIn,
) -> None:
    code = reach(ready, store)
    first, second = workers

    def slowly(handler: BaseHTTPRequestHandler, number: str) -> None:
        database_of_citizens.answer = served.found
        with psycopg.connect(owner) as connection:  # as if the claim had run out meanwhile
            connection.execute("UPDATE service_call SET until = now()")
        second.drain()
        served.found(handler, number)

    database_of_citizens.answer = slowly
    first.drain()
    assert database_of_citizens.asked == [CITIZEN, CITIZEN]
    assert elements(store, code) == ["finish"]
    assert brought(store, code) == 1
    assert replays(store, code)


def test_a_token_that_is_not_the_one_of_the_claim_is_refused(
    store: Store, ready: Office, owner: str,
) -> None:
    reach(ready, store)
    ((task,),) = rows(owner, "task")
    for lock in ("", "none", "null"):
        with pytest.raises(Conflict) as refusal:
            ready.execute(CompleteService(task, lock, {"full_name": "A"}), SYSTEM)
        assert refusal.value.code == "lock-lost"


def test_a_version_that_names_an_unknown_connector_cannot_be_submitted(
    store: Store, clock: FixedClock,
) -> None:
    with pytest.raises(Invalid) as refusal:
        served.opened(store, clock, Registry())
    assert [fault.code for fault in refusal.value.faults] == ["unknown-connector"]


def test_people_and_machines_cannot_do_what_a_connector_does(
    store: Store, ready: Office, owner: str,
) -> None:
    reach(ready, store)
    ((task,),) = rows(owner, "task")
    for command in (ClaimTask(task), CompleteTask(task)):
        with pytest.raises(Forbidden):
            ready.execute(command, town.official(town.COMMUNE), if_match=frozenset({"*"}))
    with store.unit() as unit:
        (claim,) = calls.claim(unit.connection, "person", 1, timedelta(seconds=30), "test")
    with pytest.raises(Forbidden):
        ready.execute(CompleteService(task, claim.lock), served.MACHINE)
    with pytest.raises(NotFound):
        ready.execute(CompleteService(task, claim.lock), served.STRANGER)


def test_a_slow_connector_leaves_room_for_the_others(
    store: Store, clock: FixedClock, described: Callable[[Any], Registry],
    database_of_citizens: StandIn,
) -> None:
    configuration = database_of_citizens.configuration(timeout=3)
    person = configuration["connectors"]["person"]
    slow = {**person, "url": person["url"].replace("/person/", "/slow/")}
    configuration["connectors"]["slow"] = slow

    def answer(handler: BaseHTTPRequestHandler, number: str) -> None:
        if "/slow/" in handler.path:
            time.sleep(1.5)
        served.found(handler, number)

    database_of_citizens.answer = answer
    known = described(configuration)
    office = served.opened(store, clock, known)
    town.bring_into_force(office, "9.000005", {
        "main.bpmn": served.DRAWING["main.bpmn"].replace(b"9.000003", b"9.000005")
        .replace(b'connector="person"', b'connector="slow"'),
    }, clock)
    slow_ones = [reach(office, store, str(n), "9.000005") for n in range(10)]
    quick = [reach(office, store, str(n)) for n in range(4)]
    worker = served.worker(store, office, clock, known)
    with ThreadPoolExecutor(1) as beside:
        began = time.monotonic()
        draining = beside.submit(worker.drain)
        while any(elements(store, code) != ["finish"] for code in quick):
            assert time.monotonic() - began < 1.4, "the quick ones waited for the slow ones"
            time.sleep(0.02)
        assert draining.result() == 14
    assert all(elements(store, code) == ["finish"] for code in slow_ones)


def test_two_workers_make_each_of_many_calls_once(
    store: Store, ready: Office, workers: list[Calls], owner: str,
    database_of_citizens: StandIn,
) -> None:
    codes = [reach(ready, store, str(number)) for number in range(200)]
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(Calls.drain, workers))
    assert sum(made) == 200
    assert sorted(database_of_citizens.asked, key=int) == [str(number) for number in range(200)]
    assert [brought(store, code) for code in codes] == [1] * 200
    assert rows(owner) == []
