"""DMN's words (từ vựng DMN): namespaces of 1.1 to 1.5, elements and their texts."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element as Element

from engine.flow.bpmn import attribute, text

NAMESPACES = frozenset({
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",             # 1.1
    "http://www.omg.org/spec/DMN/20180521/MODEL/",              # 1.2
    "https://www.omg.org/spec/DMN/20191111/MODEL/",             # 1.3
    "https://www.omg.org/spec/DMN/20211108/MODEL/",             # 1.4
    "https://www.omg.org/spec/DMN/20230324/MODEL/",             # 1.5
})
CAMUNDA = "http://camunda.org/schema/1.0/dmn"


def kind(element: Element) -> str:
    """Return the DMN name of an element, or an empty text for foreign elements and comments."""
    full = element.tag
    if not isinstance(full, str) or not full.startswith("{"):
        return ""
    space, name = full[1:].split("}", 1)
    return name if space in NAMESPACES else ""


def children(element: Element, *names: str) -> Iterator[Element]:
    """Yield the direct DMN children of these kinds, in order."""
    for inner in element:
        if kind(inner) in names:
            yield inner


def child(element: Element | None, *names: str) -> Element | None:
    """Return the first direct DMN child of these kinds."""
    return None if element is None else next(children(element, *names), None)


def said(element: Element | None, *path: str) -> str:
    """Return the text at the end of a path of children; empty where there is none."""
    at = element
    for name in (*path, "text"):
        at = child(at, name)
    return text(at)


def hrefs(element: Element, requirement: str, what: str) -> Iterator[Element]:
    """Yield the pointers of a decision's requirements of one sort."""
    for drawn in children(element, requirement):
        yield from children(drawn, what)


def pointed(pointer: Element) -> str:
    """Return the id that a pointer names, without `#` and what stands before it."""
    return (attribute(pointer, "href") or "").rsplit("#", 1)[-1]


def name_of(element: Element) -> str:
    """Return an element's name with runs of blanks as one."""
    return " ".join((element.get("name") or "").split())
