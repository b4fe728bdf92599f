"""Bundles (gói kiểm tra): one dossier's history with all that it pins, to be audited elsewhere."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, NoReturn

from engine.audit.checkpoint import Checkpoint, from_copy, to_copy
from engine.errors import Corrupt, Invalid
from engine.flow.load import Flow, load
from engine.history import Entry, instant, read_body, read_instant
from engine.store.handed import Handed, Incame, Outgone
from engine.store.ledgers import of_node
from engine.worktime import Calendar

FORMAT = 1
#: What only the row of an envelope has that a decision erased.
_OF_ERASED = frozenset({"digest", "erasure"})


@dataclass(frozen=True)
class Bundle:
    """A dossier's entries, the lowered bytes and calendars they pin, the newest checkpoint.

    `handed` is what went to other nodes and came from them, with the chains of their keys.
    It answers replay's questions itself, and refuses what does not have the pinned hash.
    """

    chain: str
    entries: tuple[Entry, ...]
    flows: Mapping[str, bytes] = field(repr=False)
    calendars: Mapping[str, Mapping[str, Any]] = field(repr=False)
    checkpoint: Checkpoint | None = None
    handed: Handed = field(default_factory=Handed)

    def flow(self, flow_hash: str) -> Flow:
        """Return the flow of that hash; raise Corrupt when the bundle holds other bytes."""
        content = self.flows.get(flow_hash, b"")
        if sha256(content).hexdigest() != flow_hash:
            _corrupt(f"flow {flow_hash}")
        return load(content)

    def calendar(self, version: str) -> Calendar:
        """Return the calendar of that version; raise Corrupt when the bundle holds another."""
        found = self.calendars.get(version)
        if found is None:
            _corrupt(f"calendar {version}")
        calendar = Calendar.from_json(found)
        if calendar.version != version:
            _corrupt(f"calendar {version}")
        return calendar


def pins(entries: Iterable[Entry]) -> tuple[set[str], set[str]]:
    """Return the hashes of flows and the versions of calendars that entries pin."""
    flows: set[str] = set()
    calendars: set[str] = set()
    for entry in entries:
        facts = read_body(entry)["content"].get("facts", {})
        if "flow" in facts:
            flows.add(facts["flow"])
        for pinned in ("calendars", "former"):
            calendars |= set(facts.get(pinned, {}).values())
    return flows, calendars


def write(bundle: Bundle) -> bytes:
    """Return the bundle as a JSON file."""
    return json.dumps({
        "motcua_bundle": FORMAT, "chain": bundle.chain,
        "entries": [_written(entry) for entry in bundle.entries],
        "flows": {h: b64encode(content).decode() for h, content in bundle.flows.items()},
        "calendars": dict(bundle.calendars),
        "checkpoint": json.loads(to_copy(bundle.checkpoint)) if bundle.checkpoint else None,
        **_handed_written(bundle.handed),
    }, ensure_ascii=False, indent=1).encode()


def read(content: bytes) -> Bundle:
    """Return the bundle that a file holds; raise Invalid when it is none."""
    try:
        found = json.loads(content)
        if found["motcua_bundle"] != FORMAT:
            raise ValueError(f"format {found['motcua_bundle']}")  # noqa: TRY301 - told below
        chain = str(found["chain"])
        kept = found.get("checkpoint")
        return Bundle(
            chain=chain, entries=tuple(_entry(chain, e) for e in found["entries"]),
            flows={str(h): b64decode(text) for h, text in found["flows"].items()},
            calendars=dict(found["calendars"]),
            checkpoint=from_copy(json.dumps(kept).encode()) if kept else None,
            handed=_handed(found.get("handed", {})),
        )
    except (
        ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError,
    ) as error:
        raise Invalid(
            "Tệp này không phải gói kiểm tra của motcua.",
            f"This file is no motcua bundle: {error}", code="bundle",
        ) from error


def _entry(chain: str, kept: Mapping[str, Any]) -> Entry:
    personal = kept["personal"]
    return Entry(
        chain=chain, number=int(kept["number"]), body=b64decode(kept["body"]),
        hash=str(kept["hash"]), personal=None if personal is None else b64decode(personal),
    )


def _written(entry: Entry) -> dict[str, Any]:
    beside = entry.personal
    return {
        "number": entry.number, "hash": entry.hash, "body": b64encode(entry.body).decode(),
        "personal": None if beside is None else b64encode(beside).decode(),
    }


def _handed_written(handed: Handed) -> dict[str, Any]:
    """Return what was handed over, nothing for a dossier that stayed at home."""
    rows = {name: [_row(row) for row in getattr(handed, name)] for name in ("outbox", "inbox")}
    keys = {node: [_written(e) for e in chain] for node, chain in handed.keys.items()}
    called = sorted(handed.called)
    return {"handed": {**rows, "keys": keys, "called": called}} if any(rows.values()) else {}


def _row(row: Outgone | Incame) -> dict[str, Any]:
    values = {
        k: instant(v) if isinstance(v, datetime) else v for k, v in vars(row).items()
        if v is not None or k not in _OF_ERASED
    }
    return {**values, "body": None if row.body is None else b64encode(row.body).decode()}


def _handed(found: Mapping[str, Any]) -> Handed:
    return Handed(
        outbox=tuple(Outgone(**_read_row(row)) for row in found.get("outbox", ())),
        inbox=tuple(Incame(**_read_row(row)) for row in found.get("inbox", ())),
        keys={
            node: tuple(_entry(of_node(node), e) for e in chain)
            for node, chain in found.get("keys", {}).items()
        },
        called=frozenset(found.get("called", ())),
    )


def _read_row(row: Mapping[str, Any]) -> dict[str, Any]:
    moments = {
        name: read_instant(row[name]) for name in ("delivered_at", "received_at") if row.get(name)
    }
    body = row["body"]
    return {**row, **moments, "body": None if body is None else b64decode(body)}


def _corrupt(what: str) -> NoReturn:
    raise Corrupt(
        f"Gói thiếu hoặc sai {what}.", f"The bundle lacks {what}, or holds other bytes.",
        code="bundle-pin",
    )
