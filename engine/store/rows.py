"""Rows (dòng): how the frozen facts of the office become rows, and come back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from engine.components.papers import Paper
from engine.dossier import Dossier, Links, Part, Peer, Task
from engine.handoff import Envelope, HandedPaper
from engine.history import Entry, plain, read_instant
from engine.law.standing import RECORDS, Hold, Standing, Undo
from engine.law.status import CODES
from engine.step import Wait

Row = tuple[Any, ...]

#: Fields of a standing and of its records that are instants, in the JSON that keeps them.
_INSTANTS = frozenset({
    "accepted_at", "clock_from", "due", "settled_at", "returned_at", "forwarded_at", "ended_at",
    "since", "until", "at", "was", "asked_at", "answered_at", "paid_at",
})


def text(value: object) -> str:
    """Return plain data as compact JSON."""
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))


def standing_of(kept: str) -> Standing:
    """Return the standing that was kept as JSON."""
    return Standing(**_fields(json.loads(kept)))


def _fields(found: dict[str, Any]) -> dict[str, Any]:
    """Return fields of a standing, all of them or those that an act can be taken back to."""
    found = _instants(found)
    if found.get("hold") is not None:
        found["hold"] = Hold(**_instants(found["hold"]))
    for name, kind in RECORDS.items():
        if name in found:
            found[name] = tuple(kind(**_instants(record)) for record in found[name])
    if "derivation" in found:
        found["derivation"] = tuple(found["derivation"])
    if "undo" in found:
        undo = _instants(found["undo"])
        found["undo"] = Undo(undo["act"], undo["at"], _fields(undo["fields"]))
    return found


def _instants(found: dict[str, Any]) -> dict[str, Any]:
    for name in _INSTANTS & found.keys():
        if found[name] is not None:
            found[name] = read_instant(found[name])
    return found


def dossier_row(dossier: Dossier) -> dict[str, Any]:
    """Return the parameters of a dossier's row."""
    standing = dossier.standing
    return {
        "code": dossier.code, "procedure": dossier.procedure, "version": dossier.version,
        "flow": dossier.flow_hash, "rule_set": dossier.rule_set, "channel": dossier.channel,
        "receiving_agency": dossier.receiving_agency,
        "competent_agency": dossier.competent_agency,
        "registered_at": dossier.registered_at, "desks": text(dossier.desks),
        "status": CODES[standing.status], "due": standing.due,
        "standing": text(standing.as_data()), "build": dossier.build,
        "entries": dossier.entries, "head": dossier.head, "envelopes": dossier.envelopes,
        "revision": dossier.revision, "links": text(dossier.links.as_data()),
    }


def dossier_of(row: Row) -> Dossier:
    """Return the dossier of a whole row, in the table's column order."""
    return Dossier(
        code=row[0], procedure=row[1], version=row[2], flow_hash=row[3], rule_set=row[4],
        channel=row[5], receiving_agency=row[6], competent_agency=row[7], registered_at=row[8],
        desks=json.loads(row[9]), standing=standing_of(row[12]), build=row[13], entries=row[14],
        head=row[15], envelopes=row[16], revision=row[17], links=links_of(row[18]),
    )


def links_of(kept: str) -> Links:
    """Return how a dossier is spread over nodes, as it was kept."""
    if kept == "{}":
        return Links()
    found = json.loads(kept)
    peers = {
        name: Peer(**{**peer, "parts": tuple(peer.get("parts", ()))})
        for name, peer in found.pop("peers", {}).items()
    }
    return Links(**found, peers=peers)


def part_row(code: str, part: Part) -> dict[str, Any]:
    """Return the parameters of a part's row."""
    return {
        "dossier": code, "id": part.id, "process": part.process, "name": part.name,
        "agency": part.agency, "lead": int(part.lead), "state": part.state,
        "digest": part.digest, "status": part.status,
        "waits": text([_kept(wait) for wait in part.waits]),
    }


def part_of(row: Row) -> Part:
    """Return the part of a whole row."""
    return Part(
        id=row[1], process=row[2], name=row[3], agency=row[4], lead=bool(row[5]), state=row[6],
        digest=row[7], status=row[8],
        waits=tuple(_wait(kept) for kept in json.loads(row[9])) if row[9] != "[]" else (),
    )


def _kept(wait: Wait) -> Mapping[str, Any]:
    return {name: value for name, value in vars(wait).items() if value or name != "working"}


def _wait(kept: Mapping[str, Any]) -> Wait:
    due = kept["due"]
    return Wait(**{**kept, "due": None if due is None else read_instant(due)})


_TASK = tuple(field.name for field in fields(Task))


def task_row(code: str, task: Task) -> dict[str, Any]:
    """Return the parameters of a task's row."""
    row = {"dossier": code, **{name: getattr(task, name) for name in _TASK}}
    return {**row, "role": task.role or ""}


def task_of(row: Row) -> Task:
    """Return the task of a whole row."""
    part, element, name, agency = row[2:6]
    return Task(row[0], part, element, name, agency, row[6] or None, *row[7:])


def envelope_row(envelope: Envelope) -> dict[str, Any]:
    """Return the parameters of an envelope's row."""
    return {
        **{f.name: getattr(envelope, f.name) for f in fields(Envelope)},
        "payload": text(envelope.payload), "starts": int(envelope.starts),
        "papers": text([vars(one) for one in envelope.papers]),
    }


def envelope_of(row: Row) -> Envelope:
    """Return the envelope of a whole row."""
    return Envelope(
        id=row[0], dossier=row[1], number=row[2], message=row[3], key=row[4], sender=row[5],
        receiver=row[6], receiver_name=row[7], element=row[8], starts=bool(row[9]),
        payload=json.loads(row[10]), sent_at=row[11], state=row[12], node=row[13],
        sequence=row[14], kind=row[15],
        papers=tuple(HandedPaper(**one) for one in json.loads(row[16])),
    )


_PAPER = tuple(field.name for field in fields(Paper))


def paper_row(code: str, paper: Paper) -> dict[str, Any]:
    """Return the parameters of a paper's row."""
    return {
        "dossier": code, **vars(paper), "shown": int(paper.shown), "pools": text(paper.pools),
    }


def paper_of(row: Row) -> Paper:
    """Return the paper of a whole row."""
    kept = dict(zip(_PAPER, row[1:], strict=True))
    pools = tuple(json.loads(kept["pools"]))
    return Paper(**{**kept, "shown": bool(kept["shown"]), "pools": pools})


def entry_of(row: Row) -> Entry:
    """Return the entry of a whole row."""
    return Entry(chain=row[0], number=row[1], body=row[2], personal=row[3], hash=row[4])
