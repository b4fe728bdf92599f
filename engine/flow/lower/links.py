"""Link events (sự kiện liên kết): each throw gets a sequence flow to the catch of the same name."""

from __future__ import annotations

from lxml.etree import _Element as Element

from engine.flow.bpmn import attribute, child, kind
from engine.flow.lower.work import Work


def rewrite(work: Work) -> None:
    """Draw the flows that link events stand for (BPMN 2.0.2 section 10.5.4), level by level."""
    catches: dict[tuple[Element | None, str], Element] = {}
    for event in work.all("intermediateCatchEvent"):
        name = _link(event)
        if name is not None:
            catches.setdefault((event.getparent(), name), event)
    for event in work.all("intermediateThrowEvent"):
        name, level = _link(event), event.getparent()
        if name is None or level is None:
            continue
        catch = catches.get((level, name))
        if catch is None:
            _missing(work, event, name)
            continue
        source = attribute(event, "id") or ""
        work.add(level, "sequenceFlow", id=work.fresh(source, "link"), sourceRef=source,
                 targetRef=attribute(catch, "id") or "")


def _link(event: Element) -> str | None:
    """Return the name of a link event, that of its definition first; None for other events."""
    drawn = child(event, "linkEventDefinition")
    if drawn is None:
        return None
    return attribute(drawn, "name") or attribute(event, "name") or ""


def _missing(work: Work, event: Element, name: str) -> None:
    where = kind(event)
    work.found(
        "error", "link-without-target", event,
        (f"Không có sự kiện liên kết đích tên “{name}” ở cùng cấp.",
         f"No link catch event named '{name}' stands on the same level ({where})."),
        ("Hãy đặt cùng tên cho hai đầu liên kết.", "Give both ends of the link the same name."),
    )
