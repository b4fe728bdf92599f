"""Findings (nhận xét): how a remark gets its place: nearest id, name and line of the source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lxml.etree import _Element as Element

from engine.errors import Invalid
from engine.flow import bpmn
from engine.flow.advice import ADVICE
from engine.step import Finding, Severity

#: A sentence in Vietnamese and in English.
Sentence = tuple[str, str]
NO_HINT: Sentence = ("", "")


_SEEN = bpmn.FLOW_NODES | {"sequenceFlow", "message", "lane", "participant", "process"}


class Refused(Invalid):
    """A file cannot be read as a diagram; `findings` say why, the first one as the message."""

    code = "diagram-refused"

    def __init__(self, findings: Sequence[Finding]) -> None:
        first = findings[0]
        super().__init__(first.vi, first.en, code=first.code)
        self.findings = tuple(findings)


def finding(
    severity: Severity, code: str, place: Element | None, says: Sentence,
    hint: Sentence = NO_HINT,
) -> Finding:
    """Return a finding at an element (None: the file as a whole); ADVICE where no hint is given."""
    if hint == NO_HINT and severity != "info":
        hint = ADVICE.get(code, NO_HINT)
    if place is None:
        return Finding(severity, code, None, None, None, *says, *hint)
    named = _nearest(place)
    return Finding(
        severity, code, None if named is None else bpmn.ident(named), bpmn.name_of(place),
        line(place), *says, *hint,
    )


def at_line(found: Finding, number: int | None) -> Finding:
    """Return the finding moved to a line of the source."""
    return replace(found, line=number)


def line(place: Element) -> int | None:
    """Return the source line of an element, counted from 1."""
    return int(place.sourceline) if place.sourceline else None


def holder(place: Element) -> Element:
    """Return what a person sees of an element: the shape or arrow that it stands in, or itself."""
    at: Element | None = place
    while at is not None and bpmn.kind(at) not in _SEEN:
        at = at.getparent()
    return place if at is None else at


def label(place: Element) -> str:
    """Return how a sentence calls an element: its name, else its id, else its kind."""
    shown = bpmn.name_of(place) or bpmn.ident(place) or bpmn.kind(place)
    return shown if len(shown) <= 80 else shown[:79] + "…"


def _nearest(place: Element) -> Element | None:
    element: Element | None = place
    while element is not None and bpmn.ident(element) is None:
        element = element.getparent()
    return element
