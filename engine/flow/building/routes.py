"""Routes (tuyến): where a message leaves a pool and which node of which pool catches it."""

from __future__ import annotations

from lxml.etree import _Element as Element

from engine.flow.bpmn import definitions, inside, kind, reference
from engine.flow.building.drawing import Drawing, title, yes
from engine.flow.specs.triggers import Route

CATCHING = ("startEvent", "intermediateCatchEvent", "boundaryEvent", "receiveTask")


class Routes:
    """Looks up message flows by their throwing node, or by its pool."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._pool_of = {reference(pool, "processRef"): pool for pool in drawing.participants()}
        self._flows: dict[str, list[Element]] = {}
        for flow in drawing.message_flows():
            self._flows.setdefault(reference(flow, "sourceRef") or "", []).append(flow)

    def of(self, node: Element, message: str | None) -> Route | None:
        """Return where a message thrown at a node goes; None when no message flow is drawn."""
        pool = self._pool_of.get(process_of(node).get("id"))
        flows = self._flows.get(node.get("id") or "", [])
        if not flows and pool is not None:
            flows = [flow for flow in self._flows.get(pool.get("id") or "", [])
                     if message is None or reference(flow, "messageRef") in (None, message)]
        for flow in flows:
            target = self._drawing.target(flow, "targetRef")
            if target is not None:
                return self._to(target, message)
        return None

    def _to(self, target: Element, message: str | None) -> Route:
        if kind(target) != "participant":
            process = process_of(target)
            pool = self._pool_of.get(process.get("id"))
            name = title(pool) if pool is not None else title(process)
            return Route(name, process.get("id"), target.get("id"), _starts(target))
        name = title(target) or target.get("id") or ""
        inner = self._drawing.target(target, "processRef")
        if inner is None:
            return Route(name)
        catcher = self._catcher(inner, message)
        if catcher is None:
            return Route(name, inner.get("id"))
        return Route(name, inner.get("id"), catcher.get("id"), _starts(catcher))

    def _catcher(self, process: Element, message: str | None) -> Element | None:
        for node in inside(process, *CATCHING):
            holders = [node, *definitions(node)]
            if any(reference(h, "messageRef") == message and message for h in holders):
                return node
        return None


def process_of(element: Element) -> Element:
    """Return the process in which an element stands, at any depth."""
    at = element
    while kind(at) != "process":
        parent = at.getparent()
        if parent is None:
            return at
        at = parent
    return at


def _starts(node: Element) -> bool:
    """Tell whether catching here creates a part: start events and instantiating tasks."""
    parent = node.getparent()
    top = parent is not None and kind(parent) == "process"
    return top and (kind(node) == "startEvent" or yes(node, "instantiate"))
