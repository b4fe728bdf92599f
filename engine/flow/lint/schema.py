"""The schema (lược đồ XSD): what the standard's own XSD says of a drawing, as warnings with lines.

What the schema forbids but what can still be read as one thing only is no error; what cannot run
is found by the other families.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

from lxml import etree
from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.findings import Sentence, at_line, finding
from engine.flow.lint.report import Subject
from engine.step import Finding

#: More of one kind says nothing new.
MOST = 30
#: The time of validation grows with the square of its errors: larger files are left out.
MOST_ELEMENTS = 25_000
_COUNT = etree.XPath("count(descendant-or-self::*) + count(descendant::comment())")
_FOLDER = "bpmn/parser/schema"
_PREFIX = re.compile(r"\{[^{}]*\}")
_KINDS: tuple[tuple[str, str, Sentence], ...] = (
    ("is required but missing", "xsd-missing-attribute", ("thiếu thuộc tính", "attribute missing")),
    ("is not allowed", "xsd-attribute", ("thuộc tính lạ", "foreign attribute")),
    ("This element is not expected", "xsd-order", ("sai chỗ hoặc sai thứ tự", "out of order")),
    ("Missing child element", "xsd-missing-element", ("thiếu phần tử", "element missing")),
    ("is not a valid value", "xsd-value", ("giá trị sai kiểu", "value of the wrong type")),
)


def schema_findings(subject: Subject) -> list[Finding]:
    """Return the schema's remarks on the source, at most 30, each with its line.

    Ids used twice are left to the family of identity, which knows whether they matter.
    """
    if _COUNT(subject.document.root) > MOST_ELEMENTS:
        return [finding("info", "schema-not-checked", subject.document.root, (
            f"Tệp có hơn {MOST_ELEMENTS} phần tử nên không đối chiếu với lược đồ XSD.",
            f"The file has more than {MOST_ELEMENTS} elements and was not held against the XSD.",
        ))]
    schema = _schema()
    if schema.validate(subject.document.root.getroottree()):
        return []
    errors = [e for e in schema.error_log if "xs:ID" not in e.message or "atomic" not in e.message]
    by_line = _elements_by_line(subject.document.root) if errors else {}
    return [_remark(error, by_line) for error in errors[:MOST]]


def element_names() -> frozenset[str]:
    """Return every element name that BPMN 2.0 defines, read from the standard's schema."""
    return _names()


@lru_cache(maxsize=1)
def _schema() -> etree.XMLSchema:
    place = resources.files("SpiffWorkflow").joinpath(_FOLDER)
    with resources.as_file(place) as folder:
        parser = etree.XMLParser(no_network=True, resolve_entities=False)
        return etree.XMLSchema(etree.parse(str(folder / "BPMN20.xsd"), parser))


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    content = resources.files("SpiffWorkflow").joinpath(_FOLDER, "Semantic.xsd").read_bytes()
    found = etree.fromstring(content).iter("{http://www.w3.org/2001/XMLSchema}element")
    return frozenset(element.get("name", "") for element in found) | {"definitions", "import"}


def _elements_by_line(root: Element) -> dict[int, Element]:
    found: dict[int, Element] = {}
    for element in root.iter(etree.Element):
        found.setdefault(int(element.sourceline or 0), element)
    return found


def _remark(error: etree._LogEntry, by_line: dict[int, Element]) -> Finding:
    message = _PREFIX.sub("", error.message)[:300]
    code, (vi, en) = next(
        ((code, words) for part, code, words in _KINDS if part in error.message),
        ("xsd", ("không khớp lược đồ", "does not match")),
    )
    return at_line(finding("warning", code, by_line.get(error.line), (
        f"Không đúng lược đồ BPMN ({vi}): {message}", f"Against the BPMN schema ({en}): {message}",
    ), (
        "Sơ đồ vẫn được đọc; lưu lại bằng công cụ vẽ BPMN sẽ sửa được.",
        "The diagram is read all the same; saving it from a BPMN tool mends this.",
    )), error.line)


def _in_extension(element: Element) -> bool:
    return any(bpmn.kind(outer) == "extensionElements" for outer in element.iterancestors())


def unknown_elements(subject: Subject) -> list[Finding]:
    """Return an error for each element inside a process that BPMN does not define."""
    known = element_names()
    foreign = [name for name in subject.document.kinds if name not in known]
    return [
        finding("error", "unknown-element", element, (
            f"BPMN 2.0 không có phần tử {bpmn.kind(element)[:60]}.",
            f"BPMN 2.0 has no element {bpmn.kind(element)[:60]}.",
        ), ("Kiểm tra chính tả, kể cả chữ hoa.", "Check the spelling, capitals included."))
        for element in subject.document.drawn(*foreign) if not _in_extension(element)
    ]
