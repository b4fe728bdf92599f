"""By hand (viết tay): the least that a transaction with the same rows and bytes must send.

One pipeline, prepared statements, positional parameters, no reads: its author is taken to know
everything beforehand.
"""

from __future__ import annotations

from typing import Any

import psycopg

from bench.recording import Transaction, writes
from engine.store.trips import COMMIT

_DOSSIER = (
    "status", "due", "standing", "build", "entries", "head", "envelopes", "revision", "links",
)
_TASK = (
    "id", "dossier", "part", "element", "name", "agency", "role", "step", "form", "act",
    "opened_at", "due", "budget", "state", "assignee", "closed_at", "closed_by", "revision",
)
_MOVED = ("due", "state", "assignee", "closed_at", "closed_by", "revision")
_REQUEST = ("actor", "method", "path", "key", "body_hash")


def _insert(table: str, columns: tuple[str, ...]) -> str:
    marks = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"


def _update(table: str, columns: tuple[str, ...], *keys: str) -> str:
    fields = ", ".join(f"{c} = %s" for c in columns)
    return f"UPDATE {table} SET {fields} WHERE {' AND '.join(f'{k} = %s' for k in keys)}"


#: (start of the recorded statement) -> (statement by hand, names of its parameters)
_BY_HAND: dict[str, tuple[str, tuple[str, ...]]] = {
    "UPDATE dossier": (_update("dossier", _DOSSIER, "code"), (*_DOSSIER, "key_code")),
    "UPDATE part": (
        _update("part", ("state", "digest", "status", "waits"), "dossier", "id"),
        ("state", "digest", "status", "waits", "key_dossier", "key_id"),
    ),
    "DELETE FROM timer": (
        "DELETE FROM timer WHERE dossier = %s AND part = %s", ("key_dossier", "key_part"),
    ),
    "INSERT INTO timer": (
        _insert("timer", ("dossier", "part", "wait", "due")), ("dossier", "part", "wait", "due"),
    ),
    "INSERT INTO task": (_insert("task", _TASK), _TASK),
    "UPDATE task": (_update("task", _MOVED, "id"), (*_MOVED, "key_id")),
    "INSERT INTO entry": (
        _insert("entry", ("chain", "number", "body", "personal", "hash")),
        ("chain", "number", "body", "personal", "hash"),
    ),
    "INSERT INTO portal_message": (
        _insert("portal_message", ("dossier", "entry", "agency", "statuses", "at")),
        ("dossier", "entry", "agency", "statuses", "at"),
    ),
    "INSERT INTO idempotency": (
        _insert("idempotency", (*_REQUEST, "result", "at")), (*_REQUEST, "result", "at"),
    ),
}


def by_hand(transaction: Transaction, at: Any) -> list[tuple[str, tuple[Any, ...]]]:
    """Return the statements that write what a recorded transaction wrote."""
    kept, found = {"at": at}, []
    for text, values in writes(transaction):
        start = " ".join(text.split()[:2 if text.startswith("UPDATE") else 3])
        found.append((*_BY_HAND[start], values))
    return [
        (statement, tuple({**kept, **values}[name] for name in names))
        for statement, names, values in found
    ]


def send(
    connection: psycopg.Connection[Any], statements: list[tuple[str, tuple[Any, ...]]],
) -> None:
    """Send the statements and commit, in one pipeline."""
    with connection.pipeline():
        for statement, values in statements:
            connection.execute(statement, values)
        connection.execute(*COMMIT)


def connect(url: str) -> psycopg.Connection[Any]:
    """Return a connection that prepares every statement at its first use."""
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    return psycopg.connect(plain, prepare_threshold=0)
