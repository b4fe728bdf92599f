"""Levels (tầng): each process and sub-process becomes one spec with its nodes and flows joined."""

from __future__ import annotations

from lxml.etree import _Element as Element

from engine.errors import Invalid
from engine.expressions import compile_expression
from engine.flow.bpmn import (
    SUBPROCESSES,
    children,
    condition,
    flow_nodes,
    inside,
    kind,
    motcua,
    reference,
)
from engine.flow.building.drawing import Drawing, title, yes
from engine.flow.building.nodes import Nodes
from engine.flow.specs.activities import Activity
from engine.flow.specs.joins import Inclusive
from engine.flow.specs.node import Arc, Node
from engine.flow.specs.process import ProcessSpec
from engine.flow.specs.triggers import CompensateTrigger, Trigger


def build(drawing: Drawing) -> tuple[dict[str, ProcessSpec], Nodes]:
    """Return the specs of all levels by the id of their process or sub-process, and the notes."""
    nodes = Nodes(drawing)
    levels: dict[str, ProcessSpec] = {}
    for process in drawing.processes():
        for element in (process, *inside(process, *SUBPROCESSES)):
            levels[element.get("id") or ""] = _level(element, nodes, drawing)
    return levels, nodes


def _level(element: Element, nodes: Nodes, drawing: Drawing) -> ProcessSpec:
    identity = element.get("id") or ""
    spec = ProcessSpec(identity, identity)
    spec.called = kind(element) == "process"
    drawn = flow_nodes(element)
    made = {node.get("id") or "": nodes.make(spec, node) for node in drawn}
    _join(drawn, made, drawing)
    _hang(drawn, made, drawing)
    guards = [nodes.guard(spec, start, node.get("id") or "")
              for node in drawn if yes(node, "triggeredByEvent")
              for start in children(node, "startEvent")]
    spec.guards = tuple(guard.name for guard in guards if not _compensates(guard))
    spec.undoer = next(((guard.handler, guard.element or "") for guard in guards
                        if _compensates(guard)), None)
    spec.begins = _begins(drawn, made)
    spec.triggered = _triggered(drawn, made)
    _look_upstream(made)
    return spec


def _join(drawn: list[Element], made: dict[str, Node], drawing: Drawing) -> None:
    """Put the sequence flows on both their nodes, in document order; set default flows."""
    for element in drawn:
        source = made[element.get("id") or ""]
        source.default = reference(element, "default")
        for flow in drawing.flows_from(element):
            target = made.get(reference(flow, "targetRef") or "")
            if target is None:
                raise _crossing(flow)
            said = condition(flow)
            arc = Arc(
                flow.get("id") or "", title(flow), source.name, target.name,
                compile_expression(said) if said else None, motcua(flow, "act"),
            )
            source.outgoing += (arc,)
            target.incoming += (arc,)
            source.connect(target)


def _crossing(flow: Element) -> Invalid:
    place = title(flow) or flow.get("id")
    return Invalid(
        f"Luồng “{place}” nối hai cấp khác nhau.", f"The flow '{place}' joins two levels.",
        code="flow-crosses-levels",
    )


def _hang(drawn: list[Element], made: dict[str, Node], drawing: Drawing) -> None:
    """Hang boundary events on their activities, and on each activity what undoes it."""
    for node in drawn:
        host = made.get(reference(node, "attachedToRef") or "")
        event = made[node.get("id") or ""]
        if kind(node) != "boundaryEvent" or not isinstance(host, Activity):
            continue
        if _compensates(event):
            host.compensation = next(
                (end for end in drawing.associated.get(event.name, [])
                 if isinstance(made.get(end), Activity)), None)
        else:
            host.attached += (event.name,)


def _begins(drawn: list[Element], made: dict[str, Node]) -> tuple[str, ...]:
    """Return where tokens begin: plain start events, else every node that nothing leads to.

    BPMN 2.0.2 section 10.5.2: start events may be left out; then each activity or gateway without
    incoming flow is begun.
    """
    starts = [n for n in drawn if kind(n) == "startEvent"]
    if starts:
        return tuple(n.get("id") or "" for n in starts
                     if not _triggers(made[n.get("id") or ""]))
    return tuple(
        node.get("id") or "" for node in drawn
        if kind(node) != "boundaryEvent" and not made[node.get("id") or ""].incoming
        and not yes(node, "triggeredByEvent") and not yes(node, "isForCompensation")
        and not yes(node, "instantiate")
    )


def _triggers(node: Node) -> tuple[Trigger, ...]:
    found: tuple[Trigger, ...] = getattr(node, "triggers", ())
    return found


def _compensates(event: Node) -> bool:
    return any(isinstance(trigger, CompensateTrigger) for trigger in _triggers(event))


def _triggered(drawn: list[Element], made: dict[str, Node]) -> tuple[str, ...]:
    """Return what an event may begin: start events, tasks, events behind a gateway."""
    found: list[str] = []
    for element in drawn:
        node = made[element.get("id") or ""]
        if kind(element) == "eventBasedGateway" and yes(element, "instantiate"):
            found += [arc.target for arc in node.outgoing]
        elif yes(element, "instantiate") or kind(element) == "startEvent":
            found += [node.name] if _triggers(node) else []
    return tuple(found)


def _look_upstream(made: dict[str, Node]) -> None:
    """Work out, for each inclusive gateway, from which nodes each of its flows can be reached.

    Paths are those of sequence flows: what hangs on a border is none (BPMN 2.0.2 table 13.3).
    Sets of nodes are whole numbers with a bit for each: hundreds of gateways in one another would
    otherwise take the square of their number in memory and time.
    """
    gateways = [node for node in made.values() if isinstance(node, Inclusive)]
    if not any(len(gateway.incoming) > 1 for gateway in gateways):
        return
    before: dict[str, list[str]] = {name: [] for name in made}
    for number, node in enumerate(made.values()):
        node.bit = 1 << number
        for arc in node.outgoing:
            before[arc.target].append(node.name)
    for node in gateways:
        node.upstream = {arc.id: sum(made[name].bit for name in _reaching(
            arc.source, node.name, before)) for arc in node.incoming}


def _reaching(source: str, gateway: str, before: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    ahead = [source]
    while ahead:
        name = ahead.pop()
        if name not in found and name != gateway:
            found.add(name)
            ahead += before[name]
    return found
