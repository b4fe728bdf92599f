"""The record (ghi chép) of one input: what happened, in order, by source ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from engine.step import DrawnAct, Outgoing, TraceItem

if TYPE_CHECKING:
    from engine.flow.specs.node import Arc
    from engine.flow.specs.task import Visit


class Record:
    """Collects trace, messages, acts and statuses while an instance moves."""

    def __init__(self, trace: list[TraceItem] | None = None) -> None:
        self.trace: list[TraceItem] = [] if trace is None else trace
        self.sent: list[Outgoing] = []
        self.signals: list[str] = []
        self.acts: list[DrawnAct] = []
        self.statuses: list[str] = []
        self.opened: list[Any] = []
        self.closed: list[str] = []
        self.cancelled: list[Any] = []

    def happened(self, visit: Visit, event: Literal["entered", "completed", "cancelled"]) -> None:
        """Note that a node was entered, completed or cancelled; nodes of our own stay unseen."""
        node = visit.task_spec
        if node.element is None:
            return
        instance = visit.internal_data.get("instance")
        self.trace.append(TraceItem(node.element, node.bpmn_name, event, str(visit.id), instance))
        if event == "cancelled" and hasattr(node, "service"):
            self.cancelled.append(visit)
        if event == "completed" and node.act:
            self.acts.append(DrawnAct(node.act, node.element))

    def took(self, arc: Arc) -> None:
        """Note the act drawn on a sequence flow that was taken."""
        if arc.act:
            self.acts.append(DrawnAct(arc.act, arc.id))

    def open(self, visit: Visit) -> None:
        """Note that a task opened for a person, with the status drawn on it."""
        self.opened.append(visit)
        if visit.task_spec.note.status:
            self.statuses.append(visit.task_spec.note.status)
