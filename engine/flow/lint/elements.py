"""Elements (phần tử): what the support table refuses, and events that BPMN does not know."""

from __future__ import annotations

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.findings import finding, label
from engine.flow.lint.report import Subject
from engine.flow.lint.schema import unknown_elements
from engine.flow.support import SUPPORT, Support, support_of
from engine.step import Finding

#: What may be refused: events for what they wait for or throw, other elements for their kind.
_LIMITED = bpmn.EVENTS | {
    name for name in {*bpmn.FLOW_NODES, "choreography", "globalChoreographyTask"}
    if name not in SUPPORT or SUPPORT[name].verdict == "refused"
}


def element_findings(subject: Subject) -> list[Finding]:
    """Return an error for every element that cannot run, and one for a file without a process."""
    found = unknown_elements(subject)
    for element in subject.document.drawn(*_LIMITED):
        for key, row in support_of(element):
            if row is None:
                found.append(_not_in_bpmn(element, key))
            elif row.verdict == "refused":
                found.append(_refused(element, row))
    return [*found, *_nothing_to_run(subject)]


def _refused(element: Element, row: Support) -> Finding:
    name = bpmn.kind(element)
    return finding("error", "unsupported-element", element, (
        f"“{label(element)}” ({name}) không chạy được: {row.vi}.",
        f"'{label(element)}' ({name}) cannot run: {row.en}.",
    ), (
        "Bảng hỗ trợ trong bpmn/README.md cho biết cách thay thế.",
        "The support table in bpmn/README.md says what to use instead.",
    ))


def _not_in_bpmn(element: Element, key: str) -> Finding:
    event, _, trigger = key.partition("/")
    return finding("error", "event-not-in-bpmn", element, (
        f"BPMN không có {event} loại {trigger}.", f"BPMN knows no {event} with {trigger}.",
    ), ("Hãy chọn loại sự kiện khác.", "Choose another kind of event."))


def _nothing_to_run(subject: Subject) -> list[Finding]:
    document = subject.document
    nodes = (node for process in document.processes for node in process)
    if any(bpmn.kind(node) in bpmn.FLOW_NODES for node in nodes):
        return []
    return [finding("error", "nothing-to-run", document.root, (
        "Sơ đồ không có quy trình nào có nút để chạy.",
        "The diagram has no process with flow nodes to run.",
    ), (
        "Vẽ ít nhất một sự kiện bắt đầu và một bước; hoặc soát với --documentation.",
        "Draw at least a start event and a task; or lint with --documentation.",
    ))]
