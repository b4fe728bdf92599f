"""Mappings (ánh xạ dữ liệu): what goes into an activity or event and comes out, in one notation.

Standard associations with assignments or transformations, Camunda's inputOutput and Zeebe's
ioMapping become `motcua:input` and `motcua:output` lines; plain associations between named data
copy where the source is there, all others only document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element as Element

from engine.errors import Invalid
from engine.expressions import compile_expression
from engine.flow.bpmn import ACTIVITIES, CAMUNDA, EVENTS, MOTCUA, child, children, tag, text
from engine.flow.dialects import ZEEBE
from engine.flow.findings import label
from engine.flow.lower.values import literal, value_of
from engine.flow.lower.work import Work

_DATA = ("dataInputAssociation", "dataOutputAssociation")


@dataclass(frozen=True)
class Line:
    """One value on its way `into` an activity or out of it; `value` None: not to be read."""

    into: bool
    name: str
    value: str | None
    shown: str
    optional: bool = False


def rewrite(work: Work) -> None:
    """Write the mappings of each activity and event as lines of ours; refuse unreadable ones."""
    mapped = {holder.getparent() for holder in work.all("extensionElements", *_DATA)}
    if not mapped:
        return
    by_id = work.by_id() if work.holds(*_DATA) else {}
    for node in work.all(*sorted(ACTIVITIES | EVENTS)):
        if node not in mapped:
            continue
        _own(work, node)
        zeebe = list(_zeebe(node))
        vendor = [*_camunda(node), *zeebe]
        _write(work, node, [*_standard(by_id, node), *vendor])
        _called(work, node)
        if vendor:
            work.found("info", "vendor-mapping", node, (
                f"Ánh xạ dữ liệu của “{label(node)}” được chạy như công cụ vẽ nó hiểu.",
                f"The data mapping of '{label(node)}' runs as the tool that drew it means it.",
            ))
        if any(not line.into for line in zeebe):
            node.set(f"{{{MOTCUA}}}own", "true")


def _write(work: Work, node: Element, lines: list[Line]) -> None:
    for line in lines:
        if not _readable(line):
            _refuse(work, node, line)
            continue
        holder = child(node, "extensionElements")
        if holder is None:
            holder = etree.Element(tag("extensionElements"))
            node.insert(0, holder)
        made = etree.SubElement(holder, f"{{{MOTCUA}}}{'input' if line.into else 'output'}")
        made.set("name", line.name)
        made.set("value", line.value or "")
        if line.optional:
            made.set("optional", "true")


def _called(work: Work, call: Element) -> None:
    """Refuse Camunda's in and out lines of a call activity that cannot be read."""
    for name, into in (("in", True), ("out", False)):
        for item in _extensions(call, f"{{{CAMUNDA}}}{name}"):
            target = (item.get("target") or "").strip()
            said = item.get("source") or item.get("sourceExpression") or ""
            line = Line(into, target, said, f"{target} = {said}")
            if target and not _readable(line):
                _refuse(work, call, line)


def _own(work: Work, node: Element) -> None:
    """Refuse lines of our own notation, drawn by hand, that cannot be read."""
    for name in ("input", "output"):
        for item in _extensions(node, f"{{{MOTCUA}}}{name}"):
            said = item.get("value") or ""
            line = Line(name == "input", item.get("name") or "", said, said)
            if not _readable(line):
                _refuse(work, node, line)


def _readable(line: Line) -> bool:
    if line.value is None or not line.name.isidentifier() or line.name.startswith("__"):
        return False
    try:
        compile_expression(line.value)
    except Invalid:
        return False
    return True


def _refuse(work: Work, node: Element, line: Line) -> None:
    shown = line.shown[:60]
    work.found("error", "data-mapping-unreadable", node, (
        f"Không đọc được ánh xạ dữ liệu “{shown}” của “{label(node)}”.",
        f"The data mapping '{shown}' of '{label(node)}' cannot be read.",
    ), (
        "Viết tên và một biểu thức của motcua, hoặc xóa ánh xạ nếu chỉ để đọc.",
        "Write a name and an expression of motcua, or delete a mapping that only documents.",
    ))


def _standard(by_id: dict[str, Element], node: Element) -> Iterator[Line]:
    for kind, into in zip(_DATA, (True, False), strict=True):
        for way in children(node, kind):
            target = _named(by_id, text(child(way, "targetRef")))
            assigned = list(children(way, "assignment"))
            for item in assigned:
                said = text(child(item, "from"))
                to = _named(by_id, _bare(text(child(item, "to")))) or target
                if said and to:
                    yield Line(into, to, said, f"{to} = {said}")
            formula = text(child(way, "transformation"))
            source = _named(by_id, text(child(way, "sourceRef")))
            if formula and target and not assigned:
                yield Line(into, target, formula, f"{target} = {formula}")
            elif not assigned and source and target and source != target and (
                    source.isidentifier() and target.isidentifier()):
                yield Line(into, target, source, f"{target} = {source}", optional=True)


def _bare(said: str) -> str:
    """Return the name inside `${name}`."""
    return said[2:-1].strip() if said[:2] in ("${", "#{") and said.endswith("}") else said


def _named(by_id: dict[str, Element], identity: str) -> str:
    """Return the name of data that an id refers to; "" for a modeler's placeholder."""
    drawn = by_id.get(identity.rpartition(":")[2])
    name = " ".join((drawn.get("name") or "").split()) if drawn is not None else ""
    if name.startswith("__"):
        return ""
    return name if name.isidentifier() else identity


def _camunda(node: Element) -> Iterator[Line]:
    for box in _extensions(node, f"{{{CAMUNDA}}}inputOutput"):
        for kind, into in (("inputParameter", True), ("outputParameter", False)):
            for item in box.findall(f"{{{CAMUNDA}}}{kind}"):
                name = (item.get("name") or "").strip()
                yield Line(into, name, value_of(item), f"{name} = {text(item) or kind}")


def _zeebe(node: Element) -> Iterator[Line]:
    for box in _extensions(node, f"{{{ZEEBE}}}ioMapping"):
        for kind, into in (("input", True), ("output", False)):
            for item in box.findall(f"{{{ZEEBE}}}{kind}"):
                name, said = (item.get("target") or "").strip(), (item.get("source") or "").strip()
                value = said if said.startswith("=") else literal(said)
                yield Line(into, name, value, f"{name} {said}")


def _extensions(node: Element, name: str) -> list[Element]:
    holder = child(node, "extensionElements")
    return [] if holder is None else holder.findall(name)
