"""Calls (quy trình được gọi): processes from other diagrams join this one: one hash pins all."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

from lxml import etree
from lxml.etree import _Element as Element

from engine.flow.bpmn import attribute, children, inside, reference
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
    ahead = list(work.all("callActivity"))
    while ahead:
        call = ahead.pop(0)
        called = reference(call, "calledElement")
        if called in work.by_id() or called not in held:
            continue
        process, root = held[called]
        ids = {drawn.get("id", "") for drawn in root.iter(etree.Element)}
        copy = _copied(process, ids)
        work.root.append(copy)
        _share(work, root, ids)
        ahead += list(inside(copy, "callActivity"))


def _share(work: Work, root: Element, ids: set[str]) -> None:
    known = work.by_id()
    for element in [*children(root, *_SHARED), *inside(root, "correlationKey")]:
        if attribute(element, "id") not in known:
            work.root.append(_copied(element, ids))


def _copied(element: Element, ids: set[str]) -> Element:
    """Return a copy whose references need none of the prefixes that its own file declares."""
    copy = deepcopy(element)
    for old, new in zip(element.iter(etree.Element), copy.iter(etree.Element), strict=True):
        point(new, old, ids)
    return copy
