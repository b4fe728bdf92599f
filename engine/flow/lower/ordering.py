"""Ordering (xếp nhánh): flows of an exclusive gateway stand in the order of trying."""

from __future__ import annotations

from lxml.etree import _Element as Element

from engine.flow.bpmn import attribute, child, reference
from engine.flow.findings import label
from engine.flow.lower.work import Work
from engine.flow.order import tried


def rewrite(work: Work) -> None:
    """Put the flows of each exclusive gateway into the order of its `outgoing` references."""
    listing = [gateway for gateway in work.all("exclusiveGateway")
               if child(gateway, "outgoing") is not None]
    if not listing:
        return
    leaving: dict[str, list[Element]] = {}
    for flow in work.all("sequenceFlow"):
        leaving.setdefault(reference(flow, "sourceRef") or "", []).append(flow)
    for gateway in listing:
        drawn = leaving.get(attribute(gateway, "id") or "", [])
        wanted = tried(gateway, drawn)
        if wanted == drawn:
            continue
        default = reference(gateway, "default")
        if [f for f in wanted if attribute(f, "id") != default] != [
                f for f in drawn if attribute(f, "id") != default]:
            _told(work, gateway)
        _put(drawn, wanted)


def _put(drawn: list[Element], wanted: list[Element]) -> None:
    """Put flows into the places that they take up together."""
    places = []
    for flow in drawn:
        place = flow.makeelement(flow.tag)
        flow.addprevious(place)
        places.append(place)
    for place, flow in zip(places, wanted, strict=True):
        flow.tail = None
        around = place.getparent()
        if around is not None:
            around.replace(place, flow)


def _told(work: Work, gateway: Element) -> None:
    name = label(gateway)
    work.found("info", "outgoing-order", gateway, (
        (f"Điều kiện ở “{name}” được xét theo thứ tự ghi trong outgoing, không theo thứ tự luồng "
        "trong tệp."),
        (f"The conditions at '{name}' are looked at in the order of its outgoing references, which "
        "is not that of the flows in the file."),
    ), (
        "Ghi các điều kiện loại trừ nhau thì thứ tự không còn quan trọng.",
        "With conditions that exclude one another the order does not matter.",
    ))
