"""Difference (khác biệt): what one diagram has that the other has not, element by element.

Elements are held against each other by id and by the hash of what they say themselves: attributes,
text, and the elements inside without an id of their own. The drawing's geometry counts apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.limits import Limits
from engine.flow.read import read

Change = Literal["added", "removed", "changed", "moved"]

#: Versions compared were read when they came in, within the limits of that day.
_ACCEPTED = Limits(10**9, 10**7, 2_000, 10**6)


@dataclass(frozen=True)
class Difference:
    """One element that differs; `moved` means that its shape or line alone is elsewhere."""

    element: str
    kind: str
    name: str
    change: Change


@dataclass(frozen=True)
class _Print:
    kind: str
    name: str
    said: str
    drawn: str


def differences(older: bytes, newer: bytes) -> list[Difference]:
    """Return what differs between two diagrams: first what is gone or changed, then what is new.

    Raises Refused for bytes that are no diagram.
    """
    was, now = _prints(older), _prints(newer)
    found = [
        Difference(key, print_.kind, print_.name, _change(print_, now.get(key)))
        for key, print_ in was.items() if now.get(key) != print_
    ]
    found += [
        Difference(key, print_.kind, print_.name, "added")
        for key, print_ in now.items() if key not in was
    ]
    return found


def _change(was: _Print, now: _Print | None) -> Change:
    if now is None:
        return "removed"
    return "moved" if now.said == was.said and now.kind == was.kind else "changed"


def _prints(content: bytes) -> Mapping[str, _Print]:
    document = read(content, _ACCEPTED)
    drawn: dict[str, list[str]] = {}
    for shape in document.root.iter("{*}BPMNShape", "{*}BPMNEdge"):
        key = shape.get("bpmnElement")
        if key:
            drawn.setdefault(key, []).append(_hash(_said(shape, skip=frozenset({"id"}))))
    return {
        key: _Print(
            bpmn.kind(element), bpmn.name_of(element) or "", _hash(_said(element)),
            "".join(drawn.get(key, ())),
        )
        for key, element in document.ids.items()
    }


def _said(element: Element, skip: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield what an element says itself; elements inside that have an id speak for themselves."""
    yield str(element.tag)
    yield from (f"{k}={v}" for k, v in sorted(element.attrib.items()) if k not in skip)
    yield (element.text or "").strip()
    for inner in element:
        if not isinstance(inner.tag, str):
            continue
        if inner.get("id") and not skip:
            yield f"#{inner.get('id')}"
        else:
            yield from _said(inner, skip)
        yield ")"


def _hash(said: Iterator[str]) -> str:
    total = sha256()
    for piece in said:
        content = piece.encode()
        total.update(len(content).to_bytes(4, "big") + content)
    return total.hexdigest()
