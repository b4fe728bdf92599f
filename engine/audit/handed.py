"""Handed over (đã chuyển giao): outbox and inbox of a dossier, held against its own chain.

Every envelope that an entry sent stands in the outbox with those bytes, signed by this node and
receipted by the other; every one that was taken in stands in the inbox, signed by its sender. The
keys are those by which the nodes were known at that time. Of one that a decision erased, the digest
that its entry keeps stands for the bytes: a receipt over it still holds, and of the signature over
the bytes the entry says whether it held when they went.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from engine.audit.erased import Decision, Left, decides, decisions, left_of
from engine.errors import MotcuaError
from engine.history import Entry, canonical, read_body, read_instant
from engine.proof import Keys, receipted, said_of
from engine.store.handed import Handed, Incame, Outgone
from engine.store.node_keys import Key, over_time, stated

#: By how much the clocks of nodes may differ where a key was taken out of use.
APART = timedelta(minutes=10)


@dataclass(frozen=True)
class _Said:
    """What the entries of a dossier say: this node, what left, was taken in (when), was erased."""

    node: str
    sent: Mapping[str, Mapping[str, Any]]
    taken: Mapping[tuple[str, str], tuple[Mapping[str, Any], datetime]]
    erased: Sequence[Decision]


def own_node(chain: Iterable[Entry]) -> str:
    """Return the id of this node as the entries of a dossier have it, empty for one at home.

    Empty too for a broken chain, which has been named.
    """
    try:
        return _said(chain).node
    except (MotcuaError, LookupError, TypeError, ValueError):
        return ""


def linked(entry: Entry) -> bool:
    """Tell at a glance whether an entry may speak of other nodes."""
    return b'"sent":[' in entry.body or b'"kind":"receive"' in entry.body or decides(entry)


def unlike_handed(code: str, chain: Sequence[Entry], handed: Handed) -> Iterator[str]:
    """Yield where outbox, inbox, signatures or receipts are not as the entries say."""
    try:
        said = _said(chain)
        known = {node: over_time(entries) for node, entries in handed.keys.items()}
    except (MotcuaError, LookupError, TypeError, ValueError):
        return  # a chain itself is broken, and has been named
    rows = {row.id: row for row in handed.outbox}
    for name in sorted(said.sent.keys() | rows.keys()):
        for fault in _outgone(said, rows.get(name), said.sent.get(name), known, handed.called):
            yield f"{code}, envelope {name}: {fault}"
    came = {(row.source, row.id): row for row in handed.inbox}
    for place in sorted(said.taken.keys() | came.keys()):
        for fault in _incame(code, said, place, came.get(place), known):
            yield f"{code}, envelope {place[1]} of {place[0]}: {fault}"


def unlike_stated(node: str, chain: Sequence[Entry], keys: Keys) -> Iterator[str]:
    """Yield where a node stands with other keys than its chain last stated."""
    try:
        last = stated(chain[-1]) if chain else {}
    except (MotcuaError, LookupError, TypeError):
        return
    if last != {name: dict(jwk) for name, jwk in keys.items()}:
        yield f"node {node}: its keys are not those that its entries state"


def keys_of(handed: Handed) -> Mapping[str, Keys]:
    """Return every key by which each node was ever known, by node and id."""
    known = {node: over_time(entries) for node, entries in handed.keys.items()}
    return {node: _jwks(known, node) for node in known}


def _said(chain: Iterable[Entry]) -> _Said:
    node, sent, taken, erased = "", {}, {}, []
    for entry in chain:
        if not linked(entry):
            continue
        body = read_body(entry)
        command, outcome = body["content"]["command"], body["content"]["outcome"]
        node = outcome.get("links", {}).get("node", node)
        sent.update({one["id"]: one for one in outcome.get("sent", ())})
        if command["kind"] == "receive":
            taken[command["node"], command["id"]] = command, read_instant(body["at"])
        erased.extend(decisions([entry]))
    return _Said(node, sent, taken, erased)


def _outgone(
    said: _Said, row: Outgone | None, told: Mapping[str, Any] | None,
    known: Mapping[str, Mapping[str, Key]], called: frozenset[str],
) -> Iterator[str]:
    if row is None or told is None:
        yield "no entry sent it" if told is None else "it is gone from the outbox"
        return
    left = left_of(("out", row.node, row.id), row, said.erased, _jwks(known, said.node))
    if left.fault:
        yield left.fault
        return
    stands = {"node": row.node, "sequence": row.sequence, "kind": row.kind,
              "digest": left.digest, "id": row.id}
    if stands != told:
        yield "its row or its bytes are not those that were sent"
        return
    if row.state == "delivered":
        yield from _proven(said, row, left, known, called)


def _proven(
    said: _Said, row: Outgone, left: Left, known: Mapping[str, Mapping[str, Key]],
    called: frozenset[str],
) -> Iterator[str]:
    """Yield what does not hold of our signature and the receipt for an envelope."""
    if not _valid(left.key, known.get(said.node, {}), row.delivered_at):
        yield "our signature over it does not hold"
    if row.node not in called and not row.receipt:
        return  # a webhook receiver, or a node that fetches: neither gives receipts
    asked = said_of(row.node, said.node, row.id, left.digest)
    if not _valid(receipted(row.receipt or "", asked, _jwks(known, row.node)),
                  known.get(row.node, {}), row.delivered_at):
        yield f"the receipt of {row.node} for it does not hold"


def _incame(
    code: str, said: _Said, place: tuple[str, str], row: Incame | None,
    known: Mapping[str, Mapping[str, Key]],
) -> Iterator[str]:
    taken = said.taken.get(place)
    if row is None:
        yield "it is gone from the inbox"
        return
    if (row.state == "taken") != (taken is not None):
        yield "no entry took it in" if taken is None else "it was taken in and stands as waiting"
        return
    keys = known.get(row.source, {})
    at = taken[1] if taken else row.received_at
    left = left_of(("in", *place), row, said.erased, _jwks(known, row.source))
    if left.fault:
        yield left.fault
    elif not _valid(left.key, keys, at):
        yield "the signature of its sender does not hold"
    elif taken is not None and not _same(code, taken[0], row, left):
        yield "its row or its bytes are not those that were taken in"


def _same(code: str, command: Mapping[str, Any], row: Incame, left: Left) -> bool:
    """Tell whether a row is what the entry took in; the entry pins the digest of the data."""
    if row.body is None:
        return (row.sequence, row.kind, left.data) == (
            command["sequence"], command["event"], command["digest"])
    event = json.loads(row.body)
    digest = sha256(canonical(event["data"])).hexdigest()
    return (code, row.sequence, row.kind, digest) == (
        event["subject"], command["sequence"], command["event"], command["digest"],
    ) and (event["id"], event["source"], event["sequence"]) == (
        row.id, row.source, str(row.sequence))


def _jwks(known: Mapping[str, Mapping[str, Key]], node: str) -> Keys:
    return {name: key.jwk for name, key in known.get(node, {}).items()}


def _valid(name: str | None, keys: Mapping[str, Key], at: datetime | None) -> bool:
    """Tell whether a key had not been taken out of use; it may have signed before we knew it."""
    if name is None:
        return False
    until = keys[name].until
    return until is None or at is None or at <= until + APART
