"""The control slip (phiếu kiểm soát quá trình giải quyết hồ sơ): who gave to whom, and when.

Every agency that takes part sees times and verdicts of all; names of persons stay in their house.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from engine.dossier import Task
from engine.law.elapsed import legal_clock, step_clock
from engine.papers.facts import ControlSlip, Heading, SlipRow
from engine.papers.gather import Told
from engine.papers.words import ROLES, brief, moment, verdict

#: Act tasks by which nothing is handed over: a warning to be read.
_NOT_GIVEN = frozenset({"acknowledge"})


def control_slip(told: Told, heading: Heading) -> ControlSlip:
    """Return the control slip of a dossier: one row for each step that was given to a desk."""
    dossier, standing = told.dossier, told.dossier.standing
    others = {task.agency for task in told.tasks} - {dossier.competent_agency}
    course = told.course
    return ControlSlip(
        heading=heading, settling=_name(told, dossier.competent_agency),
        coordinating="; ".join(sorted(_name(told, code) for code in others)) or "Không",
        received=moment(standing.accepted_at), due=moment(standing.due) or "Không tính thời gian",
        verdict=verdict(legal_clock(course).standing, ended=course.ended is not None),
        rows=tuple(_rows(told)),
    )


def _rows(told: Told) -> Iterator[SlipRow]:
    steps = sorted(
        (t for t in told.tasks if t.state != "cancelled" and t.act not in _NOT_GIVEN),
        key=lambda task: (task.opened_at or told.at, task.id),
    )
    for place, task in enumerate(steps, start=1):
        yield SlipRow(
            step=task.step or str(place), giver=_giver(told, steps, task),
            taker=_desk(told, task), given=brief(task.opened_at),
            finished=brief(task.closed_at), due=brief(task.due),
            verdict=verdict(
                step_clock(told.course, task).standing, ended=task.closed_at is not None,
            ),
        )


def _giver(told: Told, steps: Sequence[Task], task: Task) -> str:
    """Return the desk whose step ended last before this one began; the applicant for the first."""
    began: datetime = task.opened_at or told.at
    ended = [
        (other.closed_at, other.opened_at, other.id, other) for other in steps
        if other.closed_at is not None and other.closed_at <= began and other.id != task.id
    ]
    return _desk(told, max(ended, key=lambda found: found[:3])[3]) if ended else "Người nộp hồ sơ"


def _desk(told: Told, task: Task) -> str:
    role = ROLES.get(task.role or "", "")
    return ", ".join(filter(None, (role, _name(told, task.agency))))


def _name(told: Told, code: str) -> str:
    return told.names.get(code, code)
