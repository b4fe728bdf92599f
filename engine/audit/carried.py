"""Carried papers (giấy tờ đã chuyển): what messages handed over, held against rows and files.

Each paper that an entry says was handed over, or came, must stand in the dossier's rows and in the
envelope under the same hash, and its file must have it, unless a recorded decision erased it or it
is still on its way here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.audit.erased import decisions
from engine.audit.verify import Verdict
from engine.components.papers import Paper
from engine.errors import MotcuaError
from engine.history import Entry, read_body
from engine.store.handed import Handed

#: Tells what is wrong with a stored file of this hash and size, "" for nothing.
Look = Callable[[str, int], str]


@dataclass(frozen=True)
class Shelf:
    """The papers of a dossier as kept: rows, downloads by number, and who looks at files.

    `look` is None where no files are at hand, as in a bundle.
    """

    papers: Sequence[Paper]
    downloads: Mapping[int, tuple[str, str | None]]
    look: Look | None


@dataclass(frozen=True)
class _Carried:
    """One envelope that carried papers: (node, id) for one that came, ("", id) for one that left.

    `papers` are as the entry tells them.
    """

    node: str
    id: str
    outgoing: bool
    papers: tuple[Mapping[str, Any], ...]


def carries(entry: Entry) -> bool:
    """Tell at a glance whether an entry may speak of papers that crossed."""
    return b'"envelopes":[{' in entry.body and b'"papers":[{' in entry.body


def unlike_carried(
    code: str, chain: Sequence[Entry], shelf: Shelf, handed: Handed, verdict: Verdict,
) -> Iterator[str]:
    """Yield where papers that crossed are not as the entries say; count them into the verdict."""
    try:
        found, erased = list(_told(chain)), erased_numbers(chain)
    except (MotcuaError, LookupError, TypeError):
        return  # the chain itself is broken, and has been named
    bodies = {("", row.id): row.body for row in handed.outbox}
    bodies |= {(row.source, row.id): row.body for row in handed.inbox}
    numbers: set[int] = set()
    for one in found:
        place = f"{code}, papers of envelope {one.id}"
        if (one.outgoing or one.node) and not _same(bodies.get((one.node, one.id)), one.papers):
            yield f"{place}: the envelope names others than its entry"
        for told in one.papers:
            paper = _row(shelf.papers, told, here=not one.node)
            if paper is None:
                yield f"{place}: no row of the dossier has {told['component']} {told['sha256']}"
            else:
                numbers.add(paper.number)
    verdict.papers += len(numbers)
    for paper in (p for p in shelf.papers if p.number in numbers):
        fault = _file(paper, shelf, erased, verdict)
        if fault:
            yield f"{code}, paper {paper.number}: {fault}"


def _told(chain: Sequence[Entry]) -> Iterator[_Carried]:
    senders: dict[str, str] = {}  # a message that came may wait, and be told again when it is met
    for entry in filter(carries, chain):
        content = read_body(entry)["content"]
        command = content["command"]
        if command["kind"] == "receive":
            senders[command["id"]] = command["node"]
        for envelope in content["outcome"]["envelopes"]:
            if envelope.get("papers"):
                yield _Carried(
                    senders.get(envelope["id"], ""), envelope["id"],
                    envelope["state"] == "outgoing", tuple(envelope["papers"]),
                )


def erased_numbers(chain: Sequence[Entry]) -> frozenset[int]:
    """Return the papers that a recorded decision erased, alone or with all that is personal."""
    commands = (read_body(entry)["content"]["command"] for entry in chain
                if b'"kind":"erase-paper"' in entry.body)
    alone = frozenset(int(command["number"]) for command in commands)
    return alone.union(*(one.papers for one in decisions(chain)))


def _same(body: bytes | None, told: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether an envelope names the papers that its entry does.

    One that is gone or unreadable was named; of one that a decision erased the digest is held
    against its entry.
    """
    names = ("number", "component", "sha256", "size")
    try:
        papers = json.loads(body or b"")["data"]["message"].get("papers", [])
        found = [[one[n] for n in names] for one in papers]
    except (ValueError, LookupError, TypeError, AttributeError):
        return True
    return found == [[one[n] for n in names] for one in told]


def _row(papers: Sequence[Paper], told: Mapping[str, Any], *, here: bool) -> Paper | None:
    """Return the row of a paper that was handed over; numbers are those of the sender."""
    for paper in papers:
        if (paper.component, paper.sha256, paper.size) == (
            told["component"], told["sha256"], told["size"],
        ) and (paper.number == told["number"] or not here):
            return paper
    return None


def _file(paper: Paper, shelf: Shelf, erased: frozenset[int], verdict: Verdict) -> str:
    if paper.state == "erased":
        if paper.number not in erased:
            return "it stands as erased, and no entry records a decision"
        verdict.papers_erased += 1
        return ""
    if shelf.downloads.get(paper.number, ("done", None))[0] != "done":
        verdict.papers_awaited += 1
        return ""
    if shelf.look is None:
        return ""
    return shelf.look(paper.sha256 or "", paper.size or 0)
