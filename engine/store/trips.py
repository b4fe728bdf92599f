"""Trips (lượt đi về): statements that travel together, for each trip to the server costs its own.

What comes later in a trip sees what the locks before it have waited for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import psycopg

Connection = psycopg.Connection[tuple[Any, ...]]
Cursor = psycopg.Cursor[tuple[Any, ...]]
Statement = tuple[str, Mapping[str, Any]]

#: Sent with the rest: the driver's own commit would wait for one trip more in a pipeline.
COMMIT = "COMMIT"
#: Lets the transaction's commit return before the disk has it; nothing may be told on that alone.
UNFLUSHED: Statement = ("SET LOCAL synchronous_commit TO off", {})
#: Writes into the log of the server, so that a commit behind it waits for all that stands before.
FLUSH = "SELECT pg_logical_emit_message(true, 'motcua', '')"


def together(connection: Connection, statements: Iterable[Statement]) -> list[Cursor]:
    """Run statements in one trip and in order; what they found is fetched from the cursors."""
    with connection.pipeline():
        return [connection.execute(text, values) for text, values in statements]


def alone(connection: Connection, statement: str, values: Mapping[str, Any]) -> Cursor:
    """Run one statement as a transaction of its own, in one trip; no other may be open."""
    found, _ = together(connection, [(statement, values), (COMMIT, {})])
    return found
