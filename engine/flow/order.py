"""Order (thứ tự nhánh): in which order the ways out of an exclusive gateway are tried.

BPMN 2.0.2 section 8.4.9 makes `outgoing` of a node an ordered collection; so the references on the
gateway rule, and flows that it does not list come after them in document order. A gateway without
conditions asks a person, for whom the order of the drawing stays.
"""

from __future__ import annotations

from collections.abc import Iterable

from lxml.etree import _Element as Element

from engine.flow import bpmn


def tried(node: Element, flows: Iterable[Element]) -> list[Element]:
    """Return the flows that leave a node, in the order in which their conditions are looked at."""
    found = list(flows)
    if bpmn.kind(node) != "exclusiveGateway" or not any(map(bpmn.condition, found)):
        return found
    listed = [bpmn.unprefixed(item, bpmn.text(item)) for item in bpmn.children(node, "outgoing")]
    rank = {key: place for place, key in reversed(list(enumerate(listed)))}
    return sorted(found, key=lambda flow: rank.get(bpmn.ident(flow), len(listed)))
