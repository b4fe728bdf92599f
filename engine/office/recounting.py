"""Recounting (tính lại hạn): running dossiers after a change of calendars, or before it to see.

A run that was killed is resumed by another: what is left stands in the archive, each dossier turns
in a transaction of its own, and only a few are in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.commands import AdoptCalendar, ChangeCalendars
from engine.errors import Conflict, MotcuaError
from engine.law.rules import rules_by_id
from engine.office.adopting import told
from engine.office.calendars import changes_of
from engine.people import Actor
from engine.proceed import Before, Facts, proceed
from engine.store import calendars, dossiers, recounts

if TYPE_CHECKING:
    from engine.office import Office
    from engine.store import Connection, Store
    from engine.worktime import Calendar

#: Dossiers whose codes are read at a time.
BATCH = 200


@dataclass(frozen=True)
class Recounted:
    """What came of one dossier: its dates that move, or why it could not be recounted."""

    dossier: str
    moved: tuple[dict[str, Any], ...] = ()
    failure: MotcuaError | None = None


class Recounting:
    """Shows and makes the moves of dates that follow from changes of calendars."""

    def __init__(self, store: Store, office: Office) -> None:
        self._store = store
        self._office = office

    def preview(
        self, command: ChangeCalendars, actor: Actor, now: datetime,
    ) -> Iterator[Recounted]:
        """Yield what a change would do to each running dossier; write and lock nothing."""
        with self._store.snapshot() as connection:
            then = {agency: new for agency, _, new in changes_of(connection, command)}
            for code in _running(connection, sorted(then)):
                before = dossiers.before(connection, code)
                if before is not None:
                    facts = self._facts(connection, before, then, (actor, now))
                    yield _preview(before, command, facts)

    def run(self, agencies: Sequence[str], actor: Actor) -> Iterator[Recounted]:
        """Let every dossier that is listed for the agencies adopt their calendars; yield each.

        One that fails stays listed, and the others go on.
        """
        after = ""
        while codes := self._following(agencies, after):
            for code in codes:
                yield from self._adopt(code, actor)
            after = codes[-1]

    def _following(self, agencies: Sequence[str], after: str) -> list[str]:
        with self._store.reading() as connection:
            return recounts.following(connection, agencies, after, BATCH)

    def _adopt(self, code: str, actor: Actor) -> Iterator[Recounted]:
        with self._store.reading() as connection:
            pending = recounts.of_dossier(connection, code)
        for first in {(p.decision, p.decided_by): p for p in reversed(pending)}.values():
            command = AdoptCalendar(code, first.agency, first.decision, first.decided_by or None)
            try:
                result = self._office.execute(command, actor)
            except MotcuaError as error:
                if not (isinstance(error, Conflict) and error.code == "nothing-to-adopt"):
                    yield Recounted(code, failure=error)
                continue  # another run has been quicker
            yield Recounted(code, tuple(result.body["moved"]))

    def _facts(
        self, connection: Connection, before: Before, then: dict[str, Calendar],
        who: tuple[Actor, datetime],
    ) -> Facts:
        dossier, (actor, now) = before.dossier, who
        held = calendars.of_dossier(connection, dossier.code)
        facts = Facts(
            now=now, actor=actor.id, flow=self._office.library.flow(dossier.flow_hash),
            rules=rules_by_id(dossier.rule_set), calendars=held, salt=b"",
        )
        turning = {agency: new for agency, new in then.items() if agency in held}
        return replace(facts, calendars={**held, **turning},
                       former={agency: held[agency] for agency in turning})


def _preview(before: Before, command: ChangeCalendars, facts: Facts) -> Recounted:
    adopting = AdoptCalendar(
        before.dossier.code, min(facts.former), command.decision, command.decided_by)
    try:
        outcome = proceed(before, adopting, facts)
    except MotcuaError as error:
        return Recounted(before.dossier.code, failure=error)
    return Recounted(before.dossier.code, tuple(told(before, outcome)))


def _running(connection: Connection, agencies: Sequence[str]) -> Iterator[str]:
    after = ""
    while codes := recounts.running(connection, agencies, after, BATCH):
        yield from codes
        after = codes[-1]
