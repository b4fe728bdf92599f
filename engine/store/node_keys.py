"""Keys of nodes over time (khóa của nút theo thời gian): each change is an entry of a chain.

Signatures are checked years later, when their keys have long been replaced: none is forgotten, and
checkpoints keep whoever holds the database from adding one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import psycopg

from engine.history import Draft, Entry, read_body, read_instant, seal
from engine.people import SYSTEM
from engine.store import entries, ledgers

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Key:
    """A public key (JWK), and from when until when a node was known by it."""

    jwk: Mapping[str, str]
    since: datetime
    until: datetime | None = None


def record(
    connection: Connection, node: str, keys: Mapping[str, Mapping[str, str]], at: datetime,
) -> bool:
    """Enter the keys of a node where they are others than before; tell whether they were."""
    chain = ledgers.of_node(node)
    number, head = ledgers.head(connection, chain)
    last = entries.chain(connection, chain, after=number - 1) if number else ()
    if (stated(last[0]) if last else {}) == {name: dict(jwk) for name, jwk in keys.items()}:
        return False
    ledgers.append(connection, seal(Draft(
        chain=chain, number=number + 1, previous=head, at=at, actor=SYSTEM.id,
        content={"command": {"kind": "know-keys", "node": node}, "outcome": {"keys": keys}},
    )))
    return True


def stated(entry: Entry) -> dict[str, dict[str, str]]:
    """Return the keys that an entry states."""
    found: dict[str, dict[str, str]] = read_body(entry)["content"]["outcome"]["keys"]
    return found


def over_time(chain: Iterable[Entry]) -> dict[str, Key]:
    """Return every key that the entries of a node ever stated, by id."""
    found: dict[str, Key] = {}
    for entry in chain:
        at, now = read_instant(read_body(entry)["at"]), stated(entry)
        for name, key in found.items():
            if name not in now and key.until is None:
                found[name] = replace(key, until=at)
        for name, jwk in now.items():
            known = found.get(name)
            found[name] = replace(known, until=None) if known else Key(jwk, at)
    return found
