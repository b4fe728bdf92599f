"""Unsaid (không ai nêu): acts that a timer would perform though the law wants something stated."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.document import Document
from engine.flow.findings import finding, label
from engine.flow.lint.report import Subject
from engine.law.contents import CONTENTS
from engine.step import Finding


def unsaid_findings(subject: Subject) -> list[Finding]:
    """Return an error for each timer of a procedure whose act needs words that nobody is asked for.

    Such an act would be refused whenever the timer is due, and its token never go on.
    """
    if subject.procedure is None:
        return []
    return [_finding(place, act) for place, act in _timed(subject.document) if required(act)]


def required(act: str) -> list[str]:
    """Return the members of an act's content that must be stated."""
    drawn = CONTENTS[act]["components"] if act in CONTENTS else []
    return [one["key"] for one in drawn if one.get("validate", {}).get("required")]


def _timed(document: Document) -> Iterator[tuple[Element, str]]:
    """Yield each act that a timer performs, with its event or with the flow out of the event."""
    events = {
        bpmn.ident(event): event for event in document.drawn(*bpmn.EVENTS)
        if bpmn.child(event, "timerEventDefinition") is not None
    }
    flows = [f for f in document.drawn("sequenceFlow") if f.get("sourceRef") in events]
    for place in (*events.values(), *flows):
        act = bpmn.motcua(place, "act")
        if act is not None:
            yield place, act


def _finding(place: Element, act: str) -> Finding:
    needed = ", ".join(required(act))
    return finding("error", "act-unsaid", place, (
        f"Hẹn giờ “{label(place)}” thực hiện {act} mà không ai nêu: {needed}.",
        f"The timer '{label(place)}' performs {act} and nobody states: {needed}.",
    ), (
        "Vẽ một bước của người sau hẹn giờ, ghi hành vi trên nhánh sau bước đó.",
        "Draw a person's step behind the timer, and the act on the flow behind that step.",
    ))
