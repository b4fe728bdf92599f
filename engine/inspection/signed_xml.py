"""Signed XML (XML có chữ ký số): well-formed data with an XML signature; no entities, no pages."""

from __future__ import annotations

from typing import BinaryIO
from xml.parsers import expat

from engine.inspection.refusing import Bounds, Refusal, active, broken

MEDIA = "application/xml"
_SIGNATURE = "http://www.w3.org/2000/09/xmldsig# Signature"
#: Vocabularies that a browser would show as a page and run scripts of.
_PAGES = ("http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg",
          "http://www.w3.org/1999/XSL/Transform")
_DEEPEST, _BLOCK = 200, 65_536


class _Walk:
    """What the parser tells, as it goes over the file."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.signed, self.depth = False, 0
        self.parser.StartElementHandler = self.opened
        self.parser.EndElementHandler = self.closed
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.ProcessingInstructionHandler = self.instruction

    def opened(self, name: str, _attributes: object) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise broken("XML", f"> {_DEEPEST}")
        space = name.rpartition(" ")[0]
        if space in _PAGES:
            raise active("XML", space)
        self.signed = self.signed or name == _SIGNATURE

    def closed(self, _name: str) -> None:
        self.depth -= 1

    def doctype(self, *_: object) -> None:
        raise active("XML", "DOCTYPE")

    def instruction(self, target: str, _data: str) -> None:
        if target == "xml-stylesheet":
            raise active("XML", target)


def check(file: BinaryIO, _bounds: Bounds) -> str:
    """Check XML from end to end without building a tree."""
    walk = _Walk()
    file.seek(0)
    try:
        while block := file.read(_BLOCK):
            walk.parser.Parse(block, False)
        walk.parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise broken("XML", str(error)[:100]) from error
    if not walk.signed:
        raise Refusal(
            "xml-unsigned", "Tệp XML không có chữ ký số (Signature); hãy nộp bản đã ký.",
            "The XML file has no digital signature (Signature); hand in the signed one.",
        )
    return MEDIA
