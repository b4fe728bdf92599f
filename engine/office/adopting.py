"""Adopting (theo lịch mới): which changed calendars a dossier turns to, and what that moves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.clock import local
from engine.commands import AdoptCalendar
from engine.errors import Conflict
from engine.proceed.outcome import Before, Facts, Outcome
from engine.proceed.recount import Move, moves
from engine.store import calendars, recounts

if TYPE_CHECKING:
    from engine.store import Unit


def turned(unit: Unit, command: AdoptCalendar, facts: Facts) -> Facts:
    """Return the facts with the calendars that a decision changed, and the former ones beside.

    Raise Conflict when the dossier has turned to them already. The rows stay locked, so that a
    further change of the same calendars waits.
    """
    pending = [
        one for one in recounts.of_dossier(unit.connection, command.dossier, lock=True)
        if (one.decision, one.decided_by) == (command.decision, command.decided_by or "")
    ]
    if command.agency not in {one.agency for one in pending}:
        raise Conflict(
            "Hồ sơ không chờ tính lại theo quyết định này.",
            "The dossier does not wait to be recounted by this decision.",
            code="nothing-to-adopt", agency=command.agency,
        )
    present = calendars.of_agencies(unit.connection, [one.agency for one in pending])
    former = {one.agency: calendars.by_version(unit.connection, one.former) for one in pending}
    return replace(facts, calendars={**facts.calendars, **present}, former=former)


def adopted(unit: Unit, command: AdoptCalendar, facts: Facts) -> None:
    """Let the dossier go by its present calendars from the end of the transaction on."""
    recounts.done(unit.connection, command.dossier, facts.former)


def told(before: Before, outcome: Outcome) -> list[dict[str, Any]]:
    """Return the dates that move, as those who ask for a change see them."""
    return [as_json(move) for move in moves(before, outcome)]


def as_json(move: Move) -> dict[str, Any]:
    """Return one moved date as plain JSON data, its moments at +07:00."""
    after = move.after and local(move.after).isoformat()
    return {
        "what": move.what, "id": move.id, "name": move.name, "agency": move.agency,
        "before": local(move.before).isoformat(), "after": after,
    }
