"""Gathering (thu thập): the picture of a dossier, from its row, its history and the register.

Names are those that the register holds now; everything else is what the chain says of that entry.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.clock import local
from engine.components.declared import FROM_APPLICANT
from engine.dossier import Dossier
from engine.errors import Invalid, NotFound
from engine.history import Entry
from engine.links.portal.picture import Names, Picture, Step, applicant_of, steps_of
from engine.people import SYSTEM, Actor
from engine.store import Connection, dossiers, entries, papers, people, procedures

#: What the office itself is called where it did a step: a timer of the law, another node.
OFFICE = "Hệ thống một cửa"


def gather(connection: Connection, code: str, entry: int) -> Picture:
    """Return the picture of a dossier as it stood at an entry.

    Raises NotFound when there is no such dossier, Invalid when its applicant was erased.
    """
    dossier = dossiers.by_code(connection, code)
    if dossier is None:
        raise NotFound("Không có hồ sơ này.", "There is no such dossier.", code="no-dossier")
    chain = [kept for kept in entries.chain(connection, code, size=entry) if kept.number <= entry]
    steps = steps_of(chain)
    who = _people(connection, steps)
    placed = tuple(_placed(step, who.get(step.actor), dossier) for step in steps)
    name, sector, declared = procedures.called(connection, dossier.procedure, dossier.version)
    return Picture(
        dossier, placed, _applicant(chain),
        Names(name, sector, _agencies(connection, dossier, placed), {
            actor: found.name if found else OFFICE for actor, found in who.items()
        }, {one.code: one.name for one in declared}),
        # What came later is told with what comes later; what was withdrawn since is told as such.
        tuple(p for p in papers.of_dossier(connection, code) if p.added_at <= placed[-1].at),
        frozenset(one.code for one in declared if one.kind not in FROM_APPLICANT),
    )


def _applicant(chain: list[Entry]) -> Any:
    found = applicant_of(chain)
    if found is None:
        raise Invalid(
            "Dữ liệu cá nhân của hồ sơ đã được xóa theo quyết định; không gửi lại được.",
            "The personal data of the dossier were erased by decision; it cannot be told again.",
            code="portal-erased",
        )
    return found


def _people(connection: Connection, steps: tuple[Step, ...]) -> dict[str, Actor | None]:
    """Return who did the steps, with the posts that they held on the day of their first."""
    days = {step.actor: local(step.at).date() for step in reversed(steps)}
    return {
        actor: None if actor == SYSTEM.id else people.person(connection, actor, day)
        for actor, day in days.items()
    }


def _placed(step: Step, who: Actor | None, dossier: Dossier) -> Step:
    """Return a step with agency and role: those of its task, else a post of who did it."""
    if step.agency or who is None:
        return step
    near = (dossier.receiving_agency, dossier.competent_agency)
    posts = sorted(who.posts, key=lambda post: (post.agency not in near, near[0] != post.agency))
    return replace(step, agency=posts[0].agency, role=posts[0].role) if posts else step


def _agencies(
    connection: Connection, dossier: Dossier, steps: tuple[Step, ...],
) -> dict[str, str]:
    codes = {dossier.receiving_agency, dossier.competent_agency, *(s.agency for s in steps)}
    found = [people.agency(connection, code) for code in codes if code]
    return {agency.code: agency.name for agency in found if agency is not None}
