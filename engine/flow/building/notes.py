"""Notes (ghi chú bước): what is drawn of each person's task, of pools and of the procedure."""

from __future__ import annotations

from dataclasses import replace

from lxml.etree import _Element as Element

from engine.components.declared import Component
from engine.flow.bpmn import (
    FLOW_NODES,
    MOTCUA,
    SUBPROCESSES,
    child,
    children,
    duration,
    form,
    inside,
    kind,
    motcua,
    reference,
    role,
)
from engine.flow.building.drawing import Drawing, refs, title, yes
from engine.procedure import Facts, Pool
from engine.step import TaskNote


class Notes:
    """Reads task notes; lanes and pools are looked up once."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._lanes: dict[str, list[Element]] = {}
        for process in drawing.processes():
            for lane_set in inside(process, "laneSet"):
                self._enter(lane_set, [])
        self._pools = {reference(pool, "processRef") or "": pool
                       for pool in drawing.participants()}

    def note(self, task: Element) -> TaskNote:
        """Return the note of a task: its own words first, then its lanes', then its pool's."""
        lanes = self._around(task)
        pool = self._pools.get(_process(task).get("id") or "")
        holders = [task, *lanes, *([pool] if pool is not None else [])]
        budget, duration = self._budget(task, lanes)
        return TaskNote(
            element=task.get("id") or "", name=title(task),
            lane=title(lanes[0]) if lanes else None,
            role=next((found for at in holders if (found := role(at))), None),
            agency=next((found for at in (task, *lanes) if (found := motcua(at, "agency"))), None),
            form=form(task), step=motcua(task, "step"), duration=duration, budget=budget,
            status=motcua(task, "status"),
        )

    def _enter(self, lane_set: Element, outer: list[Element]) -> None:
        for lane in children(lane_set, "lane"):
            here = [lane, *outer]
            for node in refs(lane, "flowNodeRef"):
                if len(here) > len(self._lanes.get(node, [])):
                    self._lanes[node] = here
            inner = child(lane, "childLaneSet")
            if inner is not None:
                self._enter(inner, here)

    def _around(self, task: Element) -> list[Element]:
        """Return the lanes around a task, innermost first; a sub-process lends its own."""
        at: Element | None = task
        while at is not None and kind(at) != "process":
            lanes = self._lanes.get(at.get("id") or "")
            if lanes:
                return lanes
            at = at.getparent()
        return []

    def _budget(self, task: Element, lanes: list[Element]) -> tuple[str | None, str | None]:
        """Return whose duration rules the task and its text: own, group, sub-process, lane."""
        if duration(task):
            return task.get("id"), duration(task)
        shared = self._drawing.by_id.get(motcua(task, "budget") or "")
        if shared is not None and motcua(shared, "duration"):
            return shared.get("id"), motcua(shared, "duration")
        at = task.getparent()
        while at is not None and kind(at) in SUBPROCESSES:
            if motcua(at, "duration"):
                return at.get("id"), motcua(at, "duration")
            at = at.getparent()
        for lane in lanes:
            if motcua(lane, "duration"):
                return lane.get("id"), motcua(lane, "duration")
        return None, None


def pools(drawing: Drawing) -> tuple[Pool, ...]:
    """Return the pools that have a process, then processes in no pool.

    Those that a call activity of another process calls are no parts.
    """
    found = []
    for pool in drawing.participants():
        process = drawing.target(pool, "processRef")
        if process is not None:
            found.append(_pool(process, title(pool) or title(process), motcua(pool, "agency")))
    taken = {pool.process for pool in found} | {
        called for call in inside(drawing.root, "callActivity")
        if (called := reference(call, "calledElement")) != _process(call).get("id")}
    found += [
        _pool(process, title(process), motcua(process, "agency"))
        for process in drawing.processes()
        if process.get("id") not in taken
    ]
    return tuple(_with_lead(found))


def facts(drawing: Drawing) -> Facts | None:
    """Return what the drawing says of the procedure; None when no process has its code."""
    for process in drawing.processes():
        code = motcua(process, "procedureCode")
        if code:
            return Facts(
                code=code, name=title(process), limit=motcua(process, "timeLimit"),
                limits=_limits(process), decision=motcua(process, "decision"),
                field=motcua(process, "field"), level=motcua(process, "level"),
                calendar_days=motcua(process, "calendarDays") in {"true", "1"},
                tacit_consent=motcua(process, "tacitConsent") in {"true", "1"},
                supplement_days=_days(motcua(process, "supplementDays")),
                components=tuple(map(_component, _extensions(process, "component"))),
            )
    return None


def start_form(drawing: Drawing) -> str | None:
    """Return the form that opens a dossier: the one on the lead process's plain start event."""
    for process in drawing.processes():
        if motcua(process, "procedureCode"):
            forms = [form(start) for start in children(process, "startEvent")]
            return next((drawn for drawn in forms if drawn), None)
    return None


def _pool(process: Element, name: str, agency: str | None) -> Pool:
    return Pool(
        process=process.get("id") or "", name=name, agency=agency,
        starts=_started(process), lead=bool(motcua(process, "procedureCode")),
    )


def _started(process: Element) -> bool:
    """Tell whether a process starts by itself: a start event without trigger, or none at all."""
    starts = list(children(process, "startEvent"))
    if starts:
        return any(not _triggered(start) for start in starts)
    nodes = [node for node in process if kind(node) in FLOW_NODES]
    return bool(nodes) and not any(yes(node, "instantiate") for node in nodes)


def _triggered(event: Element) -> bool:
    return any(kind(item).endswith("EventDefinition") or kind(item) == "eventDefinitionRef"
               for item in event)


def _with_lead(found: list[Pool]) -> list[Pool]:
    """Mark the first pool that starts as lead where no process has a procedure code."""
    if not any(pool.lead for pool in found):
        for number, pool in enumerate(found):
            if pool.starts:
                return [*found[:number], replace(pool, lead=True), *found[number + 1:]]
    return found


def _days(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and int(text) else None


def _limits(process: Element) -> tuple[tuple[str, str], ...]:
    return tuple((item.get("when") or "", item.get("value") or "")
                 for item in _extensions(process, "limit"))


def _component(item: Element) -> Component:
    """Return a component as drawn; lint has refused what could not be read."""
    usual, count = Component("", ""), item.get("count") or ""
    return Component(
        code=(item.get("code") or "").strip(), name=(item.get("name") or "").strip(),
        kind=item.get("class") or usual.kind, copy=item.get("copy") or usual.copy,
        count=int(count) if count.isascii() and count.isdigit() else usual.count,
        required=item.get("required") not in {"false", "0"},
        when=(item.get("when") or "").strip(),
    )


def _extensions(process: Element, name: str) -> list[Element]:
    extensions = child(process, "extensionElements")
    return [] if extensions is None else list(extensions.iter(f"{{{MOTCUA}}}{name}"))


def _process(element: Element) -> Element:
    at = element
    while kind(at) != "process":
        parent = at.getparent()
        if parent is None:
            break
        at = parent
    return at

