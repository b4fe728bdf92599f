"""Whose minutes, against a clock that ticks minute by minute and asks who is at work.

The slow reading below knows nothing of spans, bisections or sweeps: it holds sets of minutes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from courses import COMMUNE, DEPARTMENT, INSURANCE, POLICE, RULES, SATURDAY
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clock import VIETNAM
from engine.dossier import Task
from engine.law.elapsed import (
    Course,
    Shares,
    by_decision_766,
    legal_clock,
    step_clock,
    whose_minutes,
)
from engine.law.standing import Hold, Pause, Standing
from engine.worktime import DEFAULT, Hours, minutes_together

#: Midnight of Thursday 19 November 2026: two weekends and the holiday of Tue 24 lie before its end.
ZERO = datetime(2026, 11, 19, tzinfo=VIETNAM)
DAYS = 12
EARLY = replace(DEFAULT, name="early", hours=(
    Hours(date(2000, 1, 1), (((420, 720), (780, 1020)),) * 3 + ((), ()) + (((600, 660),),) * 2),
))
CALENDARS = {COMMUNE: SATURDAY, DEPARTMENT: DEFAULT, POLICE: EARLY, INSURANCE: DEFAULT}
CITIZEN = {"request-supplement": "receive-supplement", "request-payment": "record-payment"}
ACTS = (*CITIZEN.values(), "answer", "acknowledge")
PARTS = st.sampled_from([None, None, "P1", "P2"])
Minutes = set[int]


def opening_hours(agency: str, weekday: int) -> Minutes:
    if agency == POLICE:
        if weekday in (3, 4):
            return set()
        return set(range(600, 660)) if weekday > 4 else {*range(420, 720), *range(780, 1020)}
    morning, afternoon = set(range(450, 690)), set(range(810, 1050))
    if weekday < 5:
        return morning | afternoon
    return morning if weekday == 5 and agency == COMMUNE else set()


def opening_minutes(agency: str) -> Minutes:
    found: Minutes = set()
    for day in range(DAYS):
        today = ZERO + timedelta(days=day)
        if (today.month, today.day) != (11, 24):
            hours = opening_hours(agency, today.weekday())
            found |= {day * 1440 + minute for minute in hours}
    return found


OPEN = {agency: opening_minutes(agency) for agency in CALENDARS}


def between(start: datetime, end: datetime) -> Minutes:
    return set(range(tick(start), tick(end)))


def tick(at: datetime) -> int:
    return int((at - ZERO).total_seconds()) // 60


@dataclass(frozen=True)
class Slow:
    """A course read minute by minute."""

    course: Course

    def holds(self) -> list[Pause]:
        hold, now = self.course.standing.hold, self.course.now
        if hold is None:
            return list(self.course.standing.pauses)
        runs = hold.act == "request-payment" and not self.course.rules.payment_pauses
        present = Pause(hold.act, hold.since, now, runs=runs, part=hold.part)
        return [*self.course.standing.pauses, present]

    def kept(self, task: Task, holds: Iterable[Pause]) -> Minutes:
        found: Minutes = set()
        for hold in holds:
            if task.act is None:
                applies = hold.part is None or hold.part == task.part
            else:
                applies = hold.act in CITIZEN and (
                    hold.part is None or CITIZEN[hold.act] == task.act
                )
            if applies:
                found |= between(hold.since, hold.until)
        return found

    def worked(self, task: Task) -> Minutes:
        assert task.opened_at is not None
        if task.act == "acknowledge":
            return set()
        spent = between(task.opened_at, task.closed_at or self.course.now)
        return spent & OPEN[task.agency] - self.kept(task, self.holds())

    def late(self, task: Task) -> Minutes:
        if task.due is None or task.act in CITIZEN.values():
            return set()
        return {m for m in self.worked(task) if m >= tick(task.due)}

    def awaited(self, *acts: str) -> Minutes:
        spans = [between(h.since, h.until) for h in self.holds() if h.act in acts]
        return set().union(*spans)

    def window(self) -> Minutes:
        standing = self.course.standing
        assert standing.accepted_at is not None
        return between(standing.accepted_at, standing.settled_at or self.course.now)

    def by_agency(self, late: bool) -> dict[str, Minutes]:
        found: dict[str, Minutes] = {}
        for task in self.course.steps:
            assert isinstance(task, Task)
            minutes = self.late(task) if late else self.worked(task)
            found.setdefault(task.agency, set()).update(minutes & self.window())
        return found


seconds = st.integers(0, (DAYS - 1) * 86_400)
moments = st.one_of(
    seconds, st.builds(lambda d, m: d * 86_400 + m * 60, st.integers(0, 10), st.sampled_from(
        [420, 450, 600, 660, 690, 720, 780, 810, 1020, 1050, 451, 689])),
).map(lambda s: ZERO + timedelta(seconds=s))
spans = st.tuples(moments, moments).map(lambda pair: tuple(sorted(pair)))
agencies = st.sampled_from(sorted(CALENDARS))


@st.composite
def tasks(draw: Any) -> Task:
    opened, closed = draw(spans)
    act = draw(st.sampled_from([None] * 6 + list(ACTS)))
    done = draw(st.sampled_from(["done", "done", "cancelled", "open"]))
    return Task(
        id=str(draw(st.integers())), part=None if act else draw(st.sampled_from(["P1", "P2"])),
        element="Task", name="", agency=draw(agencies), role=None, act=act, opened_at=opened,
        closed_at=None if done == "open" else closed, state=done, due=draw(st.none() | moments),
    )


@st.composite
def courses(draw: Any) -> Course:
    acts = st.sampled_from([*CITIZEN, "consult"])
    pauses = [
        Pause(draw(acts), *draw(spans), runs=draw(st.booleans()), part=draw(PARTS))
        for _ in range(draw(st.integers(0, 3)))
    ]
    received, settled = draw(spans)
    now = draw(moments)
    open_until_now = [t for t in draw(st.lists(tasks(), max_size=7))
                      if t.closed_at or t.opened_at <= now]
    since = draw(st.none() | moments)
    hold = (Hold(draw(acts), since, "", "", part=draw(PARTS))
            if since is not None and since <= now else None)
    ended = draw(st.booleans()) or now < received
    standing = Standing(
        status="in_process", accepted_at=received, clock_from=received, hold=hold,
        due=draw(st.none() | moments), settled_at=settled if ended else None,
        pauses=tuple(pauses), supplements=draw(st.integers(0, 2)),
    )
    rules = replace(RULES, payment_pauses=draw(st.booleans()),
                    near_due_minutes=draw(st.integers(0, 960)))
    return Course(received, standing, open_until_now, DEPARTMENT, CALENDARS, rules, now)


@settings(max_examples=200, deadline=None)
@given(courses())
def test_every_minute_belongs_to_whom_the_slow_clock_gives_it(course: Course) -> None:
    slow, shares = Slow(course), whose_minutes(course)
    held, late = slow.by_agency(late=False), slow.by_agency(late=True)
    together = set().union(*held.values())
    rest = (OPEN[DEPARTMENT] & slow.window()) - together
    awaited = slow.awaited(*CITIZEN)
    assert {s.agency: s.minutes for s in shares.agencies} == {a: len(m) for a, m in held.items()}
    assert {s.agency: s.late for s in shares.agencies} == {a: len(m) for a, m in late.items()}
    assert shares.worked == len(together)
    assert shares.late == len(set().union(*late.values()))
    assert (shares.waiting, shares.idle) == (len(rest & awaited), len(rest - awaited))
    assert shares.total == len(together | OPEN[DEPARTMENT] & slow.window())


@settings(max_examples=200, deadline=None)
@given(courses())
def test_the_laws_of_the_shares_hold(course: Course) -> None:
    shares: Shares = whose_minutes(course)
    of_agencies = [share.minutes for share in shares.agencies]
    late = [share.late for share in shares.agencies]
    assert shares.worked + shares.waiting + shares.idle == shares.total
    assert max(of_agencies, default=0) <= shares.worked <= sum(of_agencies)
    assert max(late, default=0) <= shares.late <= min(sum(late), shares.worked)
    assert all(0 <= share.late <= share.minutes for share in shares.agencies)
    assert min(shares.waiting, shares.idle, shares.late) >= 0
    for share in shares.agencies:
        own = [task for task in course.steps if task.agency == share.agency]
        assert share.steps == len(own)
        assert share.minutes <= sum(step_clock(course, task).used for task in own)


@settings(max_examples=200, deadline=None)
@given(courses())
def test_each_row_of_the_slip_reads_as_the_slow_clock_does(course: Course) -> None:
    slow = Slow(course)
    for task in course.steps:
        assert isinstance(task, Task)
        found = step_clock(course, task)
        assert found.used == len(slow.worked(task))
        assert found.late == len(slow.late(task))
        if task.due is None or task.act in CITIZEN.values():
            assert (found.budget, found.left) == (None, None)
            continue
        assert task.opened_at is not None
        given_time = between(task.opened_at, task.due) & OPEN[task.agency]
        assert found.budget == len(given_time - slow.kept(task, course.standing.pauses))
        if found.left is not None:
            assert found.left >= 0
            near = found.left <= min(course.rules.near_due_minutes, found.budget // 4)
            assert found.standing == "late" or (found.standing == "near_due") == near


@settings(max_examples=200, deadline=None)
@given(courses())
def test_both_clocks_of_the_dossier_read_as_the_slow_clock_does(course: Course) -> None:
    slow, standing = Slow(course), course.standing
    found = by_decision_766(course)
    whole = between(found.start, found.end) & OPEN[DEPARTMENT]
    supplement = slow.awaited("request-supplement")
    assert (found.elapsed, found.supplement) == (
        len(whole - supplement), len(whole & supplement),
    )
    assert found.start <= found.end
    read = legal_clock(course)
    if standing.due is not None:
        stands = [hold.since for hold in slow.holds()[len(standing.pauses):] if not hold.runs]
        at = standing.settled_at or (stands[0] if stands else course.now)
        stood = [between(hold.since, hold.until) for hold in slow.holds() if not hold.runs]
        past = between(standing.due, at) & OPEN[DEPARTMENT] - set().union(*stood)
        assert read.late == len(past)
        assert (read.standing == "late") == (tick(at) > tick(standing.due))


@settings(max_examples=100, deadline=None)
@given(spans, st.sets(agencies))
def test_minutes_together_are_those_in_which_any_of_the_calendars_works(
    span: tuple[datetime, datetime], of: set[str],
) -> None:
    open_somewhere = set().union(*(OPEN[agency] for agency in of))
    found = minutes_together(*span, [CALENDARS[agency] for agency in of])
    assert found == len(open_somewhere & between(*span))


def test_an_end_before_the_start_has_no_minutes_together() -> None:
    assert minutes_together(ZERO + timedelta(days=1), ZERO, [DEFAULT, SATURDAY]) == 0


@pytest.mark.parametrize("agency", sorted(CALENDARS))
def test_the_slow_clock_and_the_calendars_speak_of_the_same_hours(agency: str) -> None:
    end = ZERO + timedelta(days=DAYS)
    assert minutes_together(ZERO, end, [CALENDARS[agency]]) == len(OPEN[agency])
