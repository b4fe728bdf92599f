"""Questions (câu hỏi rẽ nhánh): gateways drawn without conditions, asked of the person before."""

from __future__ import annotations

from dataclasses import replace

from lxml.etree import _Element as Element

from engine.flow.bpmn import (
    GATEWAYS,
    SUBPROCESSES,
    child,
    children,
    inside,
    kind,
    motcua,
    reference,
    text,
)
from engine.flow.building.drawing import Drawing, title
from engine.step import Question, TaskNote


def questions_after(task: Element, drawing: Drawing) -> tuple[Question, ...]:
    """Return the gateways without conditions that a token may meet before the next person.

    Document order of reaching; the walk passes whatever runs by itself.
    """
    found: dict[str, Question] = {}
    seen: set[str] = set()
    ahead = _next(task, drawing)
    while ahead:
        node = ahead.pop(0)
        identity = node.get("id") or ""
        if identity in seen:
            continue
        seen.add(identity)
        if asks(node, drawing):
            found[identity] = _question(node, drawing)
        if kind(node) in SUBPROCESSES:
            ahead += _entries(node)
        elif kind(node) in _PASSED or _sends(node):
            ahead += _next(node, drawing)
    return tuple(found.values())


def _next(node: Element, drawing: Drawing) -> list[Element]:
    """Return what follows a node; at the end of a sub-process, what follows that."""
    at: Element | None = node
    while at is not None and kind(at) != "process":
        flows = drawing.flows_from(at)
        if flows:
            targets = (drawing.target(flow, "targetRef") for flow in flows)
            return [target for target in targets if target is not None]
        at = at.getparent()
    return []


def _sends(node: Element) -> bool:
    return kind(node) == "sendTask" and reference(node, "messageRef") is not None


def _entries(level: Element) -> list[Element]:
    return list(children(level, "startEvent"))


def asks(node: Element, drawing: Drawing) -> bool:
    """Tell whether a node is an exclusive gateway with several ways and no condition at all."""
    ways = drawing.flows_from(node)
    return kind(node) == "exclusiveGateway" and len(ways) > 1 and not any(
        text(child(way, "conditionExpression")) for way in ways)


def questions(drawing: Drawing) -> dict[str, Question]:
    """Return the question of each gateway that asks, in document order."""
    return {node.get("id") or "": _question(node, drawing)
            for node in inside(drawing.root, "exclusiveGateway") if asks(node, drawing)}


def with_questions(note: TaskNote, task: Element, drawing: Drawing) -> TaskNote:
    """Return the note with the questions that its person answers."""
    return replace(note, questions=questions_after(task, drawing))


def _question(node: Element, drawing: Drawing) -> Question:
    ways = drawing.flows_from(node)
    options = tuple((way.get("id") or "", title(way), motcua(way, "act")) for way in ways)
    return Question(node.get("id") or "", title(node), options, node.get("default"))


#: What a token passes without a person or a wait.
_PASSED = (GATEWAYS - {"eventBasedGateway"}) | {
    "scriptTask", "intermediateThrowEvent", "startEvent", "endEvent"}
