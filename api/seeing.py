"""Seeing (xem): a dossier for who may see it, read without locks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.performing import actor, services
from engine.dossier import Dossier, Part, Task
from engine.errors import NotFound
from engine.law.elapsed import Course
from engine.law.rules import rules_by_id
from engine.office.permits import see_dossier, see_papers
from engine.proceed import Before
from engine.store import calendars, dossiers, tasks


@dataclass(frozen=True)
class Seen:
    """A dossier with all parts and tasks that it ever had."""

    dossier: Dossier
    parts: Sequence[Part]
    tasks: Sequence[Task]


def taking_part(code: str) -> Dossier:
    """Return a dossier that an agency of the asker receives, settles or has a part in.

    Raises NotFound for any other code: papers are for those alone who work on them.
    """
    with services().store.reading() as connection:
        dossier = dossiers.by_code(connection, code)
        if dossier is None:
            raise NotFound("Không có hồ sơ này.", "There is no such dossier.", code="no-dossier")
        agencies = frozenset(part.agency for part in dossiers.parts(connection, code))
    see_papers(dossier, actor(), agencies)
    return dossier


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
