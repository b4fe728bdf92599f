"""Forbidden (điều cấm): what BPMN forbids where it would be dropped or run otherwise than drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.beside import target_of
from engine.flow.findings import Sentence, finding, label
from engine.flow.graph import Scope, truth
from engine.flow.lint.report import Subject
from engine.flow.support import triggers_of
from engine.step import Finding


def forbidden_findings(subject: Subject) -> list[Finding]:
    """Return an error for each link, border, instantiating node or call that cannot work as drawn.

    BPMN 2.0.2 sections 10.3.3, 10.3.5, 10.5.4, 10.5.5 and 10.6.6.
    """
    processes = {bpmn.ident(process): process for document in (subject.document, *subject.beside)
                 for process in document.processes}
    found: list[Finding] = []
    for scope in subject.scopes:
        for key, name in scope.kinds.items():
            node = scope.nodes[key]
            if key in scope.link_events:
                found += _links(scope, key, node)
            if truth(node, "instantiate"):
                found += _instantiating(scope, key, node)
            if name == "receiveTask":
                found += _raced(scope, key, node)
            elif name == "callActivity":
                found += _called(node, processes)
            elif name == "boundaryEvent":
                found += _elsewhere(subject, scope, node)
    return found


def _links(scope: Scope, key: str, node: Element) -> Iterator[Finding]:
    catches = bpmn.kind(node) == "intermediateCatchEvent"
    if (scope.incoming if catches else scope.outgoing).get(key):
        yield _error("link-in-flow", node, (
            f"Liên kết “{label(node)}” vừa nối với liên kết vừa nối với luồng.",
            f"The link '{label(node)}' is connected to its link and to a sequence flow too.",
        ), ("Xóa luồng, hoặc xóa cặp liên kết.", "Delete the flow, or the pair of links."))


def _instantiating(scope: Scope, key: str, node: Element) -> Iterator[Finding]:
    if scope.incoming.get(key) or bpmn.kind(scope.element) != "process":
        yield _error("instantiate-misplaced", node, (
            f"“{label(node)}” khởi tạo quy trình nên phải đứng đầu quy trình, không có luồng vào.",
            f"'{label(node)}' begins the process: it must stand first, without a flow in.",
        ), ("Bỏ instantiate, hoặc bỏ luồng vào.", "Remove instantiate, or the flow."))


def _raced(scope: Scope, key: str, node: Element) -> Iterator[Finding]:
    if scope.boundaries.get(key) and any(
            scope.kinds[flow.source] == "eventBasedGateway"
            for flow in scope.incoming.get(key, ())):
        yield _error("event-gateway-boundary", node, (
            f"Bước nhận “{label(node)}” đứng sau cổng sự kiện nên không được có sự kiện biên.",
            f"The receive task '{label(node)}' follows an event gateway; no event may be attached.",
        ), ("Vẽ thành một sự kiện chờ nữa sau cổng.", "Draw it as one more event of the gateway."))


def _called(node: Element, processes: Mapping[str | None, Element]) -> Iterator[Finding]:
    called = processes.get(target_of(node))
    starts = [] if called is None else list(bpmn.children(called, "startEvent"))
    plain = [start for start in starts if triggers_of(start) == ["none"]]
    if len(plain) > 1:
        yield _error("called-process-start", node, (
            (f"Quy trình mà “{label(node)}” gọi có {len(plain)} chỗ bắt đầu thường; chỉ một được "
            "khởi động."),
            (f"The process that '{label(node)}' calls has {len(plain)} plain starts, of which only "
            "one may begin."),
        ), ("Giữ một sự kiện bắt đầu thường.", "Keep one plain start event."))
    if starts and not plain:
        yield _error("called-process-start", node, (
            f"Quy trình mà “{label(node)}” gọi chỉ bắt đầu bằng sự kiện, không gọi được.",
            f"The process that '{label(node)}' calls begins by events only and cannot be called.",
        ), ("Thêm sự kiện bắt đầu thường vào quy trình đó.", "Give that process a plain start."))


def _elsewhere(subject: Subject, scope: Scope, node: Element) -> Iterator[Finding]:
    host = bpmn.reference(node, "attachedToRef")
    if host in subject.document.ids and host not in scope.nodes:
        yield _error("boundary-elsewhere", node, (
            f"Sự kiện biên “{label(node)}” gắn vào một bước ở cấp khác.",
            f"The boundary event '{label(node)}' is attached to an activity of another level.",
        ), ("Đặt sự kiện cùng cấp với bước đó.", "Put the event on the level of its activity."))


def _error(code: str, place: Element, says: Sentence, hint: Sentence) -> Finding:
    return finding("error", code, place, says, hint)
