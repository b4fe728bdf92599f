"""Actions (việc có thể làm): what may this person do to a dossier now, and why not the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.errors import Conflict, Forbidden
from engine.law.acts import ACTS, Deed
from engine.office import permits
from engine.office.completeness import need_complete
from engine.people import Actor
from engine.proceed import Before, Facts, dry_run

if TYPE_CHECKING:
    from engine.store import Unit


def actions(unit: Unit, before: Before, actor: Actor, facts: Facts) -> list[dict[str, Any]]:
    """Return every act with whether the actor may perform it now, else the reason and its article.

    An allowed act carries the form of its content (form-js). What only answers a warning of the
    clock is left out: its task stands in the inbox.
    """
    return [
        _action(unit, deed, before, (actor, facts)) for deed in ACTS.values() if deed.by_hand
    ]


def _action(
    unit: Unit, deed: Deed, before: Before, by: tuple[Actor, Facts],
) -> dict[str, Any]:
    actor, facts = by
    told = {"act": deed.name, "title": {"vi": deed.vi, "en": deed.en}}
    try:
        permits.do_act(before, deed.name, actor, facts.rules)
        dry_run(before, deed.name, facts)
        if deed.name == "accept":
            need_complete(unit, before, facts)
    except (Conflict, Forbidden) as refusal:
        why = {"code": refusal.code, "vi": refusal.vi, "en": refusal.en}
        return {**told, "allowed": False, "why": why, "form": None}
    return {**told, "allowed": True, "why": None, "form": dict(deed.form)}
