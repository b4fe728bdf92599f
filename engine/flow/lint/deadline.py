"""Deadlines (thời hạn): durations that cannot be read, steps that outlast the limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml.etree import _Element as Element

from engine import worktime
from engine.errors import Invalid
from engine.flow import bpmn
from engine.flow.building.drawing import Drawing
from engine.flow.building.notes import Notes
from engine.flow.findings import Sentence, finding, label
from engine.flow.lint.course import Course, course_of
from engine.flow.lint.report import Subject
from engine.step import Finding, Severity

_WRITE: Sentence = (
    "Viết ví dụ: 12 ngày làm việc, 0,5 ngày, 04 giờ, Không tính thời gian.",
    "Write for example: 12 ngày làm việc, 0,5 ngày, 04 giờ, Không tính thời gian.",
)
#: Ways to one node that share different durations; more of them are cut to the longest.
_MOST_WAYS = 32
#: What a way has used of shared durations, and the minutes and steps so far.
_Ways = dict[frozenset[str], tuple[int, tuple[str, ...]]]


@dataclass(frozen=True)
class Budget:
    """The working time of one node: who owns it (shared by all with that owner), in minutes."""

    owner: str
    minutes: int


def duration_findings(subject: Subject) -> list[Finding]:
    """Return an error (a warning outside of a procedure) for each duration that is unreadable."""
    coded = subject.procedure is not None
    found: list[Finding] = []
    kinds = ("lane", "group", "participant", *bpmn.FLOW_NODES)
    for element in subject.document.marked(*kinds):
        text = bpmn.duration(element)
        if text is not None and _minutes(text) is None:
            found.append(_unreadable(element, text, "error" if coded else "warning"))
    for process in subject.document.processes:
        found += [
            _unreadable(process, text, "error")
            for text in _limit_texts(process) if _minutes(text) is None
        ]
    return found


def limit_findings(subject: Subject, drawing: Drawing) -> list[Finding]:
    """Return a warning where the longest way through the steps takes more than the time limit.

    Parallel ways count once, the longest; loops are passed once; a duration that several steps
    share counts once. Rest days cannot be summed, so limits in calendar days are left alone.
    """
    process = subject.procedure
    if process is None or bpmn.motcua(process, "calendarDays") in ("true", "1"):
        return []
    limits = [m for m in map(_minutes, _limit_texts(process)) if m]
    if not limits:
        return []
    minutes, steps = longest(course_of(subject), budgets_of(drawing))
    if minutes <= max(limits):
        return []
    told = " + ".join(steps)
    return [finding("warning", "duration-over-limit", process, (
        f"Các bước cần {_hours(minutes)} giờ, thời hạn là {_hours(max(limits))} giờ: {told}.",
        f"The steps take {_hours(minutes)} hours and the limit is {_hours(max(limits))}: {told}.",
    ), (
        "Rút ngắn các bước, hoặc sửa motcua:timeLimit theo quyết định.",
        "Shorten the steps, or correct motcua:timeLimit as decided.",
    ))]


def budgets_of(drawing: Drawing) -> dict[str, Budget]:
    """Return the working time of each node that has or shares one, read as the engine reads it."""
    notes, found = Notes(drawing), {}
    for key, node in drawing.by_id.items():
        if bpmn.kind(node) in bpmn.TASKS:
            note = notes.note(node)
            minutes = _minutes(note.duration) if note.duration else None
            if minutes and note.budget:
                found[key] = Budget(note.budget, minutes)
    return found


def longest(course: Course, budgets: Mapping[str, Budget]) -> tuple[int, tuple[str, ...]]:
    """Return the minutes and the steps of the longest way, each shared duration counted once."""
    owners = Counter(budget.owner for budget in budgets.values())
    shared = {owner for owner, count in owners.items() if count > 1}
    at_node: dict[str, _Ways] = {}
    best: tuple[int, tuple[str, ...]] = (0, ())
    placed: set[str] = set()
    for key in course.in_order():
        ways: _Ways = {} if course.before.get(key) else {frozenset(): (0, ())}
        for edge in course.before.get(key, []):
            for used, way in at_node.get(edge.source, {}).items() if edge.source in placed else ():
                _keep(ways, used, way)
        at_node[key] = _with_step(ways or {frozenset(): (0, ())}, key, course, budgets, shared)
        placed.add(key)
        best = max(best, *at_node[key].values(), key=lambda way: way[0])
    return best


def _with_step(
    ways: _Ways, key: str, course: Course, budgets: Mapping[str, Budget], shared: set[str],
) -> _Ways:
    budget = budgets.get(key)
    if budget is None:
        return _cut(ways)
    found: _Ways = {}
    for used, (minutes, steps) in ways.items():
        if budget.owner in used:
            _keep(found, used, (minutes, steps))
            continue
        now = used | {budget.owner} if budget.owner in shared else used
        step = f"{label(course.nodes[key])} {_hours(budget.minutes)}"
        _keep(found, now, (minutes + budget.minutes, (*steps, step)))
    return _cut(found)


def _cut(ways: _Ways) -> _Ways:
    if len(ways) <= _MOST_WAYS:
        return ways
    return dict(sorted(ways.items(), key=lambda item: -item[1][0])[:_MOST_WAYS])


def _keep(ways: _Ways, used: frozenset[str], way: tuple[int, tuple[str, ...]]) -> None:
    if used not in ways or way[0] > ways[used][0]:
        ways[used] = way


def _limit_texts(process: Element) -> Iterator[str]:
    text = bpmn.motcua(process, "timeLimit")
    if text is not None:
        yield text
    for limit in process.iter(f"{{{bpmn.MOTCUA}}}limit"):
        yield (limit.get("value") or "").strip()


def _minutes(text: str) -> int | None:
    """Return a duration in working minutes; None where it cannot be read."""
    try:
        return worktime.parse(text, iso_as_working=True).in_minutes()
    except Invalid:
        return None


def _unreadable(element: Element, text: str, severity: Severity) -> Finding:
    return finding(severity, "duration-unreadable", element, (
        f"Không đọc được thời lượng “{text[:60]}” của “{label(element)}”.",
        f"The duration '{text[:60]}' of '{label(element)}' cannot be read.",
    ), _WRITE)


def _hours(minutes: int) -> str:
    return f"{minutes / 60:g}".replace(".", ",")
