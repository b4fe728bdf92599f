"""Stripping (lược bỏ): what never acts leaves the bytes that run: shapes, words, foreign marks."""

from __future__ import annotations

from functools import lru_cache

from lxml import etree

from engine.flow.bpmn import BPMN, CAMUNDA, MOTCUA, XSI, tag
from engine.flow.lower.work import Work

_KEPT = ("", BPMN, MOTCUA, CAMUNDA, XSI)
_WORDS = ("documentation", "textAnnotation", "incoming", "outgoing", "import", "extension")


def rewrite(work: Work) -> None:
    """Drop diagrams, documentation, comments, and everything of other namespaces."""
    etree.strip_tags(work.root, etree.Comment, etree.ProcessingInstruction)
    for element in list(work.root.iter(etree.Element)):
        if not _acts(str(element.tag)) or element.tag in _DROPPED:
            _drop(element)
            continue
        for name in element.keys():  # noqa: SIM118 - a copy: attributes go on the way
            if not _acts(str(name)):
                del element.attrib[name]
        if len(element):
            element.text = None
        element.tail = None


@lru_cache(maxsize=1_024)
def _acts(name: str) -> bool:
    """Tell whether the namespace of a tag or attribute is one that something runs by."""
    return (name[1:].partition("}")[0] if name.startswith("{") else "") in _KEPT


_DROPPED = frozenset(tag(name) for name in _WORDS)


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
