"""Reads BPMN XML into plain nodes and flows for the token game, with nothing but lxml."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
TASKS = {"task", "userTask", "manualTask", "serviceTask", "sendTask", "businessRuleTask"}
ACTIVITIES = TASKS | {"receiveTask", "subProcess"}
GATEWAYS = {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"}
EVENTS = {
    "startEvent", "endEvent", "intermediateThrowEvent", "intermediateCatchEvent", "boundaryEvent"
}  # fmt: skip
NODES = ACTIVITIES | GATEWAYS | EVENTS


@dataclass(frozen=True)
class Loop:
    """Standard loop or multi-instance: how often an activity's body runs."""

    kind: str  # "standard", "sequential" or "parallel"
    count: str | None = None  # loopCardinality or loopMaximum
    condition: str | None = None  # loopCondition or completionCondition
    before: bool = False


@dataclass(frozen=True)
class Node:
    """A flow node: `event` is (kind, name) of its definition, `home` the node that holds it."""

    id: str
    tag: str
    home: str
    order: int
    event: tuple[str, str | None] = ("none", None)
    attached: str | None = None
    interrupting: bool = True
    default: str | None = None
    loop: Loop | None = None


@dataclass(frozen=True)
class Flow:
    """A sequence flow, known by its place in the document because its id may be missing."""

    number: int
    id: str | None
    source: str
    target: str
    condition: str | None = None


class Diagram:
    """The nodes and flows of one process, with the questions the game asks of them."""

    def __init__(self, content: bytes) -> None:
        root = etree.fromstring(content)
        self.process = root.find(f"{BPMN}process").get("id")
        self._names = {e.get("id"): e.get("name") for e in root if e.get("id")}
        self.nodes: dict[str, Node] = {}
        self.flows: list[Flow] = []
        for element in root.find(f"{BPMN}process").iter(etree.Element):
            self._read(element)
        self._join_links()
        self.incoming = {n: [f for f in self.flows if f.target == n] for n in self.nodes}
        self.outgoing = {n: [f for f in self.flows if f.source == n] for n in self.nodes}
        self.boundaries = {
            n: [b for b in self.nodes.values() if b.attached == n] for n in self.nodes
        }

    def inside(self, home: str) -> list[Node]:
        """Return the nodes drawn directly in a process or sub-process, in document order."""
        return [node for node in self.nodes.values() if node.home == home]

    def starts(self, home: str) -> list[Node]:
        """Return where tokens begin: the none start, else what nothing leads to (13.3.4)."""
        inside = self.inside(home)
        starts = [n for n in inside if n.tag == "startEvent" and n.event[0] == "none"]
        return starts or [n for n in inside if not self.incoming[n.id] and not n.attached]

    def _read(self, element: Any) -> None:
        tag = etree.QName(element).localname
        if tag == "sequenceFlow":
            condition = element.findtext(f"{BPMN}conditionExpression")
            ends = element.get("sourceRef"), element.get("targetRef")
            self.flows.append(Flow(len(self.flows), element.get("id"), *ends, condition))
        elif tag in NODES:
            node = Node(
                element.get("id"), tag, element.getparent().get("id"), len(self.nodes),
                self._event(element), element.get("attachedToRef"),
                element.get("cancelActivity") != "false", element.get("default"), _loop(element),
            )  # fmt: skip
            self.nodes[node.id] = node

    def _event(self, element: Any) -> tuple[str, str | None]:
        if element.get("messageRef"):
            return "message", self._names[element.get("messageRef")]
        for child in element:
            kind, found, rest = etree.QName(child).localname.partition("EventDefinition")
            if found and not rest:
                reference = self._names.get(child.get(f"{kind}Ref"))
                return kind, child.findtext(f"{BPMN}timeDuration") or reference or child.get("name")
        return "none", None

    def _join_links(self) -> None:
        links = [node for node in self.nodes.values() if node.event[0] == "link"]
        for source in (n for n in links if n.tag == "intermediateThrowEvent"):
            for target in (n for n in links if n.tag == "intermediateCatchEvent"):
                if (source.home, source.event) == (target.home, target.event):
                    self.flows.append(Flow(len(self.flows), None, source.id, target.id))


def _loop(element: Any) -> Loop | None:
    for child in element:
        tag = etree.QName(child).localname
        if tag == "standardLoopCharacteristics":
            condition = child.findtext(f"{BPMN}loopCondition")
            before = child.get("testBefore") == "true"
            return Loop("standard", child.get("loopMaximum"), condition, before)
        if tag == "multiInstanceLoopCharacteristics":
            kind = "sequential" if child.get("isSequential") == "true" else "parallel"
            condition = child.findtext(f"{BPMN}completionCondition")
            return Loop(kind, child.findtext(f"{BPMN}loopCardinality"), condition)
    return None


def seconds(duration: str) -> int:
    """Return the length of PnDTnHnMnS in seconds."""
    match = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", duration.strip())
    assert match, duration
    days, hours, minutes, rest = (int(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + rest


WORDS = {"true": True, "false": False}
_COMPARE = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip


def evaluate(text: str, data: Mapping[str, Any]) -> Any:
    """Evaluate comparisons, and, or, not, numbers and top-level names."""
    return _value(_parsed(text.strip()), data)


@cache
def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _value(node: ast.expr, data: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value):
            return value
        case ast.Name(name):
            return WORDS[name] if name in WORDS else data[name]
        case ast.UnaryOp(ast.Not(), operand):
            return not _value(operand, data)
        case ast.BoolOp(op, values):
            found = [bool(_value(value, data)) for value in values]
            return all(found) if isinstance(op, ast.And) else any(found)
        case ast.Compare(left, [op], [right]):
            return _COMPARE[type(op)](_value(left, data), _value(right, data))
    raise ValueError(f"no such expression here: {ast.dump(node)}")


def reaches(diagram: Diagram, gateway: str, goals: set[int]) -> set[str]:
    """Return the nodes with a path to one of the flows `goals` that does not visit `gateway`."""
    found: set[str] = set()
    ahead = [diagram.flows[goal].source for goal in goals]
    while ahead:
        node = ahead.pop()
        if node != gateway and node not in found:
            found.add(node)
            ahead += _before(diagram, node)
    return found


def _before(diagram: Diagram, node: str) -> Iterator[str]:
    # "A directed path formed by Sequence Flow": none leads from an activity to its boundary events.
    yield from (flow.source for flow in diagram.incoming[node])
