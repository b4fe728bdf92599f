"""The auditor's desk (bàn kiểm tra): what an auditor does, on the archive itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache

from engine.audit import carried as carrying
from engine.audit import handed as handing
from engine.audit.approved import unlike_approved
from engine.audit.bundle import Bundle, pins
from engine.audit.carried import Look, Shelf
from engine.audit.checkpoint import Checkpoint, heads_of, make, read
from engine.audit.decided import unlike_decided
from engine.audit.replay import Replay, replay
from engine.audit.rows import Kept, differing
from engine.audit.signed import Signed, signing, unlike_signed
from engine.audit.signing import Seal
from engine.audit.verify import Archive, Verdict, verify_archive, verify_chain
from engine.errors import Corrupt, MotcuaError, NotFound
from engine.flow.load import Flow, load
from engine.history import Entry
from engine.store import (
    Connection,
    Store,
    calendars,
    checkpoints,
    dossiers,
    downloads,
    entries,
    handed,
    ledgers,
    nodes,
    papers,
    procedures,
    tasks,
)
from engine.store.files import Files
from engine.worktime import Calendar


class StoredSources:
    """What entries pin, found in the archive."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def flow(self, flow_hash: str) -> Flow:
        """Return the flow of that hash from its lowered bytes."""
        with self._store.reading() as connection:
            return load(procedures.lowered(connection, flow_hash))

    def calendar(self, version: str) -> Calendar:
        """Return the calendar of that version."""
        with self._store.reading() as connection:
            return calendars.by_version(connection, version)


def add_checkpoint(store: Store, at: datetime, seal: Seal) -> Checkpoint:
    """Sign all heads as they stand and keep the checkpoint; one is made at a time."""
    with store.reading() as connection:
        checkpoints.lock(connection)
        kept = checkpoints.every(connection)
        last = Checkpoint(*kept[-1]) if kept else None
        made = make(last, at, entries.heads(connection), seal)
        checkpoints.add(connection, (made.number, made.body, made.hash, made.key_id,
                                     made.signature))
    return made


def verify_stored(
    store: Store, seal: Seal, copy: Checkpoint | None = None, files: Files | None = None,
    papers_at: Signed | None = None,
) -> Verdict:
    """Recompute every chain of the archive against its rows, checkpoints and an outside copy.

    Versions of procedures are held against what their chains say was approved, the calendars of
    agencies against what was decided, papers that crossed against rows, envelopes and, where given,
    files; signed papers against their entries where `papers_at` tells where their files lie.
    """
    linked: set[str] = set()
    signed: set[str] = set()
    with store.snapshot() as connection:
        verdict = verify_archive(Archive(
            heads=entries.heads(connection),
            entries=_noting(entries.every(connection), linked, signed),
            checkpoints=[Checkpoint(*row) for row in checkpoints.every(connection)], copy=copy,
        ), seal)
        verdict.broken.extend(_unlike_linked(connection, linked, verdict, files))
        verdict.broken.extend(_unlike_signed(connection, signed, papers_at, verdict))
        for code, _ in procedures.catalogue(connection):
            verdict.broken.extend(unlike_approved(
                code, entries.chain(connection, f"procedure:{code}"), (
                    (version, procedures.files(connection, code, version.number))
                    for version in procedures.versions(connection, code)
                ),
            ))
        for agency, _, version in calendars.every(connection):
            chain = entries.chain(connection, ledgers.of_calendar(agency))
            verdict.broken.extend(unlike_decided(agency, chain, version))
    return verdict


def _noting(every: Iterable[Entry], linked: set[str], signed: set[str]) -> Iterator[Entry]:
    """Yield entries as they come, and note the chains that speak of other nodes or signatures."""
    for entry in every:
        if signing(entry):
            signed.add(entry.chain)
        if handing.linked(entry) or carrying.carries(entry):
            linked.add(entry.chain)
        yield entry


def _looking(files: Files) -> Look:
    """Return what looks at stored files, at each of them once."""
    @cache
    def look(sha256: str, size: int) -> str:
        try:
            files.reading(sha256, size).close()
        except Corrupt as lost:
            return lost.en
        return ""

    return look


def _unlike_linked(
    connection: Connection, linked: Iterable[str], verdict: Verdict, files: Files | None,
) -> Iterator[str]:
    """Yield what outbox, inbox, papers and keys of nodes say otherwise than the entries."""
    look = None if files is None else _looking(files)
    for code in sorted({*linked, *handed.dossiers(connection)}):
        chain = entries.chain(connection, code)
        kept = handed.of_dossier(connection, code, handing.own_node(chain))
        _count(kept, verdict)
        yield from handing.unlike_handed(code, chain, kept)
        shelf = Shelf(
            papers.of_dossier(connection, code), downloads.states(connection, code), look)
        yield from carrying.unlike_carried(code, chain, shelf, kept, verdict)
    for node in nodes.every(connection):
        known = entries.chain(connection, ledgers.of_node(node.id))
        yield from handing.unlike_stated(node.id, known, node.keys)


def _count(kept: handed.Handed, verdict: Verdict) -> None:
    bodies = [row.body for row in kept.outbox] + [row.body for row in kept.inbox]
    verdict.envelopes += len(bodies)
    verdict.envelopes_erased += bodies.count(None)


def _unlike_signed(
    connection: Connection, signed: Iterable[str], papers_at: Signed | None, verdict: Verdict,
) -> Iterator[str]:
    """Yield what signed papers say otherwise than the entries that brought them in."""
    for code in sorted(signed):
        chain = entries.chain(connection, code)
        verdict.signatures += sum(map(signing, chain))
        if papers_at is not None:
            try:
                numbers = carrying.erased_numbers(chain)
            except (MotcuaError, LookupError, TypeError):
                continue  # the chain itself is broken, and has been named
            gone = {p.sha256 for p in papers.of_dossier(connection, code) if p.number in numbers}
            yield from unlike_signed(code, chain, papers_at, gone)


def replay_stored(store: Store, code: str) -> Replay:
    """Do a dossier of the archive again from its entries, and hold its rows against the end."""
    with store.snapshot() as connection:
        chain = entries.chain(connection, code)
        kept = Kept(
            dossiers.by_code(connection, code), dossiers.parts(connection, code),
            tasks.of_dossier(connection, code), papers.of_dossier(connection, code),
        )
    if not chain:
        raise NotFound("Không có hồ sơ này.", "There is no such dossier.", code="no-dossier")
    again = replay(code, chain, StoredSources(store))
    if again.same:
        again.rows.extend(differing(again.end, kept))
    return again


def bundle_of(store: Store, code: str) -> Bundle:
    """Return a dossier's history with all that it pins and the newest checkpoint."""
    with store.snapshot() as connection:
        chain = tuple(entries.chain(connection, code))
        if not chain:
            raise NotFound("Không có hồ sơ này.", "There is no such dossier.", code="no-dossier")
        flows, versions = pins(chain)
        kept = checkpoints.every(connection)
        return Bundle(
            chain=code, entries=chain,
            flows={h: procedures.lowered(connection, h) for h in sorted(flows)},
            calendars={v: calendars.by_version(connection, v).to_json() for v in sorted(versions)},
            checkpoint=Checkpoint(*kept[-1]) if kept else None,
            handed=handed.of_dossier(connection, code, handing.own_node(chain)),
        )


def verify_bundle(bundle: Bundle, seal: Seal) -> Verdict:
    """Recompute the chains of a bundle and hold them against the checkpoint that came with it.

    They are the dossier's, and those of the keys of the nodes through which it went.
    """
    verdict = Verdict()
    signed: dict[str, dict[int, str]] = {}
    if bundle.checkpoint is not None:
        heads = heads_of(read(bundle.checkpoint, seal))
        signed = {chain: {count: head} for chain, count, head in heads}
        verdict.checkpoints = 1
    keys = {ledgers.of_node(node): chain for node, chain in bundle.handed.keys.items() if chain}
    for name, chain in {bundle.chain: bundle.entries, **keys}.items():
        verdict.chains += 1
        if name not in signed:
            verdict.broken.append(f"{name}: no checkpoint of the bundle signs it")
        row = (len(chain), chain[-1].hash) if chain else (0, "")
        verify_chain(name, iter(chain), row, signed.get(name, {}), verdict)
    _count(bundle.handed, verdict)
    verdict.broken.extend(
        handing.unlike_handed(bundle.chain, bundle.entries, bundle.handed))
    return verdict
