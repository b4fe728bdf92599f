"""Calls (quy trình được gọi): processes from other diagrams join this one: one hash pins all."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from copy import deepcopy

from lxml import etree
from lxml.etree import _Element as Element

from engine.flow.bpmn import BPMN, attribute, children, inside, reference
from engine.flow.document import Document
from engine.flow.lower.plain_text import point
from engine.flow.lower.work import Work

#: What processes refer to and what stands beside them in a file.
_SHARED = (
    "message", "signal", "error", "escalation", "itemDefinition", "correlationProperty",
    "eventDefinition", "messageEventDefinition", "timerEventDefinition", "signalEventDefinition",
)
_CALLABLE = ("process", "globalTask", "globalUserTask", "globalManualTask", "globalScriptTask",
             "globalBusinessRuleTask")


def bring_in(work: Work, beside: Sequence[Document]) -> None:
    """Copy each called process that another diagram holds, and those it calls in turn."""
    held = {attribute(process, "id"): (process, other.root) for other in beside
            for process in children(other.root, *_CALLABLE)}
    drawn: dict[Element, set[str]] = {}
    ahead = deque(work.all("callActivity"))
    known = _ids(work.root) if ahead else set()
    while ahead:
        call = ahead.popleft()
        called = reference(call, "calledElement")
        if called in known or called not in held:
            continue
        process, root = held[called]
        if root not in drawn:
            drawn[root] = {element.get("id", "") for element in root.iter(etree.Element)}
        ids = drawn[root]
        copy = _copied(process, ids)
        work.bring(copy)
        known |= _ids(copy)
        known |= _share(work, root, ids, known)
        ahead += inside(copy, "callActivity")


def _share(
    work: Work, root: Element, ids: set[str], known: set[str | None],
) -> set[str | None]:
    """Copy what the processes of another file refer to; return the ids that came with it."""
    brought: set[str | None] = set()
    for element in [*children(root, *_SHARED), *inside(root, "correlationKey")]:
        if attribute(element, "id") not in known:
            copy = _copied(element, ids)
            work.bring(copy)
            brought |= _ids(copy)
    return brought


def _ids(element: Element) -> set[str | None]:
    return {attribute(drawn, "id") for drawn in element.iter(f"{{{BPMN}}}*")} - {None}


def _copied(element: Element, ids: set[str]) -> Element:
    """Return a copy whose references need none of the prefixes that its own file declares."""
    copy = deepcopy(element)
    for old, new in zip(element.iter(etree.Element), copy.iter(etree.Element), strict=True):
        point(new, old, ids)
    return copy
