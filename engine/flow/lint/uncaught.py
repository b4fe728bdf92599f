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
    catchers = _Catchers(subject.document, called)
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
        if not catchers.catch(end, code)
    ]


class _Catchers:
    """Who catches errors, looked up once for each level."""

    def __init__(self, document: Document, called: set[str | None]) -> None:
        self._document, self._called = document, called
        self._guards: dict[Element, list[tuple[Element, set[str]]]] = {}
        self._borders: dict[Element, dict[str | None, set[str]]] = {}

    def catch(self, end: Element, code: str) -> bool:
        """Tell whether something around an error end catches its error, or whoever called may."""
        wanted, inside, at = {"", code}, end, end.getparent()
        while at is not None and bpmn.kind(at) != "definitions":
            if any(inner is not inside and codes & wanted for inner, codes in self._inner(at)):
                return True
            around = at.getparent()
            border = self._border(around) if around is not None else {}
            if border.get(bpmn.ident(at), set()) & wanted:
                return True
            if bpmn.kind(at) == "process":
                return bpmn.ident(at) in self._called
            inside, at = at, around
        return False

    def _inner(self, level: Element) -> list[tuple[Element, set[str]]]:
        """Return the event sub-processes of a level with the codes of the errors they catch."""
        if level not in self._guards:
            self._guards[level] = [
                (inner, {code for start in bpmn.children(inner, "startEvent")
                         for code in _codes(self._document, start)})
                for inner in bpmn.children(level, *bpmn.SUBPROCESSES) if event_subprocess(inner)]
        return self._guards[level]

    def _border(self, level: Element) -> dict[str | None, set[str]]:
        """Return the codes of the errors caught on the border of each activity of a level."""
        if level not in self._borders:
            found: dict[str | None, set[str]] = {}
            for event in bpmn.children(level, "boundaryEvent"):
                found.setdefault(bpmn.reference(event, "attachedToRef"), set()).update(
                    _codes(self._document, event))
            self._borders[level] = found
        return self._borders[level]


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
