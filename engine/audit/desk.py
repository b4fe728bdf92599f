"""The auditor's desk (bàn kiểm tra): what an auditor does, on the archive itself."""

from __future__ import annotations

from datetime import datetime

from engine.audit.approved import unlike_approved
from engine.audit.bundle import Bundle, pins
from engine.audit.checkpoint import Checkpoint, heads_of, make, read
from engine.audit.decided import unlike_decided
from engine.audit.replay import Replay, replay
from engine.audit.rows import Kept, differing
from engine.audit.signing import Seal
from engine.audit.verify import Archive, Verdict, verify_archive, verify_chain
from engine.errors import NotFound
from engine.flow.load import Flow, load
from engine.store import (
    Store,
    calendars,
    checkpoints,
    dossiers,
    entries,
    ledgers,
    papers,
    procedures,
    tasks,
)
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


def verify_stored(store: Store, seal: Seal, copy: Checkpoint | None = None) -> Verdict:
    """Recompute every chain of the archive against its rows, checkpoints and an outside copy.

    Versions of procedures are held against what their chains say was approved, the calendars of
    agencies against what was decided.
    """
    with store.snapshot() as connection:
        verdict = verify_archive(Archive(
            heads=entries.heads(connection), entries=entries.every(connection),
            checkpoints=[Checkpoint(*row) for row in checkpoints.every(connection)], copy=copy,
        ), seal)
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
        )


def verify_bundle(bundle: Bundle, seal: Seal) -> Verdict:
    """Recompute the one chain of a bundle and hold it against the checkpoint that came with it."""
    verdict = Verdict(chains=1)
    signed: dict[int, str] = {}
    if bundle.checkpoint is not None:
        heads = heads_of(read(bundle.checkpoint, seal))
        signed = {count: head for chain, count, head in heads if chain == bundle.chain}
        verdict.checkpoints = 1
    if not signed:
        verdict.broken.append(f"{bundle.chain}: no checkpoint of the bundle signs it")
    row = (len(bundle.entries), bundle.entries[-1].hash) if bundle.entries else (0, "")
    verify_chain(bundle.chain, iter(bundle.entries), row, signed, verdict)
    return verdict
