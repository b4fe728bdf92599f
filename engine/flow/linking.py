"""Linking (liên kết): which catching link events a throwing one leads to, on one level."""

from __future__ import annotations

from collections.abc import Iterable

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.support import triggers_of


def linked(nodes: Iterable[Element]) -> list[tuple[Element, list[Element]]]:
    """Return the throwing link events of a level, each with the catching ones it leads to.

    A link's `target` or `source` reference goes before its name (BPMN 2.0.2 table 10.98).
    """
    links = [(node, name) for node in nodes if (name := link_name(node)) is not None]
    catches = [link for link in links if bpmn.kind(link[0]) == "intermediateCatchEvent"]
    named = _placed([name] for _, name in catches)
    own = _placed(_own(catch) for catch, _ in catches)
    asked = _placed(_said(catch, "source") for catch, _ in catches)
    found = []
    for throw, name in links:
        if bpmn.kind(throw) != "intermediateCatchEvent":
            places = {place for key in _said(throw, "target") for place in own.get(key, ())}
            places.update(place for key in _own(throw) for place in asked.get(key, ()))
            found.append((throw, [
                catches[place][0] for place in sorted(places) or named.get(name, [])]))
    return found


def link_name(node: Element) -> str | None:
    """Return the name of a link event's link, None for every other node."""
    if "link" not in triggers_of(node):
        return None
    link = bpmn.child(node, "linkEventDefinition")
    named = None if link is None else bpmn.name_of(link)
    return named or bpmn.name_of(node) or ""


def _placed(keys: Iterable[list[str]]) -> dict[str, list[int]]:
    """Return the places in a list at which each key stands."""
    found: dict[str, list[int]] = {}
    for place, here in enumerate(keys):
        for key in here:
            found.setdefault(key, []).append(place)
    return found


def _own(event: Element) -> list[str]:
    """Return the id of an event's link, if it has one."""
    link = bpmn.child(event, "linkEventDefinition")
    key = None if link is None else bpmn.ident(link)
    return [] if key is None else [key]


def _said(event: Element, name: str) -> list[str]:
    """Return the links that an event's link refers to by this name."""
    link = bpmn.child(event, "linkEventDefinition")
    refs = () if link is None else bpmn.children(link, name)
    return [key for ref in refs if (key := bpmn.unprefixed(ref, bpmn.text(ref))) is not None]
