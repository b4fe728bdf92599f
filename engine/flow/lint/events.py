"""Events (sự kiện): starts, boundaries and ends that stand where BPMN does not allow them."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.findings import Sentence, finding, label
from engine.flow.graph import Scope, event_subprocess
from engine.flow.lint.report import Subject
from engine.flow.support import triggers_of
from engine.step import Finding

#: Starts that only an event sub-process may have (BPMN 2.0.2 table 10.86).
_INNER_STARTS = {"error", "escalation", "compensate"}
#: A wait, a person or work elsewhere: a loop through one of these takes time.
_TAKES_TIME = bpmn.TASKS - {"scriptTask", "sendTask"} | bpmn.SUBPROCESSES | {
    "callActivity", "intermediateCatchEvent", "eventBasedGateway", "boundaryEvent",
}


def event_findings(subject: Subject) -> list[Finding]:
    """Return findings on misplaced events, and on loops that never rest."""
    found: list[Finding] = []
    for scope in subject.scopes:
        found += _starts(scope)
        found += _boundaries(scope)
        found += _cancels(scope)
        found += _busy_loop(scope)
    return [*found, *_call_cycle(subject)]


def _starts(scope: Scope) -> Iterator[Finding]:
    starts = [scope.nodes[key] for key, name in scope.kinds.items() if name == "startEvent"]
    inner = bpmn.kind(scope.element) in bpmn.SUBPROCESSES
    if event_subprocess(scope.element):
        if len(starts) != 1 or triggers_of(starts[0]) == ["none"]:
            yield finding("error", "event-subprocess-start", scope.element, (
                (f"Quy trình con sự kiện “{label(scope.element)}” cần đúng một sự kiện bắt đầu có "
                "loại."),
                (f"The event sub-process '{label(scope.element)}' needs exactly one start event, "
                "and one with a trigger."),
            ), ("Chọn loại cho sự kiện bắt đầu.", "Choose the trigger of its start event."))
        return
    for start in starts:
        triggers = set(triggers_of(start))
        if triggers & _INNER_STARTS or (inner and triggers != {"none"}):
            yield finding("error", "start-misplaced", start, (
                (f"Sự kiện bắt đầu “{label(start)}” loại {', '.join(sorted(triggers))} không dùng "
                "được ở đây."),
                (f"The start event '{label(start)}' ({', '.join(sorted(triggers))}) cannot stand "
                "here."),
            ), (
                "Dùng sự kiện bắt đầu thường, hoặc vẽ quy trình con sự kiện.",
                "Use a plain start event, or draw an event sub-process.",
            ))


def _boundaries(scope: Scope) -> Iterator[Finding]:
    for key, name in scope.kinds.items():
        if name != "boundaryEvent":
            continue
        node = scope.nodes[key]
        host = scope.nodes.get(bpmn.reference(node, "attachedToRef") or "")
        if host is not None and bpmn.kind(host) not in bpmn.ACTIVITIES:
            yield _misplaced(node, (
                f"Sự kiện biên “{label(node)}” phải gắn vào một bước, không phải “{label(host)}”.",
                (f"The boundary event '{label(node)}' must be attached to an activity, not to "
                f"'{label(host)}'."),
            ))
        if "cancel" in triggers_of(node) and host is not None and (
            bpmn.kind(host) != "transaction"
        ):
            yield _misplaced(node, (
                f"Sự kiện hủy “{label(node)}” chỉ gắn được vào giao dịch.",
                f"The cancel event '{label(node)}' can be attached to a transaction only.",
            ))


def _cancels(scope: Scope) -> Iterator[Finding]:
    """Yield cancel ends that stand outside of a transaction, or whose transaction has no way out.

    BPMN 2.0.2 section 10.5.3: directly in a transaction and in no other kind of sub-process.
    """
    for key, name in scope.kinds.items():
        node = scope.nodes[key]
        if name != "endEvent" or "cancel" not in triggers_of(node):
            continue
        if bpmn.kind(scope.element) != "transaction":
            yield _misplaced(node, (
                f"Kết thúc hủy “{label(node)}” chỉ đứng ngay trong giao dịch.",
                f"The cancel end '{label(node)}' can stand directly in a transaction only.",
            ))
        elif not _cancellable(scope.element):
            yield finding("warning", "cancel-uncaught", node, (
                (f"“{label(scope.element)}” bị hủy ở “{label(node)}” nhưng không có sự kiện biên "
                "hủy; sau đó không đi tiếp đâu cả."),
                (f"'{label(scope.element)}' is cancelled at '{label(node)}' but has no cancel "
                "event on its border; nothing goes on after that."),
            ), ("Gắn sự kiện biên hủy vào giao dịch.",
                "Attach a cancel event to the transaction."))


def _cancellable(transaction: Element) -> bool:
    around = transaction.getparent()
    return around is not None and any(
        bpmn.reference(event, "attachedToRef") == bpmn.ident(transaction)
        and "cancel" in triggers_of(event)
        for event in bpmn.children(around, "boundaryEvent"))


def _misplaced(node: Element, says: Sentence) -> Finding:
    return finding("error", "event-misplaced", node, says, (
        "Chuyển sự kiện hoặc đổi loại.", "Move the event or change its kind.",
    ))


def _busy_loop(scope: Scope) -> Iterator[Finding]:
    """Warn of a loop in which nothing waits: what is left after peeling off all that leads out."""
    quick = {k for k, name in scope.kinds.items() if name not in _TAKES_TIME}
    after = {k: {f.target for f in scope.outgoing.get(k, [])} & quick for k in quick}
    before: dict[str, set[str]] = {k: set() for k in quick}
    for key, targets in after.items():
        for target in targets:
            before[target].add(key)
    left = _peeled(_peeled(quick, after, before), before, after)
    first = next((key for key in scope.nodes if key in left), None)
    if first is not None:
        yield finding("warning", "loop-without-wait", scope.nodes[first], (
            (f"Vòng lặp qua “{label(scope.nodes[first])}” không có người làm hay chờ đợi; nó bị "
            "dừng khi lặp quá nhiều."),
            (f"The loop through '{label(scope.nodes[first])}' has no person and no wait in it; it "
            "is stopped when it goes round too often."),
        ), ("Đặt một bước có người làm hoặc hẹn giờ vào vòng lặp.",
            "Put a person's task or a timer into the loop."))


def _peeled(
    nodes: set[str], after: dict[str, set[str]], before: dict[str, set[str]],
) -> set[str]:
    """Return the nodes left when those that lead to none of them are taken away again and again."""
    left = set(nodes)
    count = {key: len(after[key] & left) for key in left}
    ahead = [key for key, number in count.items() if number == 0]
    while ahead:
        key = ahead.pop()
        left.discard(key)
        for earlier in before[key] & left:
            count[earlier] -= 1
            if count[earlier] == 0:
                ahead.append(earlier)
    return left


def _call_cycle(subject: Subject) -> Iterator[Finding]:
    """Warn of a call activity through which a process of this file calls itself again."""
    calls: dict[str, set[str]] = {}
    for document in (subject.document, *subject.beside):
        for process in document.processes:
            calls.setdefault(bpmn.ident(process) or "", set()).update(
                bpmn.reference(call, "calledElement") or ""
                for call in bpmn.inside(process, "callActivity")
            )
    for process in subject.document.processes:
        home = bpmn.ident(process) or ""
        for call in bpmn.inside(process, "callActivity"):
            if _leads_to(bpmn.reference(call, "calledElement") or "", home, calls):
                yield finding("warning", "call-cycle", call, (
                    f"“{label(call)}” gọi lại chính quy trình “{home}”.",
                    f"'{label(call)}' calls the process '{home}' again.",
                ), ("Bảo đảm có đường thoát.", "Make sure that there is a way out."))


def _leads_to(begin: str, end: str, calls: dict[str, set[str]]) -> bool:
    seen, ahead = {begin}, [begin]
    while ahead:
        at = ahead.pop()
        if at == end:
            return True
        new = calls.get(at, set()) - seen
        seen |= new
        ahead += new
    return False
