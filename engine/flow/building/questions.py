"""Questions (câu hỏi rẽ nhánh): gateways drawn without conditions, asked of the person before."""

from __future__ import annotations

from dataclasses import replace

from lxml.etree import _Element as Element

from engine.flow.bpmn import GATEWAYS, child, kind, motcua, text
from engine.flow.building.drawing import Drawing, title
from engine.step import Question, TaskNote


def questions_after(task: Element, drawing: Drawing) -> tuple[Question, ...]:
    """Return the gateways without conditions that a token may meet before the next person.

    Document order of reaching; the walk passes whatever runs by itself.
    """
    found: dict[str, Question] = {}
    seen: set[str] = set()
    ahead = [task]
    while ahead:
        for flow in drawing.flows_from(ahead.pop(0)):
            node = drawing.target(flow, "targetRef")
            if node is None or (node.get("id") or "") in seen:
                continue
            seen.add(node.get("id") or "")
            if asks(node, drawing):
                found[node.get("id") or ""] = _question(node, drawing)
            if kind(node) in GATEWAYS - {"eventBasedGateway"} or _runs_by_itself(node):
                ahead.append(node)
    return tuple(found.values())


def asks(node: Element, drawing: Drawing) -> bool:
    """Tell whether a node is an exclusive gateway with several ways and no condition at all."""
    ways = drawing.flows_from(node)
    return kind(node) == "exclusiveGateway" and len(ways) > 1 and not any(
        text(child(way, "conditionExpression")) for way in ways)


def with_questions(note: TaskNote, task: Element, drawing: Drawing) -> TaskNote:
    """Return the note with the questions that its person answers."""
    return replace(note, questions=questions_after(task, drawing))


def _question(node: Element, drawing: Drawing) -> Question:
    ways = drawing.flows_from(node)
    options = tuple((way.get("id") or "", title(way), motcua(way, "act")) for way in ways)
    return Question(node.get("id") or "", title(node), options, node.get("default"))


def _runs_by_itself(node: Element) -> bool:
    return kind(node) in {"scriptTask", "intermediateThrowEvent"}
