"""Ids (mã phần tử): every process, node and flow gets one; ours are refused in uploads."""

from __future__ import annotations

from engine.flow.bpmn import FLOW_NODES, attribute, kind, reference
from engine.flow.lower.work import RESERVED, Work

_NAMED = FLOW_NODES | {"process"}


def refuse_reserved(work: Work) -> None:
    """Refuse ids that begin like the ones lowering gives."""
    for key, element in work.keys:
        if key and key.startswith(RESERVED):
            work.found(
                "error", "reserved-id", element,
                ("Mã bắt đầu bằng “motcua.” dành cho hệ thống.",
                 "Ids that begin with 'motcua.' are kept for the system."),
                ("Hãy đổi mã của phần tử này.", "Give this element another id."),
            )


def rewrite(work: Work) -> None:
    """Give an id to each process, flow node and sequence flow drawn without one."""
    nameless = [element for key, element in work.keys if not key]
    for element in nameless:
        if kind(element) in _NAMED:
            parent = element.getparent()
            around = attribute(parent, "id") if parent is not None else None
            element.set("id", work.fresh(around or "drawing", kind(element)))
    for flow in nameless:
        if kind(flow) == "sequenceFlow":
            source, target = reference(flow, "sourceRef"), reference(flow, "targetRef")
            flow.set("id", work.fresh(source or "drawing", f"to.{target}"))
            work.found(
                "info", "flow-without-id", flow,
                ("Luồng chưa có mã; hệ thống tự đặt.", "The flow has no id; it was given one."),
            )
