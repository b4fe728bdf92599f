"""Verify (kiểm tra chuỗi): recompute every chain and hold it against rows and checkpoints.

What is newer than the newest checkpoint, or than the copy kept outside, is recomputed but not
claimed: whoever holds the database could have written it anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from engine.audit.checkpoint import Checkpoint, Head, heads_of, read
from engine.audit.erased import Personal
from engine.audit.signing import Seal
from engine.errors import Corrupt
from engine.history import GENESIS, Entry, verify


@dataclass(frozen=True)
class Archive:
    """What is to be verified: rows of heads, all entries in chain order, all checkpoints."""

    heads: Iterable[Head]
    entries: Iterable[Entry]
    checkpoints: Iterable[Checkpoint]
    copy: Checkpoint | None = None


@dataclass
class Verdict:
    """What was found; `broken` is empty when everything is whole.

    `newer` entries are not yet signed, of `erased` ones the personal values are gone by a recorded
    decision: `erasures` tells each. `envelopes` passed between this node and others, of some of
    which a decision erased the bodies; `papers` were handed over, of which some are awaited from
    another node and of some the file was erased on a recorded decision; `signatures` are those on
    papers.
    """

    chains: int = 0
    entries: int = 0
    checkpoints: int = 0
    broken: list[str] = field(default_factory=list)
    newer: int = 0
    erased: int = 0
    erasures: list[str] = field(default_factory=list)
    envelopes: int = 0
    envelopes_erased: int = 0
    papers: int = 0
    papers_awaited: int = 0
    papers_erased: int = 0
    signatures: int = 0

    @property
    def whole(self) -> bool:
        """Tell whether nothing is broken."""
        return not self.broken


#: chain -> entry number -> hash that somebody has signed for it
Signed = Mapping[str, Mapping[int, str]]


def verify_archive(archive: Archive, seal: Seal) -> Verdict:
    """Recompute everything and return the verdict; each fault names its first broken entry."""
    verdict = Verdict()
    signed = _signed(archive, seal, verdict)
    rows = {chain: (count, head) for chain, count, head in archive.heads}
    seen: set[str] = set()
    for chain, entries in groupby(archive.entries, key=lambda entry: entry.chain):
        seen.add(chain)
        verdict.chains += 1
        verify_chain(chain, entries, rows.get(chain), signed.get(chain, {}), verdict)
    for chain in sorted((rows.keys() | signed.keys()) - seen):
        if rows.get(chain, (0, ""))[0] or chain in signed:
            verdict.broken.append(f"{chain}: every entry is gone")
    return verdict


def verify_chain(
    chain: str, entries: Iterator[Entry], row: tuple[int, str] | None,
    signed: Mapping[int, str], verdict: Verdict,
) -> None:
    """Recompute one chain against what its row claims and what has been signed, into the verdict.

    Stops at the first broken entry and names it.
    """
    number, previous, personal = 0, GENESIS, Personal(chain)
    for entry in entries:
        number += 1
        verdict.entries += 1
        try:
            verify(entry, chain, number, previous)
            personal.note(entry)
        except Corrupt as error:
            verdict.broken.append(f"{chain}, entry {number}: {error}")
            return
        previous = entry.hash
        if signed.get(number, previous) != previous:
            verdict.broken.append(f"{chain}, entry {number}: not the one that was signed")
            return
    last = max(signed, default=0)
    if number < last:
        verdict.broken.append(f"{chain}: entry {number + 1} is missing, {last} were signed")
    elif row != (number, previous):
        verdict.broken.append(f"{chain}: the row names another head than entry {number}")
    verdict.newer += max(0, number - last)
    verdict.erased += len(personal.gone)
    verdict.erasures.extend(personal.told())
    verdict.broken.extend(personal.faults())


def _signed(archive: Archive, seal: Seal, verdict: Verdict) -> Signed:
    """Return what the checkpoints sign, the copy from outside having the last word."""
    stored = list(archive.checkpoints)
    if not stored:
        verdict.broken.append("there is no checkpoint: run `motcua audit checkpoint`")
    bodies = [body for c in stored if (body := _read(c, seal, verdict)) is not None]
    verdict.checkpoints = len(bodies)
    _follow(stored, bodies, verdict)
    copy = archive.copy
    if copy is not None and copy not in stored:
        verdict.broken.append(
            f"checkpoint {copy.number} is gone or differs from the copy kept outside",
        )
        held = _read(copy, seal, verdict)
        bodies = [*bodies, held] if held is not None else bodies
    signed: dict[str, dict[int, str]] = defaultdict(dict)
    for body in bodies:
        for chain, count, head in heads_of(body):
            signed[chain][count] = head
    return signed


def _follow(stored: list[Checkpoint], bodies: list[dict[str, Any]], verdict: Verdict) -> None:
    """Find the first checkpoint that does not follow the one before it, or forgets a chain."""
    if len(bodies) < len(stored):
        return  # an unreadable one has been named already
    previous, listed = GENESIS, frozenset[str]()
    for number, (checkpoint, body) in enumerate(zip(stored, bodies, strict=True), start=1):
        if (checkpoint.number, body["previous"]) != (number, previous):
            verdict.broken.append(f"checkpoint {number} is missing or does not follow the last one")
            return
        if gone := listed - body["heads"].keys():
            verdict.broken.append(f"checkpoint {number} no longer lists {min(gone)}")
            return
        previous, listed = checkpoint.hash, frozenset(body["heads"])


def _read(checkpoint: Checkpoint, seal: Seal, verdict: Verdict) -> dict[str, Any] | None:
    try:
        return read(checkpoint, seal)
    except (Corrupt, KeyError, ValueError, TypeError) as error:
        verdict.broken.append(str(error) or f"checkpoint {checkpoint.number} is unreadable")
        return None
