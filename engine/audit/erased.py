"""Erased (đã xóa dữ liệu cá nhân): what decisions took away, and whether anything else is gone.

An entry of the dossier's own chain records each decision and names what went: of an envelope the
digest of its body, of its data, its time, and whether the signature over it held until then. Where
more is missing, or something is back, nobody decided that.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from engine.clock import local
from engine.errors import Corrupt
from engine.handoff import CANCEL, FAILED, PROGRESS, SIGNAL, STANDING
from engine.history import Entry, read_body, read_instant
from engine.proof import Keys, signer
from engine.store.handed import Handed, Incame, Outgone

#: What nodes tell each other about a dossier that says nothing personal: it stays, with its proof.
PLAIN = frozenset({PROGRESS, STANDING, CANCEL, FAILED, SIGNAL})
#: way (out, in), node and id of an envelope.
Place = tuple[str, str, str]


@dataclass(frozen=True)
class Decision:
    """A decision as its entry records it: `number` is that of the entry."""

    number: int
    words: str
    envelopes: Mapping[Place, Mapping[str, str]]
    papers: frozenset[int]
    drops: frozenset[str]


def decides(entry: Entry) -> bool:
    """Tell at a glance whether an entry may record a decision to erase what is personal."""
    return b'"kind":"erase-personal"' in entry.body


def decisions(chain: Iterable[Entry]) -> list[Decision]:
    """Return what was decided on a dossier, in order; raises what an unreadable entry raises."""
    return [one for entry in chain if decides(entry) and (one := decision(entry)) is not None]


def decision(entry: Entry) -> Decision | None:
    """Return the decision that an entry records, None where it records none.

    Raises Corrupt for one that is not of the form, or about another dossier than its chain's.
    """
    body = read_body(entry)
    try:
        command = body["content"]["command"]
        if command["kind"] != "erase-personal":
            return None
        on = local(read_instant(body["at"])).date()
        found = Decision(
            number=entry.number, words=f"{command['decision']} ({command['decided_by']}, {on})",
            envelopes={(one["way"], one["node"], one["id"]): one for one in command["envelopes"]},
            papers=frozenset(command["papers"]), drops=frozenset(command["drops"]),
        )
        if command["dossier"] == entry.chain:
            return found
    except (LookupError, TypeError, ValueError):
        pass
    raise Corrupt(
        f"Mục {entry.number} của {entry.chain} ghi một quyết định xóa không đọc được.",
        f"Entry {entry.number} of {entry.chain} records a decision to erase that makes no sense.",
        code="erasure-unreadable",
    )


def carries_personal(body: bytes) -> bool:
    """Tell whether an envelope may say something personal; one that is unreadable may."""
    try:
        return json.loads(body)["data"]["message"]["name"] not in PLAIN
    except (ValueError, LookupError, TypeError):
        return True


def leavings(
    handed: Handed, own: str, keys: Mapping[str, Keys], drops: Collection[str],
) -> list[dict[str, str]]:
    """Return what stays of each envelope that an erasure empties.

    Those that may say something personal, and have come where they were to go or are dropped.
    """
    found = []
    for way, node, by, row in _rows(handed, own):
        gone = row.state in {"delivered", "given-up", "taken"} or row.id in drops
        if row.body is not None and gone and carries_personal(row.body):
            found.append({"way": way, "node": node, "id": row.id, **_left(row.body), "key": (
                signer(row.body, row.signature or "", keys.get(by, {})) or "")})
    return found


def _rows(handed: Handed, own: str) -> Iterator[tuple[str, str, str, Outgone | Incame]]:
    """Yield way, node, who signed, and the row of every envelope."""
    for sent in handed.outbox:
        yield "out", sent.node, own, sent
    for came in handed.inbox:
        yield "in", came.source, came.source, came


def _left(body: bytes) -> dict[str, str]:
    try:
        event = json.loads(body)
        data, time = str(event["digest"]), str(event["time"])
    except (ValueError, LookupError, TypeError):
        data = time = ""
    return {"body": sha256(body).hexdigest(), "data": data, "time": time}


@dataclass(frozen=True)
class Left:
    """What can be held of an envelope against its entry, its body being here or erased.

    `key` signed it, None where none did; `data` is the digest of its data, None where the body is
    here and tells it; `fault` says what nobody decided.
    """

    digest: str
    key: str | None
    data: str | None = None
    fault: str = ""


def left_of(
    place: Place, row: Outgone | Incame, decided: Sequence[Decision], keys: Keys,
) -> Left:
    """Return what is left of an envelope by its row and the decisions on its dossier."""
    known = next((one for one in decided if place in one.envelopes), None)
    if row.body is not None:
        digest = sha256(row.body).hexdigest()
        if known is not None:
            return Left(digest, None, fault=f"decision {known.words} erased it, and it is back")
        if row.state == "dropped":
            return Left(digest, None, fault="it was dropped, and no entry records a decision")
        return Left(digest, signer(row.body, row.signature or "", keys))
    if known is None:
        return Left("", None, fault="its body is gone, and no entry records a decision: tampering")
    told = known.envelopes[place]
    if (row.erasure, row.digest) != (known.number, told["body"]):
        return Left("", None, fault="its row names another erasure than its entry")
    dropped = row.id in known.drops and place[0] == "in"
    key = told["key"] if told["key"] in keys else None
    return Left(told["body"], key, "" if dropped else told["data"])


@dataclass
class Personal:
    """The personal values of one chain as its entries pass by, and who decided that they go."""

    chain: str
    gone: list[int] = field(default_factory=list)
    here: list[int] = field(default_factory=list)
    decided: list[Decision] = field(default_factory=list)

    def note(self, entry: Entry) -> None:
        """Take an entry down; its own chain has been verified so far."""
        if entry.personal is not None:
            self.here.append(entry.number)
        elif read_body(entry)["personal"]:
            self.gone.append(entry.number)
        self.decided.extend(decisions([entry]))

    def told(self) -> Iterator[str]:
        """Yield a line for each decision."""
        for one in self.decided:
            yield (f"{self.chain}: dữ liệu cá nhân đã xóa theo quyết định / personal data erased "
                   f"by decision {one.words}, entry {one.number}: {len(one.envelopes)} phong bì / "
                   f"envelopes, {len(one.papers)} giấy tờ / papers")

    def faults(self) -> Iterator[str]:
        """Yield what is gone without a decision, and what is here in spite of one."""
        last = self.decided[-1] if self.decided else None
        for number in self.gone:
            if last is None or number > last.number:
                yield (f"{self.chain}, entry {number}: its personal values are gone, and no entry "
                       "records a decision: tampering")
        for number in self.here:
            if last is not None and number < last.number:
                yield (f"{self.chain}, entry {number}: decision {last.words} erased its personal "
                       "values, and they are back")
