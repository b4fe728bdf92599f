"""Uncaught (lỗi không ai bắt): errors that end the whole process, told beforehand."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.beside import target_of
from engine.flow.document import Document
from engine.flow.findings import finding, label
from engine.flow.graph import event_subprocess
from engine.flow.lint.report import Subject
from engine.step import Finding


def uncaught_findings(subject: Subject) -> list[Finding]:
    """Return a warning for each error end that nothing around it catches.

    BPMN 2.0.2 table 10.88 leaves open what happens then; here the process ends.
    """
    called = {target_of(call) for document in (subject.document, *subject.beside)
              for call in document.drawn("callActivity")}
    return [
        finding("warning", "error-uncaught", end, (
            f"Không ai bắt lỗi ở “{label(end)}”: cả quy trình kết thúc tại đó.",
            f"Nobody catches the error at '{label(end)}': the whole process ends there.",
        ), (
            "Gắn sự kiện biên lỗi vào bước bao quanh, hoặc vẽ quy trình con sự kiện lỗi.",
            "Attach an error event to the activity around it, or draw an error event sub-process.",
        ))
        for end in subject.document.drawn("endEvent")
        for code in _codes(subject.document, end)
        if not _caught(subject.document, end, code, called)
    ]


def _caught(document: Document, end: Element, code: str, called: set[str | None]) -> bool:
    inside, at = end, end.getparent()
    while at is not None and bpmn.kind(at) != "definitions":
        guards = [start for inner in bpmn.children(at, *bpmn.SUBPROCESSES)
                  if event_subprocess(inner) and inner is not inside
                  for start in bpmn.children(inner, "startEvent")]
        if any(_catches(document, start, code) for start in guards):
            return True
        around = at.getparent()
        for event in bpmn.children(around, "boundaryEvent") if around is not None else ():
            if bpmn.reference(event, "attachedToRef") == bpmn.ident(at) and (
                    _catches(document, event, code)):
                return True
        if bpmn.kind(at) == "process":
            return bpmn.ident(at) in called
        inside, at = at, around
    return False


def _catches(document: Document, event: Element, code: str) -> bool:
    return any(caught in ("", code) for caught in _codes(document, event))


def _codes(document: Document, event: Element) -> Iterator[str]:
    """Yield the codes of an event's errors, "" for one that names none."""
    for item in [*bpmn.definitions(event), *_shared(document, event)]:
        if bpmn.kind(item) == "errorEventDefinition":
            error = document.resolve(item, "errorRef")
            yield "" if error is None else (
                bpmn.attribute(error, "errorCode") or bpmn.ident(error) or "")


def _shared(document: Document, event: Element) -> Iterator[Element]:
    for pointer in bpmn.children(event, "eventDefinitionRef"):
        item = document.ids.get(bpmn.unprefixed(pointer, bpmn.text(pointer)) or "")
        if item is not None:
            yield item
