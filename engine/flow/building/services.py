"""Services from drawings (dịch vụ): which connector does a task, or which topic asks for it."""

from __future__ import annotations

from lxml.etree import _Element as Element

from engine.flow.bpmn import CAMUNDA, MOTCUA, camunda, child, kind, motcua
from engine.step import Service

#: What a machine may do in place of a person.
SERVED = frozenset({"serviceTask", "sendTask", "businessRuleTask"})


def read_service(task: Element) -> Service | None:
    """Return who does a task instead of a person; None where the drawing names nobody.

    Camunda's external tasks give back whatever their worker gives, unless outputs are drawn; ours
    give back what is drawn alone.
    """
    if kind(task) not in SERVED:
        return None
    result = motcua(task, "result")
    connector, topic = motcua(task, "connector"), motcua(task, "topic")
    if connector is not None:
        return Service("connector", connector, result)
    if topic is not None:
        return Service("topic", topic, result)
    theirs = camunda(task, "topic") if camunda(task, "type") == "external" else None
    if theirs is None:
        return None
    return Service("topic", theirs, result, spreads=result is None and not _gives(task))


def _gives(task: Element) -> bool:
    """Tell whether outputs are drawn on a task, in our notation or, before lowering, Camunda's."""
    holder = child(task, "extensionElements")
    return holder is not None and any(
        next(holder.iter(name), None) is not None
        for name in (f"{{{MOTCUA}}}output", f"{{{CAMUNDA}}}outputParameter")
    )
