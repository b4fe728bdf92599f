"""Reuse (tái sử dụng) at the office: papers held for an owner, offered, and not asked for again.

Who owns them is read from the registration's personal values and written to its own table alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from engine.components.declared import Component
from engine.components.papers import Paper
from engine.components.reuse import Held, named, need_not_held, owner_of, reusable
from engine.law.standing import Standing
from engine.proceed import Before, Facts, Outcome
from engine.store import papers

if TYPE_CHECKING:
    from engine.store import Connection, Unit

_REQUEST = "request-supplement"
_ENDED_WELL = ("settled", "returned")


def offers(
    connection: Connection, code: str, components: Iterable[Component],
    applicant: Mapping[str, Any],
) -> Sequence[Held]:
    """Return the papers held for a dossier's applicant that it could reuse, newest first."""
    owner = owner_of(applicant)
    types = [component.code for component in components if component.kind != "own_result"]
    return papers.held_for(connection, owner, types, code) if owner and types else []


def check_asked(unit: Unit, outcome: Outcome, facts: Facts) -> None:
    """Raise Conflict when a supplement request asks for a paper that is held for the applicant.

    Its items name components by their codes; `because` says why the held paper does not do.
    """
    components, draft = facts.drawn.components, outcome.draft
    if not components or _REQUEST not in {done["act"] for done in draft.content["outcome"]["acts"]}:
        return
    content = draft.personal.get("content") or draft.personal.get("answers") or {}
    items = content.get("items")
    asked = named(items, [c.code for c in components]) if isinstance(items, list) else ()
    if asked:
        code = outcome.dossier.code
        applicant = papers.born_with(unit.connection, code).get("applicant", {})
        held = offers(unit.connection, code, components, applicant)
        need_not_held(held, asked, content.get("because"), facts.rules.article("reuse"))


def keep_reusable(unit: Unit, before: Before, outcome: Outcome, facts: Facts) -> None:
    """Hold the papers of a dossier that was settled well for their owner, and no others of it.

    Looks only where the dossier has just been settled, or the settlement was undone, or papers of a
    settled one have changed.
    """
    well, was = _well(outcome.dossier.standing), _well(before.dossier.standing)
    components = facts.drawn.components
    if not components or (well == was and not (well and outcome.papers)):
        return
    code = outcome.dossier.code
    held = {one.number: one for one in papers.held_from(unit.connection, code)}
    known = {p.number: p for p in (*papers.of_dossier(unit.connection, code), *outcome.papers)}
    fit = {p.number: p for p in reusable(components, known.values())} if well else {}
    unit.queue(papers.ending((h for n, h in held.items() if n not in fit), facts.now))
    owner = owner_of(papers.born_with(unit.connection, code).get("applicant", {}))
    if owner:
        unit.queue(papers.holding(
            _held(paper, owner, code, facts) for n, paper in fit.items() if n not in held
        ))


def _well(standing: Standing) -> bool:
    return standing.status in _ENDED_WELL and standing.result == "granted"


def _held(paper: Paper, owner: str, code: str, facts: Facts) -> Held:
    return Held(
        id=uuid4().hex, owner=owner, paper_type=paper.component, dossier=code,
        number=paper.number, copy=paper.copy, sha256=paper.sha256 or "", size=paper.size or 0,
        media_type=paper.media_type or "", held_since=facts.now,
    )
