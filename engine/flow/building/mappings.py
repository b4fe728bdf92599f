"""Mappings from drawings (ánh xạ): the lines that lowering wrote, compiled."""

from __future__ import annotations

from lxml.etree import _Element as Element

from engine.expressions import compile_expression
from engine.flow.bpmn import MOTCUA, child, motcua
from engine.flow.specs.mapping import Line, Mapping


def read_mapping(node: Element) -> Mapping | None:
    """Return what goes into a node and comes out; None where nothing is mapped."""
    into, back = _lines(node, "input"), _lines(node, "output")
    if not into and not back:
        return None
    return Mapping(into, back, own=motcua(node, "own") == "true")


def _lines(node: Element, name: str) -> tuple[Line, ...]:
    holder = child(node, "extensionElements")
    drawn = [] if holder is None else holder.findall(f"{{{MOTCUA}}}{name}")
    return tuple(
        Line(item.get("name") or "", compile_expression(item.get("value") or ""),
             optional=item.get("optional") == "true")
        for item in drawn
    )
