"""Structure (cấu trúc): starts, ends, unreachable nodes, dead ends, flows across a border."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.beside import called_ids, target_of
from engine.flow.findings import finding, label
from engine.flow.graph import Scope, event_subprocess
from engine.flow.lint.report import Subject
from engine.flow.support import triggers_of
from engine.step import Finding


def structure_findings(subject: Subject) -> list[Finding]:
    """Return findings on how nodes hang together, pool by pool and scope by scope."""
    found: list[Finding] = []
    for scope in subject.scopes:
        found += _empty(scope)
        found += _starts(scope)
        found += _unreachable(scope)
        for key, node in scope.nodes.items():
            found += _ends(scope, key, node)
        found += _links(scope)
    return [*found, *_crossing(subject), *_message_flows(subject), *_calls(subject)]


def _empty(scope: Scope) -> Iterator[Finding]:
    if not scope.nodes and bpmn.kind(scope.element) in bpmn.SUBPROCESSES:
        yield finding("warning", "empty-subprocess", scope.element, (
            f"Quy trình con “{label(scope.element)}” rỗng: nó được đi qua ngay, không ai làm gì.",
            f"The sub-process '{label(scope.element)}' is empty: it is passed at once, by nobody.",
        ), ("Vẽ các bước bên trong, hoặc đổi nó thành một bước có người làm.",
            "Draw the steps inside, or make it a person's task."))


def _starts(scope: Scope) -> Iterator[Finding]:
    if bpmn.kind(scope.element) == "adHocSubProcess" or (
            len(scope.aside) == len(scope.nodes)):
        return
    drawn = [scope.nodes[key] for key, name in scope.kinds.items() if name == "startEvent"]
    if not drawn and not scope.starts:
        yield finding("error", "no-beginning", scope.element, (
            f"“{label(scope.element)}” không có chỗ bắt đầu: nút nào cũng có luồng đi vào.",
            f"'{label(scope.element)}' has nowhere to begin: every node has an incoming flow.",
        ), ("Thêm sự kiện bắt đầu.", "Add a start event."))
    elif len(plain := [node for node in drawn if triggers_of(node) == ["none"]]) > 1:
        names = ", ".join(f"“{label(node)}”" for node in plain[:4])
        yield finding("warning", "several-starts", plain[1], (
            (f"“{label(scope.element)}” có {len(plain)} sự kiện bắt đầu thường ({names}); tất cả "
            "cùng bắt đầu một lúc."),
            (f"'{label(scope.element)}' has {len(plain)} plain start events ({names}); all of them "
            "begin at once."),
        ), (
            ("Giữ một sự kiện bắt đầu rồi rẽ nhánh bằng cổng; hoặc chọn loại (thông điệp, hẹn giờ) "
            "cho từng sự kiện."),
            "Keep one and branch with a gateway; or give each of them a trigger (message, timer).",
        ))
    elif not drawn:
        yield finding("info", "no-start-event", scope.element, (
            (f"“{label(scope.element)}” không có sự kiện bắt đầu; mọi nút không có luồng vào cùng "
            "bắt đầu."),
            (f"'{label(scope.element)}' has no start event; every node without an incoming flow "
            "begins at once."),
        ), ("Thêm sự kiện bắt đầu cho rõ.", "Add a start event to make it plain."))


def _unreachable(scope: Scope) -> Iterator[Finding]:
    if bpmn.kind(scope.element) == "adHocSubProcess":
        return
    reached = scope.reachable([*scope.starts, *(
        key for key in scope.aside if scope.kinds[key] != "boundaryEvent")])
    for key, node in scope.nodes.items():
        if key in reached:
            continue
        yield finding("warning", "unreachable", node, (
            f"Không có đường nào từ chỗ bắt đầu tới “{label(node)}”; nó sẽ không bao giờ chạy.",
            f"No path leads from the beginning to '{label(node)}'; it never runs.",
        ), ("Nối nó vào luồng hoặc xóa nó.", "Connect it or delete it."))


def _ends(scope: Scope, key: str, node: Element) -> Iterator[Finding]:
    name, into, out = scope.kinds[key], scope.incoming.get(key), scope.outgoing.get(key)
    inner = name in bpmn.SUBPROCESSES and event_subprocess(node)
    if into and (inner or name in ("startEvent", "boundaryEvent")):
        yield _wrong_way(node, "flow-into-start", "đi vào", "entered")
    if out and (inner or name == "endEvent"):
        yield _wrong_way(node, "flow-out-of-end", "đi ra từ", "left")
    if out or name == "endEvent" or key in scope.aside or key in scope.link_events:
        return
    if bpmn.kind(scope.element) == "adHocSubProcess":
        return
    if name in bpmn.GATEWAYS or name == "startEvent":
        yield _dead_end(node, "warning")
    elif name in bpmn.ACTIVITIES or name in bpmn.EVENTS:
        yield _dead_end(node, "info")


def _dead_end(node: Element, severity: str) -> Finding:
    return finding("warning" if severity == "warning" else "info", "dead-end", node, (
        f"Không có luồng nào đi ra từ “{label(node)}”; nhánh này kết thúc ở đây.",
        f"No flow leaves '{label(node)}'; this branch ends here.",
    ), ("Thêm sự kiện kết thúc cho rõ.", "Add an end event to make it plain."))


def _wrong_way(node: Element, code: str, vi: str, en: str) -> Finding:
    return finding("error", code, node, (
        f"Không được có luồng {vi} “{label(node)}” ({bpmn.kind(node)}).",
        f"'{label(node)}' ({bpmn.kind(node)}) must not be {en} by a sequence flow.",
    ), ("Xóa hoặc nối lại luồng đó.", "Delete that flow or connect it elsewhere."))


def _links(scope: Scope) -> Iterator[Finding]:
    for key, catches in scope.links.items():
        if len(catches) != 1:
            yield finding("error", "link-target", scope.nodes[key], (
                (f"Liên kết “{label(scope.nodes[key])}” cần đúng một đích cùng tên, đang có "
                f"{len(catches)}."),
                (f"The link '{label(scope.nodes[key])}' needs exactly one target of its name and "
                f"has {len(catches)}."),
            ), ("Đặt cùng tên cho hai đầu liên kết.", "Give both ends of the link one name."))


def _crossing(subject: Subject) -> Iterator[Finding]:
    document = subject.document
    for flow in subject.loose:
        ends = [document.resolve(flow, name) for name in ("sourceRef", "targetRef")]
        if ends[0] is None or ends[1] is None:
            continue
        wrong = [end for end in ends if end is not None and bpmn.kind(end) not in bpmn.FLOW_NODES]
        if wrong:
            yield finding("error", "flow-end-not-a-node", flow, (
                f"Luồng nối với {bpmn.kind(wrong[0])}, không phải một nút.",
                f"The flow is connected to a {bpmn.kind(wrong[0])}, which is no flow node.",
            ), ("Nối luồng giữa hai nút.", "Connect it between two flow nodes."))
        elif ends[0].getparent() is not ends[1].getparent():
            yield _crosses(flow, ends[0], ends[1])


def _crosses(flow: Element, source: Element, target: Element) -> Finding:
    pool = _process(source) is not _process(target)
    if pool:
        return finding("error", "flow-crosses-pool", flow, (
            f"Luồng từ “{label(source)}” sang “{label(target)}” vượt ranh giới bể.",
            f"The flow from '{label(source)}' to '{label(target)}' crosses a pool's border.",
        ), ("Giữa hai bể hãy dùng luồng thông điệp.", "Between pools draw a message flow."))
    return finding("error", "flow-crosses-subprocess", flow, (
        f"Luồng từ “{label(source)}” sang “{label(target)}” vượt ranh giới quy trình con.",
        f"The flow from '{label(source)}' to '{label(target)}' crosses a sub-process's border.",
    ), ("Nối vào chính quy trình con.", "Connect it to the sub-process itself."))


def _process(element: Element) -> Element | None:
    at: Element | None = element
    while at is not None and bpmn.kind(at) != "process":
        at = at.getparent()
    return at


def _message_flows(subject: Subject) -> Iterator[Finding]:
    document = subject.document
    pools = {bpmn.reference(pool, "processRef"): pool for pool in document.participants}
    for flow in document.message_flows:
        ends = [document.resolve(flow, name) for name in ("sourceRef", "targetRef")]
        homes = [_pool(end, pools) for end in ends]
        if homes[0] is not None and homes[0] is homes[1]:
            yield finding("error", "message-flow-inside-pool", flow, (
                "Luồng thông điệp nằm trong cùng một bể.",
                "The message flow stays inside one pool.",
            ), ("Trong một bể hãy dùng luồng tuần tự.", "Inside a pool draw a sequence flow."))


def _pool(end: Element | None, pools: dict[str | None, Element]) -> Element | None:
    if end is None or bpmn.kind(end) == "participant":
        return end
    process = _process(end)
    return None if process is None else pools.get(bpmn.ident(process), process)


def _calls(subject: Subject) -> Iterator[Finding]:
    calls = subject.document.drawn("callActivity")
    held = set(called_ids([subject.document, *subject.beside])) if calls else set()
    for call in calls:
        wanted = target_of(call)
        if wanted is None:
            yield finding("error", "call-without-target", call, (
                f"“{label(call)}” không nói gọi quy trình nào.",
                f"'{label(call)}' does not say which process it calls.",
            ), ("Điền mã (id) của quy trình được gọi (Called element), hoặc đổi thành bước thường.",
                "Fill in the id of the called process (Called element), or make it a plain task."))
        elif wanted not in held:
            yield finding("error", "called-process-missing", call, (
                f"Không tìm thấy quy trình “{wanted[:80]}” trong tệp này hay bên cạnh nó.",
                f"No process '{wanted[:80]}' was found in this file or beside it.",
            ), ("Đặt tệp của quy trình được gọi bên cạnh.", "Put the called diagram beside it."))
