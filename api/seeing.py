"""Seeing (xem): a dossier for who may see it, read without locks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.performing import actor, services
from engine.components.declared import Component
from engine.components.papers import Paper
from engine.dossier import Dossier, Part, Task
from engine.errors import NotFound
from engine.law.elapsed import Course
from engine.law.rules import rules_by_id
from engine.office.permits import (
    own_papers,
    pools_of,
    see_dossier,
    see_papers,
    sees_all_papers,
)
from engine.proceed import Before
from engine.store import calendars, dossiers, downloads, papers, tasks


@dataclass(frozen=True)
class Seen:
    """A dossier with all parts and tasks that it ever had."""

    dossier: Dossier
    parts: Sequence[Part]
    tasks: Sequence[Task]


def taking_part(code: str) -> Dossier:
    """Return a dossier that an agency of the asker receives, settles or has a part in.

    Raises NotFound for any other code: papers are for those alone who work on them; Forbidden for
    an agency that only does steps in the part of another.
    """
    with services().store.reading() as connection:
        dossier = dossiers.by_code(connection, code)
        if dossier is None:
            raise NotFound("Không có hồ sơ này.", "There is no such dossier.", code="no-dossier")
        agencies = dossiers.part_agencies(connection, code)
        places = dossiers.places(connection, code)
    see_papers(dossier, actor(), agencies, places)
    return dossier


@dataclass(frozen=True)
class PapersSeen:
    """The papers of a dossier that an asker sees, and how those from other nodes stand.

    `whole` tells that they see all that are here, as who asks the applicant for them must;
    `every` are all of them, on which ETags stand; `downloads` are (state, failure) by number.
    """

    dossier: Dossier
    declared: Sequence[Component]
    papers: Sequence[Paper]
    whole: bool
    every: Sequence[Paper]
    downloads: Mapping[int, tuple[str, str | None]]


def papers_seen(code: str) -> PapersSeen:
    """Return the papers of a dossier that the asker may see; raise NotFound for any other code."""
    dossier, house = taking_part(code), services()
    flow = house.office.library.flow(dossier.flow_hash)
    declared = flow.facts.components if flow.facts else ()
    whole = sees_all_papers(dossier, flow, actor())
    with house.store.reading() as connection:
        known = every = papers.of_dossier(connection, code)
        states = downloads.states(connection, code)
        if not whole:
            known = own_papers(every, pools_of(dossiers.places(connection, code), actor()))
    return PapersSeen(dossier, declared, known, whole, every, states)


def seen(code: str) -> Seen:
    """Return a dossier that the asker may see; raise NotFound for any other code."""
    with services().store.reading() as connection:
        dossier = dossiers.by_code(connection, code)
        if dossier is None:
            raise NotFound("Không có hồ sơ này.", "There is no such dossier.", code="no-dossier")
        found = Seen(dossier, dossiers.parts(connection, code), tasks.of_dossier(connection, code))
    taking_part = frozenset(task.agency for task in found.tasks)
    see_dossier(Before(dossier, tuple(found.parts)), actor(), taking_part)
    return found


def course(found: Seen) -> Course:
    """Return the course of a dossier until now, from which its clocks are read."""
    dossier = found.dossier
    agencies = {dossier.competent_agency, *(task.agency for task in found.tasks)}
    with services().store.reading() as connection:
        known = calendars.of_agencies(connection, agencies)
    return Course(
        registered_at=dossier.registered_at, standing=dossier.standing, steps=found.tasks,
        competent=dossier.competent_agency, calendars=known,
        rules=rules_by_id(dossier.rule_set), now=services().clock.now(),
    )
