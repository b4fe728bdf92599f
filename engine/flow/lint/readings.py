"""Readings (cách đọc): what BPMN leaves open and motcua reads in one way, each told as an info."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.etree import _Element as Element

from engine.flow import bpmn, timers
from engine.flow.building.services import SERVED
from engine.flow.findings import Sentence, finding, label
from engine.flow.lint.report import Subject, message_of
from engine.flow.lint.times import TIMES
from engine.flow.support import triggers_of
from engine.step import Finding

_ISO = re.compile(r"\A(?:R\d*/)?P[\dTYMWDHS.,]+\Z|\A\d{4}-\d\d-\d\d")
_WORDS = ("candidateGroups", "formKey", "formRef", "dueDate")


def reading_findings(subject: Subject) -> list[Finding]:
    """Return one info for each kind of reading that a drawing needs, at the first place."""
    drawn = subject.document.drawn
    found: list[Finding] = []
    bare = drawn("task", "manualTask")
    if bare:
        found.append(_told("task-for-a-person", bare[0], len(bare), (
            "bước không ghi loại là việc của một người", "an untyped task is a person's task")))
    iso = [time for time in drawn(*TIMES) if _ISO.match(bpmn.text(time)) and timers.readable(
        TIMES[bpmn.kind(time)], bpmn.text(time))]
    if iso:
        found.append(_told("timer-as-written", iso[0], len(iso), (
            "thời gian ISO 8601 được đọc không cần dấu nháy",
            "an ISO 8601 time is read without quotes")))
    groups = [g for g in subject.document.marked("group") if bpmn.duration(g)]
    if groups:
        found.append(_told("group-shares-duration", groups[0], len(groups), (
            "các bước trong nhóm chia chung thời lượng", "the steps in a group share its duration",
        )))
    counting = [gateway for gateway in drawn("complexGateway")
                if bpmn.child(gateway, "activationCondition") is not None]
    if counting:
        found.append(_told("complex-reset", counting[0], len(counting), (
            "thẻ tới sau được thu lại; khi đó chỉ luồng có điều kiện hỏi waitingForStart đi tiếp",
            "late tokens are taken in, and then only a flow that asks waitingForStart goes on")))
    return [*found, *_together(subject), *_vendor(subject), *_external(subject),
            *_to_pools(subject), *_only_shown(subject), *_undrawn(subject),
            *_conditional(subject)]


def _together(subject: Subject) -> Iterator[Finding]:
    """Tell of levels with several plain start events, which BPMN 2.0.2 section 10.5.2 leaves open.

    See the open issues BPMN21-413 and BPMN21-433 of the OMG.
    """
    held = [
        level for level in subject.document.drawn(*bpmn.SUBPROCESSES, "process")
        if sum(triggers_of(s) == ["none"] for s in bpmn.children(level, "startEvent")) > 1
    ]
    if held:
        yield _told("starts-together", held[0], len(held), (
            "các sự kiện bắt đầu thường cùng bắt đầu một lúc",
            "its plain start events all begin together"))


def _vendor(subject: Subject) -> Iterator[Finding]:
    drawn = [node for node in subject.document.marked(*bpmn.TASKS, "startEvent")
             if any(bpmn.camunda(node, name) for name in _WORDS)]
    if drawn:
        yield _told("camunda-words", drawn[0], len(drawn), (
            "nhóm, biểu mẫu và hạn của Camunda được hiểu là vai trò, biểu mẫu và thời lượng",
            "Camunda's groups, forms and due dates are read as roles, forms and durations"))


def _external(subject: Subject) -> Iterator[Finding]:
    drawn = [task for task in subject.document.marked(*SERVED) if bpmn.camunda(task, "topic")
             and bpmn.camunda(task, "type") == "external"]
    if drawn:
        yield _told("external-task", drawn[0], len(drawn), (
            "máy của đơn vị tích hợp nhận chủ đề này, chỉ thấy dữ liệu vào đã vẽ",
            "an integrator's machine does this topic, and sees the inputs that are drawn"))


def _to_pools(subject: Subject) -> Iterator[Finding]:
    document = subject.document
    led = []
    for flow in document.message_flows:
        target = document.resolve(flow, "targetRef")
        if target is not None and bpmn.kind(target) == "participant" and (
                bpmn.reference(target, "processRef")):
            led.append(flow)
    if led:
        yield _told("message-flow-to-pool", led[0], len(led), (
            "luồng thông điệp tới bể đi vào nút bắt cùng thông điệp",
            "a message flow to a pool leads to the node that catches its message"))


def _only_shown(subject: Subject) -> Iterator[Finding]:
    """Tell of message flows at steps that neither send nor wait: they only show what happens."""
    document = subject.document
    shown = [
        flow for flow in document.message_flows
        if _idle(document.resolve(flow, "sourceRef"), "sendTask", bpmn.THROWS)
        or _idle(document.resolve(flow, "targetRef"), "receiveTask", bpmn.CATCHES)
    ]
    if shown:
        yield _told("message-flow-shown", shown[0], len(shown), (
            "luồng thông điệp ở một bước không gửi hay chờ thông điệp chỉ để đọc",
            "a message flow at a step that neither sends nor waits is documentation only"))


def _undrawn(subject: Subject) -> Iterator[Finding]:
    """Tell of messages that no message flow carries and that somebody waits for all the same."""
    document = subject.document
    drawn = {document.resolve(flow, "sourceRef") for flow in document.message_flows}
    awaited = {message_of(node) for node in document.drawn("receiveTask", *bpmn.CATCHES)}
    pools = {document.resolve(pool, "processRef"): pool for pool in document.participants}
    found = [
        node for node in document.drawn("sendTask", *bpmn.THROWS)
        if message_of(node) and message_of(node) in awaited and node not in drawn
        and not any(pools.get(outer) in drawn for outer in node.iterancestors() if outer in pools)
    ]
    if found:
        yield _told("message-without-flow", found[0], len(found), (
            "không vẽ luồng thông điệp; thông điệp tới quy trình đang chờ đúng tên đó",
            "no message flow is drawn; the message goes to the process that waits for its name"))


def _conditional(subject: Subject) -> Iterator[Finding]:
    """Tell of conditions on flows out of events, which BPMN 2.0.2 section 10.5 forbids."""
    drawn = [
        flow.element for scope in subject.scopes for flow in scope.flows
        if scope.kinds[flow.source] in bpmn.EVENTS and bpmn.condition(flow.element)
    ]
    if drawn:
        yield _told("condition-after-event", drawn[0], len(drawn), (
            "điều kiện trên luồng ra khỏi sự kiện được xét như sau một bước",
            "a condition on a flow out of an event is looked at as behind a task"))


def _idle(end: Element | None, task: str, events: frozenset[str]) -> bool:
    """Tell whether a message flow ends at a node that does nothing with a message."""
    if end is None or bpmn.kind(end) not in bpmn.FLOW_NODES or bpmn.kind(end) == task:
        return False
    return bpmn.kind(end) not in events or "message" not in triggers_of(end)


def _told(code: str, place: Element, count: int, says: Sentence) -> Finding:
    more_vi, more_en = (f" và {count - 1} nơi nữa", f" and {count - 1} more") if count > 1 else (
        "", "")
    name = label(place)
    return finding("info", code, place, (
        f"“{name}”{more_vi}: {says[0]}.", f"'{name}'{more_en}: {says[1]}.",
    ))
