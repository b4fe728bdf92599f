"""The unit of work (đơn vị ghi): one transaction, locks in one order, writes in one trip.

Lock order: dossier row, then part rows; nobody takes them the other way round.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from engine.commands import Request
from engine.dossier import Part, Task
from engine.errors import NotFound
from engine.history import Entry
from engine.law.standing import Hold
from engine.people import Actor, Agency
from engine.proceed.outcome import Before, Outcome
from engine.proceed.record import REMINDERS
from engine.store import (
    calendars,
    calls,
    idempotency,
    inbox,
    loading,
    newborn,
    nodes,
    outbox,
    papers,
    people,
    portal_messages,
    printed,
    procedures,
    rows,
    sequences,
    timers,
)
from engine.store import dossier_statements as sql
from engine.store.loading import Loaded
from engine.store.trips import COMMIT, UNFLUSHED, Connection, Statement
from engine.worktime import Calendar

if TYPE_CHECKING:
    from engine.flow.lint import Known
    from engine.procedure import Version
    from engine.step import Finding
    from engine.store.inbox import Arrived, Found
    from engine.store.newborn import Newborn


class Unit:
    """One transaction; `commit` sends every write in one trip, anything else undoes it."""

    def __init__(self, connection: Connection, *, flushed: bool = True) -> None:
        self._connection = connection
        self._writes: list[Statement] = [] if flushed else [UNFLUSHED]
        # What was read under the dossier's lock: calendars by agency, timers by part, the hold.
        self._calendars: Mapping[str, str] = {}
        self._born: newborn.Found | None = None
        self._timed: Mapping[str, Mapping[str, datetime]] = {}
        self._held: dict[str, Hold | None] = {}
        # The answer kept for a request that was looked up with the dossier.
        self._answered: rows.Row | None = None
        self._looked_up = False

    @property
    def connection(self) -> Connection:
        """The transaction itself, for what must be kept or undone with it."""
        return self._connection

    # Reading under locks

    def load(self, code: str, asked: tuple[str, Request] | None = None) -> Before:
        """Return a dossier, locked, with running parts, open tasks and kept envelopes.

        `asked` (actor, request) is looked up in the same trip: whoever repeats a request on this
        dossier waits for its lock, so that the key needs none of its own. Raises NotFound when
        there is no dossier of that code.
        """
        found = self._note(loading.by_code(self._connection, code, asked), asked)
        if found is None:
            raise NotFound("Không có hồ sơ này.", "There is no such dossier.", code="no-dossier")
        return found.before

    def load_of_task(
        self, task_id: str, asked: tuple[str, Request] | None = None,
    ) -> tuple[Task, Before] | None:
        """Return a task in whatever state, and its dossier as `load` does; None where none is."""
        found = self._note(loading.by_task(self._connection, task_id, asked), asked)
        return None if found is None or found.task is None else (found.task, found.before)

    def look(
        self, arrived: Arrived, born: Newborn | None,
    ) -> tuple[Found, Before | None]:
        """Return what is known of an envelope that arrives, and its dossier, under its lock.

        `born` is the dossier as the envelope has it where it is likely to be opened by it: that is
        looked up in the same trip.
        """
        look = inbox.asking(arrived)
        beside = newborn.asking(born) if born else loading.asking(arrived.dossier)
        _, known, *rest = self._connection.together([*look, *beside])
        found = inbox.told(known)
        if born and not found.open:
            self._born = newborn.told(rest[-1])
            return found, None
        loaded = loading.by_code(self._connection, arrived.dossier) if born else (
            loading.told(self._connection, rest))
        self._note(loaded, None)
        return found, loaded.before if loaded else None

    def taking_part(self, code: str) -> frozenset[str]:
        """Return the agencies of all parts and tasks that a dossier ever had."""
        return frozenset(row[0] for row in self._connection.execute(sql.AGENCIES, {"code": code}))

    def calendars(self, agencies: Collection[str]) -> Mapping[str, Calendar]:
        """Return the calendars by which agencies work, by agency code."""
        if not self._calendars.keys() >= set(agencies):
            self._calendars = dict(
                self._connection.together(calendars.asking_newborn(agencies))[-1])
        return {
            code: calendars.by_version(self._connection, self._calendars[code])
            for code in agencies if code in self._calendars
        }

    def newborn(self, born: Newborn) -> newborn.Found:
        """Return what this node knows of a dossier of another one that is opened here."""
        if self._born is None:
            self._born = newborn.told(self._connection.together(newborn.asking(born))[-1])
        self._calendars = self._born.calendars
        return self._born

    def agency(self, code: str) -> Agency | None:
        """Return an agency of the register."""
        return people.agency(self._connection, code)

    def homes(self, agencies: frozenset[str]) -> dict[str, str]:
        """Return the nodes of those agencies that work elsewhere."""
        return nodes.homes(self._connection, agencies)

    def person(self, person_id: str, day: date) -> Actor | None:
        """Return a person with the posts valid on that local day."""
        return people.person(self._connection, person_id, day)

    def known(self) -> Known:
        """Return the agencies and roles that drawings may name."""
        return people.known(self._connection)

    def next_number(self, agency: str, day: date) -> int:
        """Return the next number of an agency's day: gap-free, its row locked until commit."""
        return sequences.take(self._connection, agency, day)

    # Repeated requests

    def take_key(self, actor: str, request: Request) -> Mapping[str, Any] | None:
        """Return the result kept for a repeated request, or None for the first one.

        Waits for a first one that is still under way. Raises Invalid for another body.
        """
        if self._looked_up:
            return idempotency.answer(self._answered, request) if self._answered else None
        return idempotency.take(self._connection, actor, request)

    def record(self, actor: str, request: Request, result: Mapping[str, Any]) -> None:
        """Keep the result of a request for those that repeat it."""
        keep = idempotency.adding if self._looked_up else idempotency.keeping
        self._writes.append(keep(actor, request, json.dumps(result)))

    # Writing

    def insert(self, outcome: Outcome, sealed: Entry) -> None:
        """Write a new dossier with everything that its registration opened."""
        self._writes.append((sql.NEW_DOSSIER, rows.dossier_row(outcome.dossier)))
        self._write(outcome, sealed)

    def save(self, outcome: Outcome, sealed: Entry) -> None:
        """Write everything that a command did to a dossier."""
        row = rows.dossier_row(outcome.dossier)
        self._writes.append((sql.SAVE_DOSSIER, {**row, "key_code": row["code"]}))
        self._write(outcome, sealed)
        code, now = outcome.dossier.code, outcome.dossier.standing.hold
        was = self._held.get(code, now)
        if now != was:
            self._writes.extend(
                write for hold in (was, now) if hold for write in (
                    timers.holding(code, hold.part, held=hold is now),
                    calls.holding(code, hold.part, held=hold is now),
                )
            )

    def add_paper(self, sealed: Entry, paper: str, sha256: str) -> None:
        """Make the paper that an entry has printed found by the hash of its bytes."""
        self._writes.append(printed.adding(sealed, paper, sha256))

    def append(self, sealed: Entry) -> None:
        """Append an entry to the chain of a procedure."""
        self._writes.append((sql.NEW_ENTRY, vars(sealed)))
        self._writes.append(procedures.advancing(sealed))

    def queue(self, writes: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Write what another room of the store has prepared, with everything else."""
        self._writes.extend(writes)

    def commit(self) -> None:
        """Send all writes and commit; when it returns, everything is kept."""
        self._connection.together([*self._writes, COMMIT])
        self._writes.clear()

    # Procedures

    def versions(self, code: str) -> list[Version]:
        """Return all versions of a procedure, without their files, in order of number."""
        return procedures.versions(self._connection, code)

    def files(self, code: str, number: int) -> Mapping[str, bytes]:
        """Return the source files of a version by name."""
        return procedures.files(self._connection, code, number)

    def lock_procedure(self, code: str, name: str | None) -> None:
        """Lock a procedure's row, making it when a name is given; raise NotFound otherwise."""
        procedures.lock(self._connection, code, name)

    def procedure_head(self, code: str) -> tuple[int, str]:
        """Return entry count and head of a procedure's chain."""
        return procedures.head(self._connection, code)

    def add_version(self, version: Version, findings: tuple[Finding, ...]) -> None:
        """Write a new draft with its files and findings."""
        self._writes.extend(procedures.adding(version, findings))

    def set_version(self, version: Version) -> None:
        """Write a version's new place in its lifecycle."""
        self._writes.append(procedures.setting(version))

    def _write(self, outcome: Outcome, sealed: Entry) -> None:
        code, hold = outcome.dossier.code, outcome.dossier.standing.hold
        for changed in outcome.parts:
            self._write_part(code, changed, hold is not None and hold.holds(changed.id))
        if outcome.reminders is not None:
            self._writes.append(timers.clearing(code, REMINDERS))
            self._writes.extend(
                timers.setting(code, REMINDERS, key, at, held=False)
                for key, at in outcome.reminders.items()
            )
        for opened in outcome.opened:
            self._writes.append((sql.NEW_TASK, rows.task_row(code, opened)))
        for moved in outcome.changed:
            row = rows.task_row(code, moved)
            self._writes.append((sql.SAVE_TASK, {**row, "key_id": moved.id}))
        self._writes.extend(calls.of_outcome(outcome))
        for sent in outcome.envelopes:
            self._writes.append((sql.PUT_ENVELOPE, rows.envelope_row(sent)))
        self._writes.extend(papers.putting(code, paper) for paper in outcome.papers)
        self._writes.extend(outbox.adding(sent) for sent in outcome.sent)
        self._writes.append((sql.NEW_ENTRY, vars(sealed)))
        if outcome.told:
            self._writes.append(portal_messages.adding(outcome))

    def _write_part(self, code: str, changed: Part, held: bool) -> None:
        row = rows.part_row(code, changed)
        keys = {"key_dossier": code, "key_id": changed.id}
        known = changed.id in self._timed
        self._writes.append((sql.SAVE_PART, {**row, **keys}) if known else (sql.NEW_PART, row))
        before, now = self._timed.get(changed.id, {}), loading.due(changed)
        if before == now:
            return
        if before:
            self._writes.append(timers.clearing(code, changed.id))
        self._writes.extend(
            timers.setting(code, changed.id, wait, due, held=held) for wait, due in now.items()
        )

    def _note(self, found: Loaded | None, asked: object) -> Loaded | None:
        """Keep what was read under the dossier's lock for what follows in the transaction."""
        if found is not None:
            dossier = found.before.dossier
            self._held[dossier.code] = dossier.standing.hold
            self._calendars, self._timed = found.calendars, found.timed
            self._answered, self._looked_up = found.answered, asked is not None
        return found
