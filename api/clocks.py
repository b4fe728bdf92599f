"""Clocks (đồng hồ hồ sơ) as they go over the wire: both clocks, whose minutes, the slip's rows.

All amounts are whole working minutes, all instants RFC 3339 at +07:00.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.dossier import Task
from engine.law.elapsed import (
    Course,
    Reading,
    Reckoning,
    Shares,
    by_decision_766,
    legal_clock,
    step_clock,
    whose_minutes,
)
from engine.law.rules import rules_by_id
from engine.office.result import task_json, when
from engine.store.tasks import Listed
from engine.worktime import Calendar


def clocks(course: Course) -> dict[str, Any]:
    """Return both clocks of a dossier and whose its minutes are, agency by agency.

    `scoring` holds what criteria 1 to 4 of Circular 01/2018 art. 13 ask of one dossier.
    """
    legal, reckoning, shares = (
        legal_clock(course), by_decision_766(course), whose_minutes(course),
    )
    return {
        "legal": _legal(course, legal), "decision766": _decision766(reckoning),
        "start": when(shares.start), "end": when(shares.end),
        "agencies": [
            {"agency": share.agency, "steps": share.steps, "minutes": share.minutes,
             "late_minutes": share.late}
            for share in shares.agencies
        ],
        "worked": shares.worked, "late": shares.late, "waiting_for_citizen": shares.waiting,
        "idle": shares.idle, "total": shares.total,
        "scoring": _scoring(legal, reckoning, shares),
    }


def slip_row(course: Course, task: Task, *, own: bool) -> dict[str, Any]:
    """Return a row of the control slip; the step's name only to its `own` agency."""
    found = step_clock(course, task)
    return {
        "agency": task.agency, "step": task.step, "name": task.name if own else None,
        "given": when(task.opened_at), "finished": when(task.closed_at), "due": when(task.due),
        "verdict": found.standing, "used_minutes": found.used, "budget_minutes": found.budget,
        "late_minutes": found.late, "left_minutes": found.left,
    }


def listed_json(listed: Listed, calendar: Calendar, now: datetime) -> dict[str, Any]:
    """Return a task of a list with its standing now, read as its row of the slip would be."""
    task = listed.task
    alone = Course(
        registered_at=task.opened_at or now, standing=listed.standing, steps=(task,),
        competent=task.agency, calendars={task.agency: calendar},
        rules=rules_by_id(listed.rule_set), now=now,
    )
    return {**task_json(task, listed.dossier), "standing": step_clock(alone, task).standing}


def _legal(course: Course, legal: Reading) -> dict[str, Any]:
    standing = course.standing
    return {
        "from": when(standing.clock_from), "due": when(standing.due),
        "standing": legal.standing, "stands": legal.stands, "late_minutes": legal.late,
        "left_minutes": legal.left,
    }


def _decision766(found: Reckoning) -> dict[str, Any]:
    return {
        "start": when(found.start), "end": when(found.end), "elapsed_minutes": found.elapsed,
        "supplement_minutes": found.supplement, "supplements": found.supplements,
        "verdict": found.verdict, "reason": {"vi": found.vi, "en": found.en},
    }


def _scoring(legal: Reading, found: Reckoning, shares: Shares) -> dict[str, Any]:
    return {
        "standing": legal.standing, "minutes": shares.total - shares.waiting,
        "limit_minutes": found.limit, "supplements": found.supplements,
        "agencies": len(shares.agencies),
    }
