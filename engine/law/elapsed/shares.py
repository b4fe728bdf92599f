"""Whose minutes (thời gian của từng cơ quan): the time of a dossier, agency by agency.

Every instant from receipt to end in which an office is open belongs to exactly one of three:

    worked   some agency that holds a step is open, and no hold keeps that step
    waiting  the citizen is awaited (supplement, payment), and nobody works
    idle     neither: a message or a timer is awaited, or the holder's office is closed

`worked` is a union of instants over all agencies, each by its own calendar; waiting and idle are
instants of the competent agency's calendar, by which the dossier is counted. Hence

    worked + waiting + idle = total = minutes in which the competent agency or a worker is open
    agency.minutes <= the minutes used by its steps;   worked <= sum of agency.minutes
    agency.late <= agency.minutes;   late <= worked;   max(agency.late) <= late <= their sum
    nothing is negative

A minute is late for an agency when it then works on a step past that step's own budget. Parallel
lateness is shown for each agency, and `late`, its union, counts an instant once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from engine.law.elapsed.course import AWAITED, Course
from engine.law.elapsed.spans import Span
from engine.worktime import minutes_together


@dataclass(frozen=True)
class Share:
    """One agency's share: its steps, its working minutes, and those past its own budgets."""

    agency: str
    steps: int
    minutes: int
    late: int


@dataclass(frozen=True)
class Shares:
    """The time of a dossier from `start` to `end`, in working minutes; agencies by code."""

    start: datetime
    end: datetime
    agencies: tuple[Share, ...]
    worked: int
    waiting: int
    idle: int
    late: int

    @property
    def total(self) -> int:
        """All working minutes between receipt and end."""
        return self.worked + self.waiting + self.idle


#: What is told of an instant: (kind, agency); kinds are "held", "late", "wait" and "whole".
_Tag = tuple[str, str]


def whose_minutes(course: Course) -> Shares:
    """Return the time of a dossier, agency by agency, in one sweep over its steps and holds."""
    total: Counter[_Tag] = Counter()
    for span, tags in _segments(_told(course)):
        if ("whole", "") in tags:
            _add(total, course, span, tags)
    steps = Counter(step.agency for step in course.steps if step.opened_at is not None)
    return Shares(
        start=course.start, end=course.end,
        agencies=tuple(
            Share(agency, steps[agency], total["held", agency], total["late", agency])
            for agency in sorted(steps)
        ),
        worked=total["held", ""], waiting=total["wait", ""], idle=total["idle", ""],
        late=total["late", ""],
    )


def _add(total: Counter[_Tag], course: Course, span: Span, tags: set[_Tag]) -> None:
    """Add one segment, in which the same steps are held from its begin to its end."""
    holders = {agency for kind, agency in tags if kind == "held"}
    late = {agency for kind, agency in tags if kind == "late"}
    measure = _Measure(course, span)
    for kind, agencies in (("held", holders), ("late", late)):
        for agency in agencies:
            total[kind, agency] += measure(agency)
        total[kind, ""] += measure(*agencies)
    rest = measure(course.competent, *holders) - measure(*holders)
    total["wait" if ("wait", "") in tags else "idle", ""] += rest


class _Measure:
    """Measures one segment by sets of calendars, each set once."""

    def __init__(self, course: Course, span: Span) -> None:
        self._course, self._span = course, span
        self._known: dict[frozenset[str], int] = {}

    def __call__(self, *agencies: str) -> int:
        calendars = {c.version: c for c in map(self._course.calendar, agencies)}
        versions = frozenset(calendars)
        if versions not in self._known:
            self._known[versions] = minutes_together(*self._span, calendars.values())
        return self._known[versions]


def _told(course: Course) -> Iterator[tuple[Span, _Tag]]:
    """Yield the spans of a course with what is told of each."""
    yield (course.start, course.end), ("whole", "")
    yield from ((span, ("wait", "")) for span in course.awaited(*AWAITED))
    for step in course.steps:
        due = course.due(step)
        for since, until in course.worked(step):
            yield (since, until), ("held", step.agency)
            if due is not None:
                yield (max(since, due), until), ("late", step.agency)


def _segments(told: Iterable[tuple[Span, _Tag]]) -> Iterator[tuple[Span, set[_Tag]]]:
    """Cut overlapping spans into segments in order, each with all that is told of it."""
    turns = sorted(
        turn for (since, until), tag in told if since < until
        for turn in ((since, tag, 1), (until, tag, -1))
    )
    standing: Counter[_Tag] = Counter()
    last: datetime | None = None
    for at, tag, by in turns:
        if last is not None and last < at:
            yield (last, at), {known for known, count in standing.items() if count}
        standing[tag] += by
        last = at
