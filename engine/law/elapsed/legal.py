"""The legal clock (đồng hồ pháp lý): a dossier and its steps against their due dates.

early (trước hạn) = ended on an earlier day than it was due · on_time (đúng hạn) · late (quá hạn) ·
near_due (sắp đến hạn) = running, and no more working minutes are left than the rule set's
parameter, at most a quarter of the term.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from engine.law.elapsed.course import Course, Step
from engine.law.elapsed.spans import cut, minutes, without
from engine.law.reminders import near_minutes
from engine.worktime import working_minutes

Verdict = Literal["early", "on_time", "near_due", "late", "uncounted", "cancelled"]


@dataclass(frozen=True)
class Reading:
    """What the clock shows: `late` working minutes past the due date, or `left` until it.

    `left` is None once ended or without due date. `stands` tells that a hold stops the clock now.
    """

    standing: Verdict
    late: int = 0
    left: int | None = None
    stands: bool = False


@dataclass(frozen=True)
class StepReading(Reading):
    """The clock of one step, in working minutes of its agency, holds left out.

    `budget` is what it was given when it opened, 0 where a shared budget had run out before, None
    where it has none; `used` what it took so far.
    """

    used: int = 0
    budget: int | None = None


def legal_clock(course: Course) -> Reading:
    """Return where a dossier stands against its due date, by its competent agency's calendar.

    While a hold lets the clock stand, it shows what it showed when the hold began.
    """
    stands = course.ended is None and course.stands_since is not None
    if course.standing.due is None:
        return Reading("uncounted", stands=stands)
    calendar = course.calendar(course.competent)
    due = cut(course.standing.due)
    at = course.ended or course.stands_since or cut(course.now)
    late = minutes(without((due, max(due, at)), course.stood()), calendar)
    if course.ended is not None:
        return Reading(_closed(at, due), late)
    left = max(0, working_minutes(at, due, calendar))
    near = near_minutes(course.standing, course.rules, calendar)
    return Reading(_running(at, due, left, near), late, left, stands)


def step_clock(course: Course, step: Step) -> StepReading:
    """Return where a step stands against the end of its own budget, by its agency's calendar."""
    calendar = course.calendar(step.agency)
    opened = cut(step.opened_at or course.now)
    end = max(opened, course.finish(step))
    worked = course.worked(step)
    used = minutes(worked, calendar)
    due = course.due(step)
    if due is None:
        unfinished: Verdict = "cancelled" if step.state == "cancelled" else "uncounted"
        return StepReading(unfinished, used=used)
    late = minutes(((max(since, due), until) for since, until in worked if due < until), calendar)
    # The present hold has not moved the due date yet: only those that ended have.
    budget = minutes(without((opened, max(opened, due)), course.moved(step)), calendar)
    if step.closed_at is not None:
        verdict = "cancelled" if step.state == "cancelled" else _closed(end, due)
        return StepReading(verdict, late, used=used, budget=budget)
    kept = course.kept_since(step)
    at = end if kept is None else max(opened, kept)
    left = max(0, working_minutes(at, due, calendar))
    verdict = _running(at, due, left, min(course.rules.near_due_minutes, budget // 4))
    return StepReading(verdict, late, left, kept is not None, used, budget)


def _closed(at: datetime, due: datetime) -> Verdict:
    if at > due:
        return "late"
    return "early" if at.date() < due.date() else "on_time"


def _running(at: datetime, due: datetime, left: int, near_due: int) -> Verdict:
    if at > due:
        return "late"
    return "near_due" if left <= near_due else "on_time"
