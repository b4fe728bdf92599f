"""Deciding (quyết định): a command on a dossier with its facts becomes an outcome that is saved."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.commands import DossierCommand
from engine.dossier import Dossier
from engine.law.rules import rules_by_id
from engine.office.completeness import check_accepted
from engine.office.library import Library
from engine.office.reuse import check_asked, keep_reusable
from engine.office.waking import Wakes
from engine.people import Actor
from engine.proceed import Before, Facts, Outcome, proceed, sealed
from engine.store import papers

if TYPE_CHECKING:
    from engine.store import Unit


def facts_of(
    unit: Unit, library: Library, dossier: Dossier, by: tuple[Actor, datetime],
    *, asked: object = None, node: str = "",
) -> Facts:
    """Return everything from outside that a command on a dossier needs; `by` whom and when.

    `asked` names an agency that the command brings in, whose calendar then counts too, and whose
    node where it works on another one than `node`.
    """
    desks = {dossier.receiving_agency, dossier.competent_agency, *dossier.desks.values()}
    if isinstance(asked, str):
        desks.add(asked)
    return Facts(
        now=by[1], actor=by[0].id, flow=library.flow(dossier.flow_hash),
        rules=rules_by_id(dossier.rule_set), calendars=unit.calendars(desks),
        salt=secrets.token_bytes(16), **_elsewhere(unit, asked, node),
    )


def _elsewhere(unit: Unit, agency: object, node: str) -> dict[str, Any]:
    """Return where an agency works that the command brings in, when that is another node."""
    homes = unit.homes(frozenset({agency})) if isinstance(agency, str) else {}
    return {"node": node, "homes": homes} if homes else {}


def decide(
    unit: Unit, before: Before, command: DossierCommand, facts: Facts, wakes: Wakes,
) -> Outcome:
    """Proceed, and write the outcome with its entry into the unit; nothing is committed yet.

    Papers are read where the drawing lets messages carry them, or the command is about them.

    Raises what proceed raises, and Conflict as `keep` does.
    """
    before = with_papers(unit, before, facts)
    return keep(unit, before, proceed(before, command, facts), facts, wakes)


def with_papers(unit: Unit, before: Before, facts: Facts) -> Before:
    """Return the dossier with its papers where a message of its drawing may carry some."""
    if before.papers or not facts.flow.papers:
        return before
    return replace(before, papers=papers.of_dossier(unit.connection, before.dossier.code))


def keep(
    unit: Unit, before: Before, outcome: Outcome, facts: Facts, wakes: Wakes,
) -> Outcome:
    """Write an outcome with its entry into the unit, and return it as sealed.

    Raises Conflict where a dossier is accepted that lacks papers, or one is asked for that is held
    already.
    """
    outcome, entry = sealed(outcome)
    check_accepted(unit, before, outcome, facts)
    check_asked(unit, outcome, facts)
    unit.save(outcome, entry)
    keep_reusable(unit, before, outcome, facts)
    wakes.rouse(unit, before, outcome)
    return outcome
