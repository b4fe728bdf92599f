"""Compensating (hoàn tác): compensation drawn so that it cannot run is an error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.findings import Sentence, finding, label
from engine.flow.graph import Scope, event_subprocess, truth
from engine.flow.lint.report import Subject
from engine.flow.support import triggers_of
from engine.step import Finding

#: What an association may join to an event besides its handler.
_BESIDE = ("textAnnotation", "group", "dataObjectReference", "dataStoreReference")
_DRAW: Sentence = (
    ("Nối sự kiện bằng một association với đúng một bước cùng cấp, bước đó có isForCompensation và "
    "không có luồng nào vào hay ra."),
    ("Join the event by an association to exactly one activity of the same level that is marked "
    "isForCompensation and has no sequence flow in or out."),
)


def compensation_findings(subject: Subject) -> list[Finding]:
    """Return findings on handlers of compensation and on events that ask for it.

    BPMN 2.0.2 section 10.7: a compensation activity is joined by an association and stands outside
    of the normal flow; an event reaches what is visible from it.
    """
    joined = bpmn.associated(subject.document.root)
    found: list[Finding] = []
    for scope in subject.scopes:
        found += _inner_handlers(scope)
        found += _boundaries(subject, scope, joined)
        found += _unused(scope, joined)
        found += _throws(subject, scope)
    return found


def _boundaries(
    subject: Subject, scope: Scope, joined: Mapping[str, Sequence[str]],
) -> Iterator[Finding]:
    hosts: set[str | None] = set()
    for key, name in scope.kinds.items():
        event = scope.nodes[key]
        if name != "boundaryEvent" or not _catches(event):
            continue
        host = bpmn.reference(event, "attachedToRef")
        if host in hosts:
            yield _wrong(event, "compensation-several-handlers", (
                "bước này đã có sự kiện hoàn tác khác",
                "its activity has another compensation event already"))
        hosts.add(host)
        around = scope.nodes.get(host or "")
        if around is not None and _handlers_inside(around):
            yield _wrong(event, "compensation-several-handlers", (
                "bước này đã có quy trình con hoàn tác ở trong",
                "its activity has a compensation event sub-process inside already"))
        if scope.outgoing.get(key):
            yield _wrong(event, "compensation-event-in-flow", (
                "không luồng nào được đi ra từ sự kiện hoàn tác",
                "no sequence flow may leave a compensation event"))
        ends = [subject.document.ids[end] for end in joined.get(key, ())
                if end in subject.document.ids]
        yield from _handlers(scope, event, [e for e in ends if bpmn.kind(e) not in _BESIDE])


def _inner_handlers(scope: Scope) -> Iterator[Finding]:
    for extra in _handlers_inside(scope.element)[1:]:
        yield finding("error", "compensation-several-handlers", extra, (
            f"“{label(scope.element)}” đã có quy trình con hoàn tác khác.",
            f"'{label(scope.element)}' has another compensation event sub-process already.",
        ), ("Gộp thành một.", "Make them one."))


def _handlers_inside(element: Element) -> list[Element]:
    """Return the event sub-processes of a level that begin by compensation."""
    return [inner for inner in bpmn.children(element, *bpmn.SUBPROCESSES)
            if event_subprocess(inner) and any(
                "compensate" in triggers_of(start)
                for start in bpmn.children(inner, "startEvent"))]


def _handlers(scope: Scope, event: Element, ends: list[Element]) -> Iterator[Finding]:
    if not ends:
        yield _wrong(event, "compensation-without-handler", (
            "chưa nối với bước nào", "it is joined to no activity"))
    if len(ends) > 1:
        yield _wrong(event, "compensation-several-handlers", (
            f"nối với {len(ends)} nơi", f"it is joined to {len(ends)} places"))
    for end in ends:
        name, key = label(end), bpmn.ident(end) or ""
        if bpmn.kind(end) not in bpmn.ACTIVITIES:
            yield _wrong(event, "compensation-handler-no-activity", (
                f"“{name}” không phải một bước", f"'{name}' is no activity"))
        elif scope.nodes.get(key) is not end:
            yield _wrong(event, "compensation-handler-elsewhere", (
                f"“{name}” nằm ở cấp khác", f"'{name}' stands on another level"))
        elif scope.incoming.get(key) or scope.outgoing.get(key):
            yield _wrong(event, "compensation-handler-in-flow", (
                f"“{name}” nằm trong luồng thường", f"'{name}' stands in the normal flow"))
        elif not truth(end, "isForCompensation"):
            yield _wrong(event, "compensation-handler-unmarked", (
                f"“{name}” chưa có dấu hoàn tác", f"'{name}' is not marked for compensation"))


def _unused(scope: Scope, joined: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """Yield what is marked for compensation and joined to no compensation event."""
    for key, node in scope.nodes.items():
        if not truth(node, "isForCompensation") or event_subprocess(node) or (
                scope.incoming.get(key)):
            continue
        events = (scope.nodes.get(end) for end in joined.get(key, ()))
        if not any(event is not None and _catches(event) for event in events):
            yield finding("warning", "compensation-handler-unused", node, (
                f"“{label(node)}” là bước hoàn tác nhưng không sự kiện hoàn tác nào dẫn tới nó.",
                f"'{label(node)}' is for compensation, and no compensation event leads to it.",
            ), _DRAW)


def _throws(subject: Subject, scope: Scope) -> Iterator[Finding]:
    for key, name in scope.kinds.items():
        if name not in bpmn.THROWS:
            continue
        node = scope.nodes[key]
        for item in bpmn.children(node, "compensateEventDefinition"):
            wanted = bpmn.reference(item, "activityRef")
            if wanted and wanted not in _visible(subject, scope):
                yield finding("error", "compensation-target", node, (
                    f"“{label(node)}” đòi hoàn tác “{wanted[:80]}”, không phải một bước cùng cấp.",
                    (f"'{label(node)}' asks to undo '{wanted[:80]}', which is no activity of its "
                    "level."),
                ), (
                    "Nêu một bước cùng cấp; trong quy trình con sự kiện là cấp mà nó canh giữ.",
                    ("Name an activity of the same level; in an event sub-process, of the level "
                    "that it guards."),
                ))


def _visible(subject: Subject, scope: Scope) -> set[str]:
    """Return the activities that a compensation thrown in a scope may name."""
    at = scope.element
    while event_subprocess(at) and at.getparent() is not None:
        at = at.getparent()  # type: ignore[assignment]
    around = next((s for s in subject.scopes if s.element is at), scope)
    return {key for key, node in around.nodes.items() if bpmn.kind(node) in bpmn.ACTIVITIES}


def _catches(node: Element) -> bool:
    return bpmn.kind(node) == "boundaryEvent" and "compensate" in triggers_of(node)


def _wrong(event: Element, code: str, why: Sentence) -> Finding:
    return finding("error", code, event, (
        f"Sự kiện hoàn tác “{label(event)}” không chạy được: {why[0]}.",
        f"The compensation event '{label(event)}' cannot run: {why[1]}.",
    ), _DRAW)
