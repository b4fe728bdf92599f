"""Routes (tuyến): where a message leaves a pool and which node of which pool catches it."""

from __future__ import annotations

from functools import cached_property

from lxml.etree import _Element as Element

from engine.flow.bpmn import definitions, inside, kind, reference
from engine.flow.building.drawing import Drawing, title, yes
from engine.flow.specs.triggers import Route

CATCHING = ("startEvent", "intermediateCatchEvent", "boundaryEvent", "receiveTask")
THROWING = ("intermediateThrowEvent", "endEvent", "sendTask")


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
        return self._undrawn(node, message) if kind(node) in THROWING and message else None

    def _undrawn(self, node: Element, message: str | None) -> Route | None:
        """Return where a message without a message flow goes: to the process that waits for it.

        Another process comes first, in document order; then the thrower's own.
        """
        own = process_of(node).get("id") or ""
        homes: dict[str, list[Element]] = {}
        for catcher in self._waiting.get(self._name(message), ()):
            homes.setdefault(process_of(catcher).get("id") or "", []).append(catcher)
        for process in sorted(homes, key=lambda key: key == own):
            pool = self._pool_of.get(process)
            drawn = self._drawing.by_id[process]
            return _route(title(drawn if pool is None else pool), process, homes[process])
        return None

    def _name(self, message: str | None) -> str:
        drawn = self._drawing.by_id.get(message or "")
        return (title(drawn) if drawn is not None else "") or message or ""

    @cached_property
    def _waiting(self) -> dict[str, list[Element]]:
        """What waits for each message by its name, called processes left out: they are no parts."""
        called = {reference(call, "calledElement")
                  for call in inside(self._drawing.root, "callActivity")}
        found: dict[str, list[Element]] = {}
        for process in self._drawing.processes():
            for node in inside(process, *CATCHING) if process.get("id") not in called else ():
                for message in _messages(node):
                    found.setdefault(self._name(message), []).append(node)
        return found

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
        catchers = [node for node in inside(inner, *CATCHING) if message in _messages(node)]
        return _route(name, inner.get("id"), catchers)


def _route(name: str, process: str | None, catchers: list[Element]) -> Route:
    """Return the way to a process: to its only catcher, else to whichever of them waits."""
    only = catchers[0].get("id") if len(catchers) == 1 else None
    return Route(name, process, only, any(map(_starts, catchers)))


def _messages(node: Element) -> list[str]:
    said = (reference(holder, "messageRef") for holder in (node, *definitions(node)))
    return [message for message in said if message]


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
