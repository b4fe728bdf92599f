"""The graph (đồ thị) of a process or sub-process: its nodes, its flows and who follows whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.document import Document
from engine.flow.linking import link_name, linked
from engine.flow.order import tried


@dataclass(frozen=True)
class Flow:
    """One sequence flow between two nodes of the same scope, by their ids."""

    element: Element
    source: str
    target: str


@dataclass(frozen=True)
class Scope:
    """One process or sub-process: `nodes` by id and `flows` that begin and end in it."""

    element: Element
    nodes: Mapping[str, Element]
    flows: tuple[Flow, ...]

    @cached_property
    def kinds(self) -> Mapping[str, str]:
        """The BPMN name of each node."""
        return {key: bpmn.kind(node) for key, node in self.nodes.items()}

    @cached_property
    def outgoing(self) -> Mapping[str, list[Flow]]:
        """Flows that leave each node, in the order in which they are tried."""
        found: dict[str, list[Flow]] = {}
        for flow in self.flows:
            found.setdefault(flow.source, []).append(flow)
        for key, flows in found.items():
            if len(flows) > 1 and self.kinds[key] == "exclusiveGateway":
                drawn = {flow.element: flow for flow in flows}
                found[key] = [drawn[way] for way in tried(self.nodes[key], drawn)]
        return found

    @cached_property
    def incoming(self) -> Mapping[str, list[Flow]]:
        """Flows that enter each node, in document order."""
        found: dict[str, list[Flow]] = {}
        for flow in self.flows:
            found.setdefault(flow.target, []).append(flow)
        return found

    @cached_property
    def boundaries(self) -> Mapping[str, list[str]]:
        """Boundary events of each activity, in document order."""
        found: dict[str, list[str]] = {}
        for key, name in self.kinds.items():
            if name == "boundaryEvent":
                host = bpmn.reference(self.nodes[key], "attachedToRef")
                found.setdefault(host or "", []).append(key)
        return found

    @cached_property
    def link_events(self) -> frozenset[str]:
        """The nodes that are link events."""
        return frozenset(key for key, node in self.nodes.items() if link_name(node) is not None)

    @cached_property
    def links(self) -> Mapping[str, list[str]]:
        """Catching link events behind each throwing one."""
        events = [node for key, node in self.nodes.items() if key in self.link_events]
        return {bpmn.ident(throw) or "": [bpmn.ident(catch) or "" for catch in catches]
                for throw, catches in linked(events)}

    @cached_property
    def aside(self) -> frozenset[str]:
        """The nodes that are entered by an event or by compensation, never by a flow."""
        return frozenset(key for key, name in self.kinds.items() if name == "boundaryEvent" or (
            name in bpmn.ACTIVITIES and _called(name, self.nodes[key])))

    @cached_property
    def linked(self) -> Mapping[str, list[str]]:
        """Throwing link events before each catching one."""
        found: dict[str, list[str]] = {}
        for throw, catches in self.links.items():
            for catch in catches:
                found.setdefault(catch, []).append(throw)
        return found

    @cached_property
    def starts(self) -> tuple[str, ...]:
        """Where tokens begin: start events; without any, every node that nothing leads to."""
        drawn = [k for k, kind in self.kinds.items() if kind == "startEvent" or (
            not self.incoming.get(k) and truth(self.nodes[k], "instantiate")
        )]
        return tuple(drawn) or tuple(k for k in self.nodes if self.begins_alone(k))

    def begins_alone(self, key: str) -> bool:
        """Tell whether nothing leads to a node that is not of a kind which waits to be called."""
        return not self.incoming.get(key) and key not in self.aside and not (
            self.kinds[key] == "intermediateCatchEvent" and key in self.link_events
        )

    @cached_property
    def after(self) -> Mapping[str, list[str]]:
        """Every node that may follow each one: along flows, links and boundary events."""
        found = {key: [flow.target for flow in self.outgoing.get(key, ())] for key in self.nodes}
        for more in (self.links, self.boundaries):
            for key in found.keys() & more.keys():
                found[key] += more[key]
        return found

    def reachable(self, begin: Iterable[str]) -> set[str]:
        """Return the nodes that a token starting at these can visit, themselves included."""
        seen = set(begin)
        ahead = list(seen)
        while ahead:
            for key in self.after.get(ahead.pop(), ()):
                if key not in seen:
                    seen.add(key)
                    ahead.append(key)
        return seen


def scopes(document: Document) -> tuple[Scope, ...]:
    """Return every process and sub-process of a diagram as a graph, in document order."""
    return tuple(_scope(e) for e in document.drawn("process", *bpmn.SUBPROCESSES))


def _called(name: str, activity: Element) -> bool:
    """Tell whether an activity begins by an event or for compensation."""
    return truth(activity, "isForCompensation") or (
        name in bpmn.SUBPROCESSES and truth(activity, "triggeredByEvent"))


def event_subprocess(node: Element) -> bool:
    """Tell whether a sub-process is started by an event."""
    return bpmn.kind(node) in bpmn.SUBPROCESSES and truth(node, "triggeredByEvent")


def truth(element: Element, name: str, *, default: bool = False) -> bool:
    """Return a boolean attribute as XML Schema reads it."""
    value = bpmn.attribute(element, name)
    return default if value is None else value.lower() in ("true", "1")


def _scope(element: Element) -> Scope:
    nodes: dict[str, Element] = {}
    for node in bpmn.flow_nodes(element):
        key = bpmn.ident(node)
        if key is not None:
            nodes.setdefault(key, node)
    flows = []
    for drawn in bpmn.sequence_flows(element):
        source, target = bpmn.reference(drawn, "sourceRef"), bpmn.reference(drawn, "targetRef")
        if source in nodes and target in nodes:
            flows.append(Flow(drawn, source, target))
    return Scope(element, nodes, tuple(flows))
