"""Recording (ghi lại): the statements of the office's transactions, to be played by others.

So the bare comparisons send exactly the rows and bytes that we send, and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from engine.store import Store, Unit
from engine.store.trips import COMMIT

Statement = tuple[str, Mapping[str, Any] | None]
#: Statements that travel together, and whether the commit goes with them.
Round = tuple[tuple[Statement, ...], bool]
Transaction = tuple[Round, ...]


@dataclass
class Tape:
    """A connection that notes what passes through it."""

    connection: Any
    rounds: list[Round] = field(default_factory=list)

    def execute(self, statement: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """Pass a statement on, and note it."""
        self.rounds.append((((statement, parameters),), False))
        return self.connection.execute(statement, parameters)

    def together(self, statements: Iterable[Statement]) -> Any:
        """Pass on what travels in one trip, and note it."""
        sent = list(statements)
        self.rounds.append((tuple(one for one in sent if one != COMMIT), COMMIT in sent))
        return self.connection.together(sent)


class Recorder(Store):
    """A store that keeps what each of its transactions sent."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.transactions: list[Transaction] = []

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        """Open a unit of work on a tape."""
        with self.reading() as connection:
            tape = Tape(connection)
            yield Unit(tape)  # type: ignore[arg-type]
            self.transactions.append(tuple(tape.rounds))


def play(connection: psycopg.Connection[Any], transaction: Transaction) -> None:
    """Send a recorded transaction, its statements grouped as they were."""
    for statements, commits in transaction:
        if len(statements) == 1 and not commits:
            _fetch([connection.execute(*statements[0])])
            continue
        with connection.pipeline():
            cursors = [connection.execute(*statement) for statement in statements]
            if commits:
                connection.execute(*COMMIT)
            _fetch(cursors)


def _fetch(cursors: list[Any]) -> None:
    for cursor in cursors:
        if cursor.description is not None:
            cursor.fetchall()


def writes(transaction: Transaction) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the statements of a transaction that write rows, in order."""
    return [
        (text, parameters or {}) for statements, _ in transaction for text, parameters in statements
        if text.split(None, 1)[0] != "SELECT"
    ]
