"""Reading (đọc): bytes to a checked XML tree; nothing is fetched, expanded or executed on the way.

Expat walks the bytes first and stops at a DOCTYPE, at too deep nesting and at the first fault, so
that lxml only ever builds a tree that is known to be small and plain.
"""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from lxml import etree
from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.dialects import settle
from engine.flow.document import Document
from engine.flow.encodings import not_utf_8, transcoded
from engine.flow.findings import Refused, Sentence, at_line, finding
from engine.flow.limits import Limits
from engine.step import Finding

#: Attributes of one element; parsers take the square of their number.
MOST_ATTRIBUTES = 500


def read(content: bytes, limits: Limits | None = None) -> Document:
    """Return the diagram in these bytes; raise Refused with every finding that forbids reading it.

    Any encoding that XML declares is taken. Refused: more bytes, nodes, nesting or longer names
    than `limits`, DOCTYPE and entities, and a root other than BPMN 2.0 definitions.
    """
    bounds = limits or Limits()
    root = tree(content, bounds)
    settle(root, content)
    if root.tag != bpmn.tag("definitions"):
        raise Refused([_not_bpmn(root)])
    document = Document(root, content, bounds)
    found = [*_counted(document), *_names(document)]
    if found:
        raise Refused(found)
    return document


def tree(content: bytes, limits: Limits) -> Element:
    """Return the root of the XML in these bytes, of any vocabulary; raise Refused.

    Refused: more bytes or nesting than `limits`, DOCTYPE and entities, what is not well-formed.
    """
    if len(content) > limits.size:
        raise Refused([finding("error", "too-large", None, (
            f"Tệp lớn hơn {limits.size:,} byte.", f"The file is larger than {limits.size:,} bytes.",
        ), ("Hãy tách thành nhiều tệp.", "Split it into several files."))])
    plain = transcoded(content)
    try:
        _walk(plain, limits)
    except Refused as refused:
        wrong = not_utf_8(plain)
        if wrong is None or refused.findings[0].code != "not-xml":
            raise
        raise Refused([wrong]) from refused
    return _parse(plain)


def _walk(content: bytes, limits: Limits) -> None:
    """Let expat go over the bytes: well-formed, no DOCTYPE, not nested too deeply."""
    walker = expat.ParserCreate()
    depth = 0

    def opened(_name: str, attributes: Any) -> None:
        nonlocal depth
        depth += 1
        if len(attributes) > MOST_ATTRIBUTES:
            raise Refused([_too_many(len(attributes), walker.CurrentLineNumber)])
        if depth > limits.nesting:
            raise Refused([_too_deep(limits, walker.CurrentLineNumber)])

    def closed(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(*_: Any) -> None:
        raise Refused([_doctype(walker.CurrentLineNumber)])

    walker.StartElementHandler, walker.EndElementHandler = opened, closed
    walker.StartDoctypeDeclHandler = doctype
    try:
        walker.Parse(content, True)
    except expat.ExpatError as error:
        why = expat.ErrorString(error.code)
        raise Refused([_not_xml(why, error.lineno)]) from error
    except (LookupError, ValueError) as error:
        raise Refused([_not_xml(str(error)[:200], 1)]) from error


def _parse(content: bytes) -> Element:
    # A fresh parser each time: lxml's parsers keep state and one must not serve two uploads.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, recover=False, remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused([_not_xml(str(error), getattr(error, "lineno", None))]) from error
    if root.getroottree().docinfo.doctype:
        raise Refused([_doctype(None)])
    return root


def _counted(document: Document) -> list[Finding]:
    most, count = document.limits.nodes, len(document.drawn(*bpmn.FLOW_NODES))
    if count <= most:
        return []
    return [finding("error", "too-many-nodes", document.root, (
        f"Sơ đồ có {count} nút, nhiều hơn {most}.",
        f"The diagram has {count} flow nodes, more than {most}.",
    ), ("Hãy tách thành nhiều quy trình.", "Split it into several processes."))]


def _names(document: Document) -> list[Finding]:
    most = document.limits.name
    return [
        finding("error", "name-too-long", element, (
            f"Tên hoặc mã dài quá {most} ký tự.", f"A name or id is longer than {most} characters.",
        ), ("Hãy đưa phần dài vào mô tả.", "Move the long text into the documentation."))
        for element in document.elements
        if max(len(element.get("name", "")), len(element.get("id", ""))) > most
    ]


def _too_deep(limits: Limits, line: int) -> Finding:
    return at_line(finding("error", "nested-too-deep", None, (
        f"XML lồng nhau quá {limits.nesting} tầng.",
        f"The XML is nested deeper than {limits.nesting}.",
    ), (
        "Bớt tầng quy trình con lồng nhau, hoặc xóa phần mở rộng lồng sâu.",
        "Nest fewer sub-processes, or remove extensions that are nested deeply.",
    )), line)


def _too_many(count: int, line: int) -> Finding:
    return at_line(finding("error", "too-many-attributes", None, (
        f"Một phần tử có {count:,} thuộc tính, nhiều hơn {MOST_ATTRIBUTES}.",
        f"An element has {count:,} attributes, more than {MOST_ATTRIBUTES}.",
    ), ("Xóa các thuộc tính lạ.", "Remove the foreign attributes.")), line)


def _doctype(line: int | None) -> Finding:
    says: Sentence = (
        "Tệp có DOCTYPE; khai báo này có thể chứa thực thể nguy hiểm nên không được nhận.",
        "The file has a DOCTYPE; it could define dangerous entities and is not accepted.",
    )
    hint = ("Hãy xóa dòng <!DOCTYPE …>.", "Remove the <!DOCTYPE …> declaration.")
    return at_line(finding("error", "doctype", None, says, hint), line)


def _not_xml(why: str, line: int | None) -> Finding:
    says = (f"Tệp không phải XML đúng chuẩn: {why}.", f"The file is not well-formed XML: {why}.")
    hint = (
        "Hãy lưu lại tệp từ công cụ vẽ BPMN.", "Save the file again from the tool that drew it.",
    )
    return at_line(finding("error", "not-xml", None, says, hint), line)


def _not_bpmn(root: Element) -> Finding:
    shown = str(root.tag)[:120]
    return finding("error", "not-bpmn", root, (
        f"Tệp là XML nhưng không phải BPMN 2.0 (phần tử gốc là {shown}).",
        f"The file is XML but not BPMN 2.0 (its root element is {shown}).",
    ), (
        "Phần tử gốc phải là definitions của BPMN 2.0.",
        "The root element must be definitions of BPMN 2.0.",
    ))
