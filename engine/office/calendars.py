"""The keeper (người giữ lịch): calendars of agencies change by decision, each in its own chain.

The change lists the running dossiers that go by those calendars in the same transaction; they are
recounted after it, one by one (engine.office.recounting).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.commands import ChangeCalendars, Request
from engine.errors import NotFound
from engine.history import Draft, seal
from engine.office import permits
from engine.office.decisions import need_decision
from engine.office.result import Result, finish
from engine.people import Actor
from engine.store import calendars, ledgers, recounts
from engine.worktime import Calendar, amend

if TYPE_CHECKING:
    from engine.store import Connection, Store, Unit

#: An agency's calendar before and after a change.
Change = tuple[str, Calendar, Calendar]


class Keeper:
    """Executes the command on calendars."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def execute(
        self, command: ChangeCalendars, actor: Actor, now: datetime,
        request: Request | None, _if_match: frozenset[str] | None,
    ) -> Result:
        """Change the calendars in one transaction; nothing is written when one cannot be.

        Raises Invalid for a decision without number or author, or an amendment that an agency's
        calendar cannot take, NotFound for an unknown agency.
        """
        with self._store.unit() as unit:
            permits.do_calendar(actor)
            if request and (kept := unit.take_key(actor.id, request)):
                return Result.repeat(kept)
            calendars.begin_change(unit.connection)
            changes = changes_of(unit.connection, command)
            codes = [agency for agency, _, _ in changes]
            listed = recounts.listing(
                unit.connection, codes, command.decision, command.decided_by)
            for change in changes:
                _enter(unit, command, change, actor, now)
            body = {"changed": [_told(change) for change in changes], "listed": listed}
            return finish(unit, actor, request, Result(body))


def changes_of(connection: Connection, command: ChangeCalendars) -> list[Change]:
    """Return what a command would change, agency by agency; raise as `Keeper.execute` does."""
    need_decision(command.decision, command.decided_by)
    versions = {agency: version for agency, _, version in calendars.every(connection)}
    unknown = sorted(set(command.agencies) - versions.keys())
    if unknown:
        raise NotFound(
            f"Danh bạ không có cơ quan {', '.join(unknown)}.",
            f"The register has no agency {', '.join(unknown)}.", code="unknown-agency",
        )
    turned: dict[str, tuple[Calendar, Calendar]] = {}
    for version in {versions[agency] for agency in command.agencies or versions}:
        was = calendars.by_version(connection, version)
        turned[version] = was, amend(was, command.amendment)
    pairs = ((agency, *turned[versions[agency]]) for agency in command.agencies or versions)
    return sorted((p for p in pairs if p[1].version != p[2].version), key=lambda p: p[0])


def _enter(
    unit: Unit, command: ChangeCalendars, change: Change, actor: Actor, now: datetime,
) -> None:
    agency, _, then = change
    chain = ledgers.of_calendar(agency)
    number, head = ledgers.head(unit.connection, chain)
    ledgers.append(unit.connection, seal(Draft(
        chain=chain, number=number + 1, previous=head, at=now, actor=actor.id, content={
            "command": {
                "kind": "change-calendar", "agency": agency,
                "amendment": command.amendment.as_json(),
            },
            "outcome": {
                **_told(change), "decision": command.decision,
                "decision_date": command.decision_date.isoformat(),
                "decided_by": command.decided_by,
            },
        },
    )))
    calendars.point(unit.connection, agency, calendars.add(unit.connection, then))


def _told(change: Change) -> Mapping[str, Any]:
    agency, was, then = change
    return {"agency": agency, "was": was.version, "calendar": then.version}
