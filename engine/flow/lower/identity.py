"""Ids (mã phần tử): every process, node and flow gets one; ours are refused in uploads."""

from __future__ import annotations

from lxml.etree import _Element as Element

from engine.flow.bpmn import BPMN, FLOW_NODES, attribute, reference
from engine.flow.lower.work import RESERVED, Work


def refuse_reserved(work: Work) -> None:
    """Refuse ids that begin like the ones lowering gives."""
    for element in work.root.iter(f"{{{BPMN}}}*"):
        if (attribute(element, "id") or "").startswith(RESERVED):
            work.found(
                "error", "reserved-id", element,
                ("Mã bắt đầu bằng “motcua.” dành cho hệ thống.",
                 "Ids that begin with 'motcua.' are kept for the system."),
                ("Hãy đổi mã của phần tử này.", "Give this element another id."),
            )


def rewrite(work: Work) -> None:
    """Give an id to each process, flow node and sequence flow drawn without one."""
    for element in work.all("process", *sorted(FLOW_NODES)):
        if not attribute(element, "id"):
            parent = element.getparent()
            around = attribute(parent, "id") if parent is not None else None
            element.set("id", work.fresh(around or "drawing", _short(element)))
    for flow in work.all("sequenceFlow"):
        if not attribute(flow, "id"):
            source, target = reference(flow, "sourceRef"), reference(flow, "targetRef")
            flow.set("id", work.fresh(source or "drawing", f"to.{target}"))
            work.found(
                "info", "flow-without-id", flow,
                ("Luồng chưa có mã; hệ thống tự đặt.", "The flow has no id; it was given one."),
            )


def _short(element: Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]
