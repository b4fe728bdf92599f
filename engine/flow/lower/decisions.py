"""Decisions (bảng quyết định): the tables that tasks call join the drawing: one hash pins all."""

from __future__ import annotations

from hashlib import sha256

from lxml import etree
from lxml.etree import _Element as Element

from engine.flow.bpmn import MOTCUA, motcua
from engine.flow.dmn.folder import Held
from engine.flow.dmn.reading import WIDEST, examine
from engine.flow.dmn.tasks import called
from engine.flow.lower.work import Work

#: The element that holds a table's text, and the attribute by which a task names it.
TAG = f"{{{MOTCUA}}}decisions"


def rewrite(work: Work) -> None:
    """Put each table once at the end of the drawing and let its tasks name it by its hash.

    A drawing that carries its tables already, as a lowered one does, keeps those that no file
    beside it replaces.
    """
    kept = carried(work.root)
    pins: dict[str, str] = {}  # by file: many tasks may call one
    for element in list(work.root.iter(TAG)):
        _take_out(element)
    for task in work.all("businessRuleTask"):
        call = called(task)
        named = task.attrib.pop(TAG, None)
        if call is None:
            continue
        held = work.decisions.get(call.decision)
        if held is not None and held.decisions is not None:
            named = _pin(held, kept, pins)
        if named not in kept:
            continue
        for name, value in (("decision", call.decision), ("result", call.variable),
                            ("mapResult", call.shape), ("decisions", named)):
            if value is not None:
                task.set(f"{{{MOTCUA}}}{name}", value)
    used = {task.get(TAG) for task in work.all("businessRuleTask")}
    for key in sorted(kept):
        if key in used:
            work.root.append(kept[key])


def text_hash(text: str) -> str:
    """Return the SHA-256 of a table's text."""
    return sha256(text.encode()).hexdigest()


def carried(root: Element) -> dict[str, Element]:
    """Return the tables that a drawing carries, by hash: those unchanged and readable."""
    return {
        key: element for element in root.findall(TAG)
        if (key := text_hash(element.text or "")) == motcua(element, "hash")
        and examine((element.text or "").encode(), WIDEST)[0] is not None
    }


def _take_out(element: Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
        element.tail = None


def _pin(held: Held, kept: dict[str, Element], pins: dict[str, str]) -> str:
    if held.file in pins:
        return pins[held.file]
    content = held.pinned()
    key = text_hash(content)
    if key not in kept:
        element = etree.Element(TAG, nsmap={"motcua": MOTCUA})
        for name, value in (("file", held.file), ("source", held.source), ("hash", key)):
            element.set(f"{{{MOTCUA}}}{name}", value)
        element.text = content
        kept[key] = element
    pins[held.file] = key
    return key


