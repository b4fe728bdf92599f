"""Waking (đánh thức): when a command has set timers, and whether one that comes due may fire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from engine.commands import FireTimer
from engine.errors import Conflict
from engine.law.acting import need_no_hold
from engine.law.reminders import reminders
from engine.law.rules import rules_by_id
from engine.proceed import Before, Outcome
from engine.proceed.record import REMINDERS
from engine.worktime import Calendar

if TYPE_CHECKING:
    from engine.store import Connection, Unit

#: A moment that has passed on every clock.
AT_ONCE = datetime.min.replace(tzinfo=UTC)
#: Wakes who looks for timers or calls at a moment, in the open transaction on the connection:
#: committed or undone with it.
Wake = Callable[["Connection", datetime], None]
#: Wakes who delivers to a node, in the same way.
WakeNode = Callable[["Connection", str], None]
#: Wakes who tells the national portal, in the same way.
WakePortal = Callable[["Connection"], None]


@dataclass(frozen=True)
class Wakes:
    """Whom a command wakes; None leaves the work to the next sweep."""

    timers: Wake | None = None
    node: WakeNode | None = None
    calls: Wake | None = None
    portal: WakePortal | None = None

    def rouse(self, unit: Unit, before: Before, outcome: Outcome) -> None:
        """Wake for the first timer that a command has set, and for those that it has news for."""
        due = first_due(before, outcome) if self.timers else None
        if self.timers and due:
            self.timers(unit.connection, due)
        freed = before.dossier.standing.hold is not None and outcome.dossier.standing.hold is None
        if self.calls and (freed or any(c.service.kind == "connector" for c in outcome.calls)):
            self.calls(unit.connection, AT_ONCE)
        if self.node:
            for node in sorted({sent.node for sent in outcome.sent}):
                self.node(unit.connection, node)
        if self.portal and outcome.told:
            self.portal(unit.connection)


def first_due(before: Before, outcome: Outcome) -> datetime | None:
    """Return when the first timer is due that the command has set, moved or freed from a hold."""
    hold, held = outcome.dossier.standing.hold, before.dossier.standing.hold
    freed = held is not None and hold is None
    known = {part.id: part for part in before.parts}
    parts = {**known, **{part.id: part for part in outcome.parts}} if freed else {
        part.id: part for part in outcome.parts
    }
    stood = set() if freed else {(i, w.id, w.due) for i, p in known.items() for w in p.waits}
    return min((*(outcome.reminders or {}).values(), *(
        wait.due for key, part in parts.items() for wait in part.waits
        if wait.due is not None and (key, wait.id, wait.due) not in stood
        and not (hold and hold.holds(key))
    )), default=None)


def check_timer(
    before: Before, command: FireTimer, now: datetime, calendars: Mapping[str, Calendar],
) -> None:
    """Raise Conflict while the part is held, or when the timer was moved behind `now`.

    One that is not there at all is for the flow, or the law's reminders, to refuse.
    """
    dossier, standing = before.dossier, before.dossier.standing
    if command.part == REMINDERS:
        rules = rules_by_id(dossier.rule_set)
        stand = reminders(
            standing, rules, calendars[dossier.competent_agency], now,
            counter=calendars[dossier.receiving_agency])
        at = stand.get(command.wait)
        _need_due(at, now)
        return
    need_no_hold(standing, command.part)
    for part in before.parts:
        for wait in part.waits:
            here = (part.id, wait.id) == (command.part, command.wait)
            if here:
                _need_due(wait.due or datetime.max.replace(tzinfo=UTC), now)


def _need_due(at: datetime | None, now: datetime) -> None:
    if at is not None and at > now:
        raise Conflict(
            "Hẹn giờ này chưa đến hạn.", "This timer is not yet due.", code="wait-not-due",
        )
