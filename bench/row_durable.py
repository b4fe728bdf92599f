"""Rows with a database (có cơ sở dữ liệu): one durable completion, three ways, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

import psycopg

from bench import drawing
from bench.by_hand import by_hand, connect, send
from bench.measure import SEED, Times, ratio, settle
from bench.premises import CLOCK, OFFICIAL, Premises, register
from bench.recording import Recorder, Transaction
from bench.row_state import agree
from bench.stock_flow import StockFlow, stock_in_place
from bench.table import Row
from engine.commands import CompleteTask, Request
from engine.office import Office

#: Element to task id and ETag.
Open = dict[str, tuple[str, str]]
SIDES = ("ours", "stock", "hand")
#: Dossiers played before the measuring begins.
WARM = 2


@dataclass
class Player:
    """Completes tasks of dossiers through the office, as the HTTP layer would ask it to."""

    office: Office
    open: list[Open]

    def complete(self, number: int, element: str) -> Mapping[str, Any]:
        """Complete one task of the n-th dossier, under an idempotency key and its ETag."""
        task, etag = self.open[number][element]
        request = Request(f"bench-{task}", "POST", f"/api/v1/tasks/{task}/complete", "0" * 64)
        command = CompleteTask(task, drawing.answers(element, number))
        return self.office.execute(
            command, OFFICIAL, request=request, if_match=frozenset({etag})).body

    def note(self, number: int, body: Mapping[str, Any]) -> None:
        """Keep the tasks that a completion opened."""
        self.open[number] |= {t["element"]: (t["id"], t["etag"]) for t in body["opened"]}


def registered(place: Premises, database: str, dossiers: int) -> list[Open]:
    """Copy the seed, register dossiers in the copy, and return what is open in each."""
    place.copy(database, "seed")
    with place.office(database) as (office, _):
        return [register(office)[1] for _ in range(dossiers)]


def record(place: Premises, database: str, opened: list[Open]) -> list[list[Transaction]]:
    """Play every dossier of a database once; return the transaction of each completion."""
    recorder = Recorder(place.url(database))
    player = Player(Office(recorder, CLOCK), [dict(found) for found in opened])
    for number in range(len(opened)):
        for element in drawing.order(number):
            player.note(number, player.complete(number, element))
    recorder.close()
    taken, steps = recorder.transactions, len(drawing.ORDER)
    return [taken[i:i + steps] for i in range(0, len(taken), steps)]


def durable(place: Premises, rounds: int) -> list[Row]:
    """Measure ours, stock in our place, and the transaction by hand, in turns drawn at random."""
    dossiers = rounds + WARM
    opened = registered(place, "ours", dossiers)
    for name in ("hand", "recorded"):
        place.copy(name, "ours")
    recorded = record(place, "recorded", opened)
    stock = StockFlow()
    with stock_in_place(stock):
        theirs = registered(place, "stock", dossiers)
    times = {name: Times() for name in SIDES}
    with place.office("ours") as (mine, _), place.office("stock") as (other, _), \
            connect(place.url("hand")) as hand:
        settle()
        race = Race(Player(mine, opened), Player(other, theirs), stock, hand)
        for number in range(dossiers):
            kept = times if number >= WARM else {name: Times() for name in SIDES}
            for step, element in enumerate(drawing.order(number)):
                race.step(number, element, recorded[number][step], kept)
    for name, exact in (("hand", True), ("stock", False)):
        left = _left(place, "ours", exact=exact), _left(place, name, exact=exact)
        agree(*left, f"rows left ({name})")
    return _rows(times)


@dataclass
class Race:
    """The three sides, each with its own database and its own dossiers."""

    ours: Player
    theirs: Player
    stock: StockFlow
    hand: psycopg.Connection[Any]

    def step(
        self, number: int, element: str, recorded: Transaction, times: Mapping[str, Times],
    ) -> None:
        """Complete the same task on each side, in a random turn."""
        statements = by_hand(recorded, CLOCK.now())
        for name in Random(f"{SEED}/{number}/{element}").sample(SIDES, 3):
            if name == "hand":
                times[name].take(partial(send, self.hand, statements))
                continue
            player = self.ours if name == "ours" else self.theirs
            with stock_in_place(self.stock) if name == "stock" else nullcontext():
                body = times[name].take(partial(player.complete, number, element))
            player.note(number, body)


def _left(place: Premises, database: str, *, exact: bool) -> list[tuple[Any, ...]]:
    """Return what a run left: rows by table, with digests of states where they must be equal."""
    digest = "digest" if exact else "''"
    return place.rows(database, (
        "SELECT code, status, due, entries FROM dossier ORDER BY code",
        f"SELECT dossier, status, waits, {digest} FROM part ORDER BY dossier",
        "SELECT dossier, element, state, agency, role, due, closed_by FROM task ORDER BY 1, 2",
        "SELECT chain, count(*) FROM entry GROUP BY chain ORDER BY chain",
        "SELECT count(*), count(result) FROM idempotency", "SELECT count(*) FROM timer",
    ))


def _rows(times: Mapping[str, Times]) -> list[Row]:
    ours, stock, hand = (times[name] for name in SIDES)
    return [
        Row(
            number="1", what="one durable task completion on PostgreSQL (wall)",
            against="SpiffWorkflow's stock serializer in our office and store", n=ours.n,
            ours=ours.text(), other=stock.text(), value=ratio(stock.wall, ours.wall), bar=2,
            better="more", note=f"CPU: {ratio(stock.cpu, ours.cpu):.1f}x",
        ),
        Row(
            number="3", what="the same (wall)",
            against="psycopg by hand: the same rows and bytes, prepared, one pipeline, no reads",
            n=ours.n, ours=ours.text(), other=hand.text(), value=ratio(ours.wall, hand.wall),
            bar=3, better="less",
        ),
    ]
