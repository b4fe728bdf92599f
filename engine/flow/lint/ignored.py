"""Ignored (không chạy): what looks executable in a drawing and is not run, never in silence."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree
from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.dialects import ZEEBE
from engine.flow.findings import finding, holder, label
from engine.flow.lint.report import Subject
from engine.step import Finding

#: Extensions by which other engines run code, or change what runs.
_EXTENSIONS = frozenset({
    f"{{{space}}}{name}" for space, names in (
        (bpmn.CAMUNDA, ("executionListener", "taskListener", "eventListener", "connector",
                        "errorEventDefinition", "skipExpression", "field")),
        (ZEEBE, ("executionListener", "taskListener", "conditionalFilter")),
    ) for name in names
})
#: Attributes that change what runs in other engines.
_ATTRIBUTES = tuple(f"{{{bpmn.CAMUNDA}}}{name}" for name in (
    "assignee", "candidateUsers", "skipExpression", "variableMappingClass",
    "variableMappingDelegateExpression", "caseRef"))
#: Attributes that name the code of a service; with us a connector completes the task.
_SERVICE = tuple(f"{{{bpmn.CAMUNDA}}}{name}" for name in (
    "class", "expression", "delegateExpression"))
#: Attributes that say who does a task, one person or several; with us roles do.
_PEOPLE = ("assignee", "candidateUsers")
_WHO = ("Người làm được chọn theo vai trò: ghi motcua:role hoặc candidateGroups.",
        "Who does it follows from roles: write motcua:role or candidateGroups.")
_RESOURCE = f"{{{bpmn.CAMUNDA}}}resource"


def ignored_findings(subject: Subject) -> list[Finding]:
    """Return what other engines would run here: an error where leaving it out changes the way."""
    document = subject.document
    found = [_extension(element) for element in document.extensions
             if element.tag in _EXTENSIONS]
    for element in document.marked(*bpmn.ACTIVITIES, "sequenceFlow"):
        found += _attributes(element)
    for element in document.drawn("conditionExpression", "scriptTask"):
        found += _elsewhere(element)
    return found


def _extension(element: Element) -> Finding:
    return _ignored(element, etree.QName(element).localname)


def _attributes(element: Element) -> Iterator[Finding]:
    if bpmn.camunda(element, "dueDate") and bpmn.duration(element) is None:
        yield _ignored(element, "dueDate")
    for name in _ATTRIBUTES:
        if element.get(name):
            yield _ignored(element, etree.QName(name).localname)
    if any(element.get(name) for name in _SERVICE):
        yield finding("info", "service-outside", element, (
            f"“{label(element)}” nêu mã chương trình; ở đây một trình kết nối hoàn thành bước này.",
            f"'{label(element)}' names program code; here a connector completes this task.",
        ))


def _elsewhere(element: Element) -> Iterator[Finding]:
    """Yield an error for a condition or script whose words stand in another file."""
    own = bpmn.script(element) if bpmn.kind(element) == "scriptTask" else bpmn.text(element)
    worker = any(True for _ in element.iter(f"{{{ZEEBE}}}taskDefinition"))
    if not own and (element.get(_RESOURCE) or worker):
        yield finding("error", "code-elsewhere", element, (
            f"Nội dung của “{label(element)}” nằm ngoài sơ đồ nên không chạy được.",
            f"What '{label(element)}' does stands outside of the diagram and cannot run.",
        ), (
            "Viết điều kiện hoặc phép gán ngay trong sơ đồ, hoặc dùng bước dịch vụ.",
            "Write the condition or assignments into the diagram, or draw a service task.",
        ))


def _ignored(element: Element, what: str) -> Finding:
    seen = label(holder(element))
    return finding("warning", "extension-ignored", element, (
        f"{what} của “{seen}” không được chạy ở đây.", f"{what} of '{seen}' is not run here.",
    ), _WHO if what in _PEOPLE else (
        "Nếu nó đổi dữ liệu hay đường đi, hãy vẽ thành một bước hoặc điều kiện.",
        "If it changes data or the way, draw it as a task or a condition.",
    ))
