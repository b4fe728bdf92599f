"""Connected tasks (bước dịch vụ): what is drawn of connectors and of topics of external tasks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.building.services import SERVED, read_service
from engine.flow.dmn.tasks import called
from engine.flow.findings import finding, label
from engine.flow.lint.report import Subject
from engine.step import Finding, Severity

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}")


def connected_findings(subject: Subject) -> list[Finding]:
    """Return findings on tasks that machines do; they are errors only beside a register."""
    grade: Severity = "warning" if subject.known is None else "error"
    found: list[Finding] = []
    for task in subject.document.marked(*bpmn.TASKS):
        found += [*_misplaced(task, grade), *_without_topic(task, grade)]
        service = read_service(task)
        if service is None:
            continue
        found += [
            *_named(task, service.name, grade), *_twice(task, grade),
            *_asked(subject, task, grade),
        ]
        if service.kind == "connector":
            found += _unknown(subject, task, service.name, grade)
    return found


def _misplaced(task: Element, grade: Severity) -> Iterator[Finding]:
    drawn = [name for name in ("connector", "topic") if bpmn.motcua(task, name)]
    sends = bpmn.kind(task) == "sendTask" and bpmn.reference(task, "messageRef")
    if drawn and (sends or called(task) is not None or bpmn.kind(task) not in SERVED):
        yield finding(grade, "connector-misplaced", task, (
            f"“{label(task)}” tự làm việc khác nên motcua:{drawn[0]} không chạy.",
            f"'{label(task)}' does something else, so its motcua:{drawn[0]} does nothing.",
        ), ("Vẽ một bước dịch vụ (serviceTask).", "Draw a service task instead."))


def _without_topic(task: Element, grade: Severity) -> Iterator[Finding]:
    external = bpmn.camunda(task, "type") == "external"
    empty = any(
        task.get(f"{{{bpmn.MOTCUA}}}{name}") is not None and not bpmn.motcua(task, name)
        for name in ("connector", "topic")
    )
    if empty or (external and read_service(task) is None):
        yield finding(grade, "topic-missing", task, (
            f"“{label(task)}” để máy làm nhưng không ghi tên chủ đề hay trình kết nối.",
            f"'{label(task)}' is for a machine but names no topic or connector.",
        ), ("Ghi motcua:topic hoặc motcua:connector.", "Write motcua:topic or motcua:connector."))


def _named(task: Element, name: str, grade: Severity) -> Iterator[Finding]:
    if not _NAME.fullmatch(name):
        yield finding(grade, "connector-name", task, (
            f"“{name[:60]}” không dùng làm tên trình kết nối hay chủ đề được.",
            f"'{name[:60]}' cannot name a connector or a topic.",
        ), (
            "Tên gồm chữ không dấu, chữ số và . _ -.",
            "A name has ASCII letters, digits, and . _ -.",
        ))


def _twice(task: Element, grade: Severity) -> Iterator[Finding]:
    if bpmn.motcua(task, "connector") and (
        bpmn.motcua(task, "topic") or bpmn.camunda(task, "topic")
    ):
        yield finding(grade, "connector-and-topic", task, (
            f"“{label(task)}” ghi cả trình kết nối và chủ đề.",
            f"'{label(task)}' names both a connector and a topic.",
        ), ("Giữ một trong hai.", "Keep one of them."))


def _unknown(
    subject: Subject, task: Element, name: str, grade: Severity,
) -> Iterator[Finding]:
    known = subject.known
    if known is not None and name in known.connectors:
        return
    there = ", ".join(sorted(known.connectors)) or "—" if known else ""
    yield finding(grade, "unknown-connector", task, (
        f"Chưa rõ trình kết nối “{name[:60]}” của “{label(task)}”.",
        f"The connector '{name[:60]}' of '{label(task)}' is not known here.",
    ), (f"Có: {there}.", f"There are: {there}.") if known else (
        "Khai báo trong MOTCUA_CONNECTORS hoặc gói thủ tục trước khi trình.",
        "Describe it in MOTCUA_CONNECTORS or a pack before submission.",
    ))


def _asked(subject: Subject, task: Element, grade: Severity) -> Iterator[Finding]:
    """Yield a finding where a gateway without conditions asks what no machine can answer."""
    for flow in subject.leaving.get(bpmn.ident(task), ()):
        gateway = subject.document.resolve(flow, "targetRef")
        if gateway is None or bpmn.kind(gateway) != "exclusiveGateway":
            continue
        ways = subject.leaving.get(bpmn.ident(gateway), ())
        if len(ways) > 1 and not any(bpmn.condition(way) for way in ways):
            yield finding(grade, "machine-asked", gateway, (
                f"“{label(gateway)}” hỏi người làm bước trước, mà “{label(task)}” do máy làm.",
                f"'{label(gateway)}' asks who did '{label(task)}', which a machine does.",
            ), ("Ghi điều kiện trên các nhánh.", "Write conditions on its flows."))
