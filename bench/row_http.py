"""The row of HTTP (qua HTTP): completing a task through gunicorn, one client and four."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from random import Random
from statistics import median
from threading import Thread
from time import perf_counter
from typing import Any

from bench import drawing, servers
from bench.measure import SEED, milliseconds
from bench.premises import OFFICIAL, Premises
from bench.recording import Transaction, writes
from bench.row_durable import Open, record, registered
from bench.row_state import agree
from bench.table import Row
from engine.store.embedded import DATABASE

SIDES = ("ours", "bare")
CLIENTS, WARM = 4, 2
_STEPS = len(drawing.ORDER)


@dataclass
class Side:
    """One server and the dossiers that wait behind it; `send` does one step of one dossier."""

    server: servers.Server
    send: Callable[[HTTPConnection, int, int], None]
    alone: list[float] = field(default_factory=list)
    alone_cpu: float = 0.0
    together: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def over_http(place: Premises, rounds: int) -> list[Row]:
    """Measure both servers: one client step by step in turns, four clients block by block."""
    blocks = max(rounds // (CLIENTS * 2), 1) * 2
    dossiers = WARM + rounds + blocks * CLIENTS
    opened = registered(place, "http", dossiers)
    place.copy("http_recorded", "http")
    place.drop(DATABASE)
    for name in (DATABASE, "http_bare"):
        place.copy(name, "http")
    recorded = record(place, "http_recorded", opened)
    with servers.ours(place) as mine, servers.bare(place, "http_bare", _by_task(recorded)) as other:
        sides = {
            "ours": Side(mine, Ours(opened, _token(mine)).send),
            "bare": Side(other, Bare(recorded).send),
        }
        _alone(sides, rounds)
        for number in range(blocks):
            first = WARM + rounds + number * CLIENTS
            for name in Random(SEED + number).sample(SIDES, 2):
                _together(sides[name], range(first, first + CLIENTS))
    agree(_left(place, DATABASE), _left(place, "http_bare"), "rows left over HTTP")
    return _rows(sides["ours"], sides["bare"])


@dataclass
class Ours:
    """Our API as an integrator calls it: token, If-Match, Idempotency-Key."""

    opened: list[Open]
    token: str

    def send(self, connection: HTTPConnection, number: int, step: int) -> None:
        """Complete a task and keep what it opened."""
        element = drawing.order(number)[step]
        task, etag = self.opened[number][element]
        body = json.dumps({"answers": drawing.answers(element, number)}).encode()
        status, answer = servers.ask(connection, f"/api/v1/tasks/{task}/complete", body, {
            "Authorization": f"Bearer {self.token}", "If-Match": f'"{etag}"',
            "Idempotency-Key": f"bench-{task}",
        })
        agree(status, 200, f"the answer: {answer.decode()}")
        for found in json.loads(answer)["opened"]:
            self.opened[number][found["element"]] = found["id"], found["etag"]


@dataclass
class Bare:
    """The bare route: the same body, and the transaction that was recorded for it."""

    recorded: list[list[Transaction]]

    def send(self, connection: HTTPConnection, number: int, step: int) -> None:
        """Let the recorded transaction happen."""
        element = drawing.order(number)[step]
        body = json.dumps({"answers": drawing.answers(element, number)}).encode()
        task = _task(self.recorded[number][step])
        status, answer = servers.ask(connection, f"/tasks/{task}/complete", body, {})
        agree(status, 200, f"the bare answer: {answer.decode()}")
        json.loads(answer)


def _alone(sides: Mapping[str, Side], rounds: int) -> None:
    with sides["ours"].server.connect() as mine, sides["bare"].server.connect() as other:
        connections = {"ours": mine, "bare": other}
        for number in range(WARM + rounds):
            if number == WARM:
                before = {name: side.server.cpu() for name, side in sides.items()}
            for step in range(_STEPS):
                for name in Random(f"{SEED}/{number}/{step}").sample(SIDES, 2):
                    began = perf_counter()
                    sides[name].send(connections[name], number, step)
                    if number >= WARM:
                        sides[name].alone.append(perf_counter() - began)
    for name, side in sides.items():
        side.alone_cpu = (side.server.cpu() - before[name]) / len(side.alone)


def _together(side: Side, numbers: range) -> None:
    """Let each client take one dossier from its first task to its last."""
    faults: list[BaseException] = []

    def client(number: int) -> None:
        try:
            with side.server.connect() as connection:
                for step in range(_STEPS):
                    began = perf_counter()
                    side.send(connection, number, step)
                    side.together.append(perf_counter() - began)
        except (OSError, AssertionError) as fault:
            faults.append(fault)

    threads = [Thread(target=client, args=(number,)) for number in numbers]
    cpu, began = side.server.cpu(), perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    side.rates.append(len(numbers) * _STEPS / (perf_counter() - began))
    side.cpu.append((side.server.cpu() - cpu) / (len(numbers) * _STEPS))


def _by_task(recorded: list[list[Transaction]]) -> dict[str, tuple[Transaction, str]]:
    return {
        _task(transaction): (transaction, _result(transaction))
        for steps in recorded for transaction in steps
    }


def _task(transaction: Transaction) -> str:
    """Return the task that a recorded transaction completed: the first thing it looked for."""
    return str(next(iter((transaction[0][0][0][1] or {}).values())))


def _result(transaction: Transaction) -> str:
    found = next(p for text, p in writes(transaction) if text.startswith("INSERT INTO idempotency"))
    return str(found["result"])


def _token(server: servers.Server) -> str:
    body = json.dumps({"person": OFFICIAL.id}).encode()
    with server.connect() as connection:
        _, answer = servers.ask(connection, "/demo-issuer/token", body, {})
    return str(json.loads(answer)["access_token"])


def _left(place: Premises, database: str) -> list[tuple[Any, ...]]:
    return place.rows(database, (
        "SELECT code, status, entries FROM dossier ORDER BY code",
        "SELECT dossier, element, state, agency, role, closed_by FROM task ORDER BY 1, 2",
        "SELECT chain, count(*) FROM entry GROUP BY chain ORDER BY chain",
        "SELECT count(*), count(result) FROM idempotency", "SELECT count(*) FROM timer",
    ))


def _rows(mine: Side, other: Side) -> list[Row]:
    what = f"completing a task over HTTP, gunicorn with {servers.WORKERS} workers"
    against = "a bare Flask route with the same statements in one transaction"
    rates = median(mine.rates), median(other.rates)
    return [
        Row(
            number="5", what=f"{what}, 1 client (wall)", against=against, n=len(mine.alone),
            ours=milliseconds(mine.alone), other=milliseconds(other.alone),
            value=median(mine.alone) / median(other.alone), bar=3, better="less",
            note=_spent(mine.alone_cpu, other.alone_cpu),
        ),
        Row(
            number="5", what=f"{what}, {CLIENTS} clients (wall)", against=against,
            n=len(mine.together), ours=milliseconds(mine.together),
            other=milliseconds(other.together),
            value=median(mine.together) / median(other.together), bar=3, better="less",
            note=f"{rates[0]:.0f} and {rates[1]:.0f} requests a second, {rates[1] / rates[0]:.2f}x;"
                 f" {_spent(median(mine.cpu), median(other.cpu))}",
        ),
    ]


def _spent(mine: float, other: float) -> str:
    return f"CPU of the workers {1000 * mine:.2f} and {1000 * other:.2f} ms a request"
