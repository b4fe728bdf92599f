"""Identity (định danh): ids that are missing or used twice, references that lead nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.findings import finding, holder, label
from engine.flow.lint.report import Subject
from engine.step import Finding, Severity

#: Elements that others point at: two of them with one id cannot be told apart.
_POINTED_AT = bpmn.FLOW_NODES | {
    "process", "sequenceFlow", "participant", "lane", "messageFlow", "message", "signal", "error",
    "escalation", "itemDefinition", "dataObject", "dataObjectReference", "dataStoreReference",
    "group", "collaboration", "interface", "operation", "category", "categoryValue",
}
#: Reference attributes whose target must stand in the same file for the diagram to run.
_REFERENCES = (
    ("sequenceFlow", "sourceRef"), ("sequenceFlow", "targetRef"),
    ("messageFlow", "sourceRef"), ("messageFlow", "targetRef"),
    ("boundaryEvent", "attachedToRef"), ("participant", "processRef"),
    ("messageEventDefinition", "messageRef"), ("signalEventDefinition", "signalRef"),
    ("errorEventDefinition", "errorRef"), ("escalationEventDefinition", "escalationRef"),
    ("compensateEventDefinition", "activityRef"),
    ("receiveTask", "messageRef"), ("sendTask", "messageRef"),
)
_REQUIRED = {"sourceRef", "targetRef", "attachedToRef"}
_PREFIX = "motcua."
_BLANK = re.compile(r"[\s:]")


def identity_findings(subject: Subject) -> list[Finding]:
    """Return findings on ids and references of the whole file."""
    return [
        *_missing(subject), *_blanks(subject), *_reserved(subject), *_twice(subject),
        *_dangling(subject), *_default_flows(subject), *_lane_members(subject),
        *_shared_processes(subject),
    ]


def _missing(subject: Subject) -> Iterator[Finding]:
    document = subject.document
    nameless = {at for key, at in zip(document.keys, document.elements, strict=True) if key is None}
    for element in document.drawn("process", "participant", *bpmn.FLOW_NODES):
        if element in nameless:
            yield finding("error", "missing-id", element, (
                f"“{label(element)}” không có mã (id) nên không gì nối tới được.",
                f"'{label(element)}' has no id, so nothing can refer to it.",
            ), ("Thêm thuộc tính id.", "Add an id."))
    for element in document.drawn("sequenceFlow"):
        if element in nameless:
            yield finding("info", "flow-without-id", element, (
                "Luồng không có mã (id); hệ thống tự đặt một mã.",
                "The sequence flow has no id; one is made for it.",
            ))


def _blanks(subject: Subject) -> Iterator[Finding]:
    """Warn of ids that other tools cannot read: XML allows neither blanks nor colons in them."""
    for key, element in subject.document.ids.items():
        if _BLANK.search(key):
            yield finding("warning", "id-with-blank", element, (
                f"Mã “{key[:80]}” có dấu cách hoặc dấu hai chấm; công cụ khác không đọc được.",
                f"The id '{key[:80]}' has a blank or a colon; other tools cannot read it.",
            ), ("Viết liền bằng gạch dưới, ví dụ Tiep_nhan; chữ có dấu dùng được.",
                "Write it with underscores, Tiep_nhan for example; letters with marks are fine."))


def _reserved(subject: Subject) -> Iterator[Finding]:
    for key, element in subject.document.ids.items():
        if key.startswith(_PREFIX):
            yield finding("error", "reserved-id", element, (
                f"Mã “{key}” bắt đầu bằng “{_PREFIX}”, dành riêng cho hệ thống.",
                f"The id '{key}' begins with '{_PREFIX}', which is reserved.",
            ), ("Hãy đổi mã.", "Choose another id."))


def _twice(subject: Subject) -> Iterator[Finding]:
    document, first = subject.document, subject.document.ids
    for key, element in zip(document.keys, document.elements, strict=True):
        if key is None or first[key] is element:
            continue
        both = bpmn.kind(element) in _POINTED_AT and bpmn.kind(first[key]) in _POINTED_AT
        yield finding("error" if both else "warning", "duplicate-id", element, (
            (f"Mã “{key}” của “{label(element)}” đã dùng cho “{label(first[key])}” ở dòng "
             f"{first[key].sourceline}."),
            (f"The id '{key}' of '{label(element)}' is already that of '{label(first[key])}' in "
             f"line {first[key].sourceline}."),
        ), ("Mỗi phần tử cần một mã riêng; nếu là bản chép thừa thì xóa nó.",
            "Give each element an id of its own; where it is a copy left over, delete it."))


def _dangling(subject: Subject) -> Iterator[Finding]:
    for name, attribute in _REFERENCES:
        for element in subject.loose if name == "sequenceFlow" else subject.document.drawn(name):
            wanted = bpmn.attribute(element, attribute)
            if wanted is None and attribute in _REQUIRED:
                yield finding("error", "missing-reference", element, (
                    f"{name} “{label(element)}” thiếu {attribute}.",
                    f"The {name} '{label(element)}' lacks {attribute}.",
                ), ("Hãy nối lại trong công cụ vẽ.", "Connect it again in the modeler."))
            elif wanted is not None and subject.document.resolve(element, attribute) is None:
                # A pool whose process is missing is a pool without one: the outside.
                grade: Severity = "warning" if attribute == "processRef" else "error"
                yield _dead_reference(element, attribute, wanted, grade)


def _dead_reference(
    element: Element, attribute: str, wanted: str, grade: Severity,
) -> Finding:
    return finding(grade, "dangling-reference", element, (
        f"{attribute} của “{label(element)}” trỏ tới “{wanted[:80]}”, không có trong tệp.",
        f"{attribute} of '{label(element)}' points at '{wanted[:80]}', which is not in the file.",
    ), ("Xóa hoặc nối lại phần tử này.", "Delete this element or connect it again."))


def _default_flows(subject: Subject) -> Iterator[Finding]:
    for scope in subject.scopes:
        for key, node in scope.nodes.items():
            wanted = bpmn.reference(node, "default")
            if wanted is not None and all(
                bpmn.ident(flow.element) != wanted for flow in scope.outgoing.get(key, ())
            ):
                yield finding("error", "default-flow-unknown", node, (
                    f"Luồng mặc định “{wanted[:80]}” không đi ra từ “{label(node)}”.",
                    f"The default flow '{wanted[:80]}' does not leave '{label(node)}'.",
                ), ("Chọn lại luồng mặc định.", "Choose the default flow again."))


def _lane_members(subject: Subject) -> Iterator[Finding]:
    for pointer in subject.document.drawn("flowNodeRef"):
        wanted = bpmn.unprefixed(pointer, bpmn.text(pointer))
        if wanted is not None and wanted not in subject.document.ids:
            yield finding("warning", "dangling-lane-member", pointer, (
                f"Làn “{label(holder(pointer))}” nhắc tới “{wanted[:80]}”, không có trong tệp.",
                f"The lane '{label(holder(pointer))}' names '{wanted[:80]}', which is not there.",
            ))


def _shared_processes(subject: Subject) -> Iterator[Finding]:
    """Yield an error for each pool whose process another pool has already: it would run twice."""
    first: dict[str, Element] = {}
    for pool in subject.document.participants:
        process = subject.document.resolve(pool, "processRef")
        key = bpmn.ident(process) if process is not None else None
        if key is not None and first.setdefault(key, pool) is not pool:
            yield finding("error", "process-in-two-pools", pool, (
                (f"Bể “{label(pool)}” dùng chung quy trình “{key[:80]}” với bể "
                 f"“{label(first[key])}”; quy trình đó sẽ chạy hai lần."),
                (f"The pool '{label(pool)}' has the process '{key[:80]}' of the pool "
                 f"'{label(first[key])}'; that process would run twice."),
            ), ("Cho mỗi bể một quy trình riêng, hoặc xóa bể chép thừa.",
                "Give each pool a process of its own, or delete the copied pool."))
