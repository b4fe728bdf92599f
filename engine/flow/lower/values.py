"""Values (giá trị): Camunda's parameters, lists, maps and texts around `${…}`, as expressions."""

from __future__ import annotations

import json
import re

from lxml.etree import _Element as Element

from engine.expressions.text import unwrap
from engine.flow.bpmn import CAMUNDA, text

_HOLE = re.compile(r"[$#]\{[^{}]*\}")
_LIST, _MAP, _ENTRY = (f"{{{CAMUNDA}}}{name}" for name in ("list", "map", "entry"))
_MOST = 20


def value_of(item: Element, depth: int = 0) -> str | None:
    """Return the expression of a parameter, list value or entry; None for a script or resource."""
    inner = [part for part in item if isinstance(part.tag, str)]
    if not inner:
        return template(text(item))
    first = inner[0]
    if depth > _MOST or first.tag not in (_LIST, _MAP):
        return None
    if first.tag == _LIST:
        values = [value_of(part, depth + 1) for part in first if isinstance(part.tag, str)]
        return None if None in values else f"[{', '.join(v for v in values if v)}]"
    pairs = []
    for entry in first.findall(_ENTRY):
        value = value_of(entry, depth + 1)
        if value is None:
            return None
        pairs.append(f"{literal(entry.get('key') or '')}: {value}")
    return "{" + ", ".join(pairs) + "}"


def template(said: str) -> str:
    """Return the expression of a text in which `${…}` stand: one alone keeps its type."""
    holes = list(_HOLE.finditer(said))
    if not holes:
        return literal(said)
    if len(holes) == 1 and holes[0].group() == said.strip():
        return f"({unwrap(said)[0]})"
    parts, at = [], 0
    for hole in holes:
        if hole.start() > at:
            parts.append(literal(said[at:hole.start()]))
        parts.append(f"text({unwrap(hole.group())[0]})")
        at = hole.end()
    if at < len(said):
        parts.append(literal(said[at:]))
    return " + ".join(parts)


def literal(said: str) -> str:
    """Return a text as a constant of the expression language."""
    return json.dumps(said, ensure_ascii=False)
