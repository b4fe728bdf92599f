"""The course (đường đi) of a dossier through all pools: sequence flows and message flows as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.graph import Scope
from engine.flow.lint.report import Subject, message_of


@dataclass(frozen=True)
class Edge:
    """One step from node to node; `element` is the flow drawn, `message` tells of its kind."""

    source: str
    target: str
    element: Element | None
    message: bool = False


@dataclass
class Course:
    """All nodes by id, who follows whom, and where dossiers and parts begin and end.

    A sub-process is entered at its own node and left at `out(id)`.
    """

    nodes: dict[str, Element] = field(default_factory=dict)
    after: dict[str, list[Edge]] = field(default_factory=dict)
    before: dict[str, list[Edge]] = field(default_factory=dict)
    begins: list[str] = field(default_factory=list)

    def add(self, edge: Edge) -> None:
        """Enter an edge."""
        self.after.setdefault(edge.source, []).append(edge)
        self.before.setdefault(edge.target, []).append(edge)

    def in_order(self) -> Iterator[str]:
        """Yield every node that can be reached, each after what leads to it, loops cut."""
        yield from reversed(list(self._finished()))

    def _finished(self) -> Iterator[str]:
        """Yield nodes as a depth-first walk leaves them."""
        seen: set[str] = set()
        for begin in self.begins:
            if begin in seen:
                continue
            seen.add(begin)
            stack = [(begin, iter(self.after.get(begin, [])))]
            while stack:
                at, edges = stack[-1]
                edge = next((e for e in edges if e.target not in seen), None)
                if edge is None:
                    stack.pop()
                    yield at
                else:
                    seen.add(edge.target)
                    stack.append((edge.target, iter(self.after.get(edge.target, []))))


def out(key: str) -> str:
    """Return the name of the far side of a sub-process."""
    return f"{key}/out"


def course_of(subject: Subject) -> Course:
    """Return the course through every pool of a diagram."""
    course = Course()
    inner = {
        bpmn.ident(scope.element) for scope in subject.scopes
        if bpmn.kind(scope.element) in bpmn.SUBPROCESSES and scope.starts
    }
    for scope in subject.scopes:
        _enter(course, scope, inner)
    for flow in subject.document.message_flows:
        _message(course, subject, flow)
    lead = subject.procedure
    for scope in sorted(subject.scopes, key=lambda s: s.element is not lead):
        if bpmn.kind(scope.element) == "process":
            course.begins += scope.starts
    return course


def _enter(course: Course, scope: Scope, inner: set[str | None]) -> None:
    course.nodes.update(scope.nodes)
    for flow in scope.flows:
        source = out(flow.source) if flow.source in inner else flow.source
        course.add(Edge(source, flow.target, flow.element))
    for host, boundaries in scope.boundaries.items():
        for boundary in boundaries:
            course.add(Edge(host, boundary, None))
    for throw, catches in scope.links.items():
        for catch in catches:
            course.add(Edge(throw, catch, None))
    owner = bpmn.ident(scope.element)
    if owner in inner and owner is not None:
        for start in scope.starts:
            course.add(Edge(owner, start, None))
        for key in scope.nodes:
            if not scope.outgoing.get(key) and key not in scope.links:
                course.add(Edge(out(key) if key in inner else key, out(owner), None))


def _message(course: Course, subject: Subject, flow: Element) -> None:
    document = subject.document
    source, target = document.resolve(flow, "sourceRef"), document.resolve(flow, "targetRef")
    if source is None or target is None or bpmn.kind(source) == "participant":
        return
    for catch in [target] if bpmn.kind(target) != "participant" else subject.catching(
        document.resolve(target, "processRef"), message_of(source),
    ):
        start, end = bpmn.ident(source), bpmn.ident(catch)
        if start in course.nodes and end in course.nodes:
            course.add(Edge(start, end, flow, message=True))
