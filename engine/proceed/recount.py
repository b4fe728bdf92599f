"""Recounting (tính lại): a dossier turns to changed calendars, and all its dates with them.

Pure: the calendars of before and after both stand in the facts, so that replay gives the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from engine.commands import AdoptCalendar
from engine.dossier import Task
from engine.law.recount import paused_by, recount_due, same_left
from engine.law.standing import Consultation, Hold
from engine.proceed import acts
from engine.proceed.outcome import Before, Outcome
from engine.proceed.work import Work
from engine.step import Wait
from engine.worktime import due, parse


@dataclass(frozen=True)
class Move:
    """One date that a change of calendars moves: of the dossier, a task, a timer, an opinion."""

    what: str
    id: str
    name: str
    agency: str
    before: datetime
    after: datetime | None


def adopt(work: Work, command: AdoptCalendar) -> None:
    """Move the legal due date, the dates of open tasks and the timers in working time.

    A dossier on hold is moved too: what was left when its time stopped is left still.
    """
    if work.dossier.competent_agency in work.facts.former:
        calendar = work.calendar(work.dossier.competent_agency)
        why = f"Tính lại theo lịch làm việc {calendar.version} (quyết định {command.decision})."
        work.set_standing(recount_due(work.standing, acts.circumstances(work, {}), why))
        work.set_standing(replace(work.standing, hold=_hold(work, work.standing.hold)))
        _move_waits(work)
    for task in work.open_tasks():
        if _counted_by(work, task) in work.facts.former and (
                moved := _task_due(work, task)) != task.due:
            work.put_task(replace(task, due=moved))
    asked = tuple(_consultation(work, one) for one in work.standing.consultations)
    work.set_standing(replace(work.standing, consultations=asked))


def moves(before: Before, outcome: Outcome) -> Iterator[Move]:
    """Yield the dates that differ between a dossier and what came of it, the legal one first."""
    was, now = before.dossier.standing, outcome.dossier.standing
    dossier = outcome.dossier
    if was.due is not None and was.due != now.due:
        yield Move("dossier", dossier.code, "thời hạn giải quyết", dossier.competent_agency,
                   was.due, now.due)
    known = {task.id: task for task in before.tasks}
    for task in outcome.changed:
        old = known[task.id].due
        if old is not None and old != task.due:
            yield Move("task", task.id, task.name, task.agency, old, task.due)
    stood = {(p.id, w.id): w.due for p in before.parts for w in p.waits}
    for part in outcome.parts:
        for wait in part.waits:
            old = stood.get((part.id, wait.id))
            if old is not None and old != wait.due:
                yield Move("timer", f"{part.id}/{wait.id}", wait.element,
                           dossier.competent_agency, old, wait.due)
    for one, then in zip(was.consultations, now.consultations, strict=True):
        if one.due is not None and one.due != then.due:
            yield Move("consultation", one.id, "lấy ý kiến", one.agency, one.due, then.due)


def _task_due(work: Work, task: Task) -> datetime | None:
    """Count a task's own duration anew from its opening; a shared or set date keeps its rest."""
    note = work.facts.flow.notes.get(task.element) if task.act is None else None
    own = note is not None and note.budget in (None, note.element)
    if task.due is None or task.opened_at is None:
        return task.due
    if note is None or note.duration is None or not own:
        return _rest(work, task.due, _counted_by(work, task), task.part)
    counted = due(task.opened_at, parse(note.duration, iso_as_working=True),
                  work.calendar(task.agency)).at
    paused = [pause for pause in work.standing.pauses
              if pause.since >= task.opened_at and pause.part in (None, task.part)]
    return counted and paused_by(counted, paused, work.calendar(task.agency))


def _counted_by(work: Work, task: Task) -> str:
    """Return whose calendar a task goes by: that of its desk, of an act task the competent one's.

    An answer is awaited by the calendar of the agency that was asked, whose task it is.
    """
    own = task.act in (None, "answer")
    return task.agency if own else work.dossier.competent_agency


def _hold(work: Work, hold: Hold | None) -> Hold | None:
    """Return a hold with the end of its wait, which goes by the same calendar, moved."""
    if hold is None or hold.due is None:
        return hold
    return replace(hold, due=_rest(work, hold.due, work.dossier.competent_agency, hold.part))


def _move_waits(work: Work) -> None:
    """Move the timers that were counted in working time; elapsed time knows no calendar."""
    for part in list(work.parts.values()):
        waits = tuple(_moved(work, wait, part.id) for wait in part.waits)
        work.parts[part.id] = replace(part, waits=waits)


def _moved(work: Work, wait: Wait, part: str) -> Wait:
    if wait.due is None or not wait.working:
        return wait
    # Diagrams count by the calendar of the competent agency.
    return replace(wait, due=_rest(work, wait.due, work.dossier.competent_agency, part))


def _consultation(work: Work, one: Consultation) -> Consultation:
    if one.answered_at or one.due is None or one.agency not in work.facts.former:
        return one
    return replace(one, due=_rest(work, one.due, one.agency, None))


def _rest(work: Work, moment: datetime, agency: str, part: str | None) -> datetime:
    """Return a moment at which as much is left as now, or as when a hold stopped the time."""
    hold = work.standing.hold
    since = hold.since if hold is not None and hold.holds(part) else work.facts.now
    return same_left(moment, since, work.facts.former[agency], work.calendar(agency))
