"""Courses of dossiers (diễn biến hồ sơ) in few words: steps, holds and moments of a printed week.

November 2026 on the public calendar: Mon 9 .. Fri 13, Mon 16 .. Fri 20, Mon 23, Tue 24 off,
Wed 25 .. Fri 27; hours 07:30-11:30 and 13:30-17:30.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from engine.clock import VIETNAM
from engine.dossier import Task
from engine.law.elapsed import Course
from engine.law.rules import RuleSet, rules_by_id
from engine.law.standing import Hold, Pause, Standing
from engine.worktime import DEFAULT, Calendar, Hours

COMMUNE, DEPARTMENT, POLICE, INSURANCE = "commune", "department", "police", "insurance"


def open_saturdays() -> Calendar:
    """The public calendar with Saturday mornings worked."""
    week = DEFAULT.hours[0].week
    morning = ((7 * 60 + 30, 11 * 60 + 30),)
    hours = Hours(date(2000, 1, 1), (*week[:5], morning, ()))
    return replace(DEFAULT, name="saturday", hours=(hours,))


SATURDAY = open_saturdays()
#: A dossier is near due a working day before, at most a quarter of its term.
RULES = rules_by_id("ND118/2025+ND309/2026")


def at(text: str) -> datetime:
    """Read "09/11 09:00" of 2026, or "13/02/2027 10:00"."""
    day, time = text.split()
    return datetime.strptime(
        f"{day if day.count('/') == 2 else f'{day}/2026'} {time}", "%d/%m/%Y %H:%M",
    ).replace(tzinfo=VIETNAM)


def step(
    agency: str, opened: str, closed: str | None = None, due: str | None = None, **more: Any,
) -> Task:
    """One step of an agency, given and finished at those moments."""
    return Task(
        id=f"{agency}-{opened}-{closed}", part=more.pop("part", "P1"), element="Task_1",
        name="Thẩm định", agency=agency, role="specialist", opened_at=at(opened),
        closed_at=at(closed) if closed else None, due=at(due) if due else None,
        state="done" if closed else "open", **more,
    )


def act_task(agency: str, act: str, opened: str, closed: str | None = None) -> Task:
    """The task that an act of the law opened."""
    return step(agency, opened, closed, part=None, act=act)


def waited(act: str, since: str, until: str, **more: Any) -> Pause:
    """A hold that has ended."""
    return Pause(act, at(since), at(until), **more)


def held(act: str, since: str) -> Hold:
    """The hold that stands."""
    ends = {"request-supplement": "receive-supplement", "request-payment": "record-payment"}
    return Hold(act, at(since), "Đ19.4", ends.get(act, "answer"))


def course(
    *steps: Task, received: str | None = "09/11 09:00", now: str = "30/11 08:00",
    calendars: Mapping[str, Calendar] | None = None, rules: RuleSet = RULES, **standing: Any,
) -> Course:
    """A dossier of the department, registered when received (or at 08:00 of Mon 9 November)."""
    moments = {"due", "settled_at", "returned_at", "ended_at", "clock_from"}
    known = {k: at(v) if k in moments and isinstance(v, str) else v for k, v in standing.items()}
    if received is not None:
        known = {"accepted_at": at(received), "clock_from": at(received), **known}
    return Course(
        registered_at=at(received or "09/11 08:00"), standing=Standing(**known), steps=steps,
        competent=DEPARTMENT, rules=rules, now=at(now),
        calendars=dict.fromkeys((COMMUNE, DEPARTMENT, POLICE, INSURANCE), DEFAULT)
        | dict(calendars or {}),
    )
