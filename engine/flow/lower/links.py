"""Link events (sự kiện liên kết): each throw gets a sequence flow to the catch that it leads to."""

from __future__ import annotations

from lxml.etree import _Element as Element

from engine.flow.bpmn import SCOPES, attribute, children, kind
from engine.flow.linking import link_name, linked
from engine.flow.lower.work import Work


def rewrite(work: Work) -> None:
    """Draw the flows that link events stand for (BPMN 2.0.2 section 10.5.4), level by level."""
    for level in work.all(*sorted(SCOPES)):
        events = children(level, "intermediateThrowEvent", "intermediateCatchEvent")
        for throw, catches in linked(events):
            if not catches:
                _missing(work, throw, link_name(throw) or "")
                continue
            source = attribute(throw, "id") or ""
            work.add(level, "sequenceFlow", id=work.fresh(source, "link"), sourceRef=source,
                     targetRef=attribute(catches[0], "id") or "")


def _missing(work: Work, event: Element, name: str) -> None:
    where = kind(event)
    work.found(
        "error", "link-without-target", event,
        (f"Không có sự kiện liên kết đích tên “{name}” ở cùng cấp.",
         f"No link catch event named '{name}' stands on the same level ({where})."),
        ("Hãy đặt cùng tên cho hai đầu liên kết.", "Give both ends of the link the same name."),
    )
