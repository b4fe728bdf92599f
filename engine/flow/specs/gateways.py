"""Choices (cổng chọn): exclusive gateways, those that ask a person, and event-based ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.errors import Fault, Invalid
from engine.flow.specs.node import Arc, Node

if TYPE_CHECKING:
    from engine.flow.specs.task import Visit


class Exclusive(Node):
    """One way out: the first flow in document order whose condition holds, else the default."""

    def choose(self, visit: Visit) -> list[Arc]:
        """Return the one flow to take."""
        for arc in self.outgoing:
            if arc.id != self.default and (
                arc.condition is None or visit.workflow.holds(arc.condition, visit, arc.id)
            ):
                return [arc]
        return self.fallback()


class Asking(Node):
    """An exclusive gateway drawn without conditions: the person before it has answered."""

    def choose(self, visit: Visit) -> list[Arc]:
        """Return the flow that was answered, else the default; raise Invalid without either."""
        choices = dict(visit.internal_data.get("choices", {}))
        answer = choices.pop(self.element, None)
        visit.internal_data["choices"] = choices
        if answer is None:
            answer = self.default or self._chosen_by_rehearsal(visit)
        for arc in self.outgoing:
            if answer in (arc.id, arc.name) and answer:
                return [arc]
        ways = [arc.name or arc.id for arc in self.outgoing]
        raise unanswered(self.element or "", self.bpmn_name, ways)

    def _chosen_by_rehearsal(self, visit: Visit) -> str | None:
        chooser = visit.workflow.top_workflow.setting.chooser
        ways = tuple(arc.id for arc in self.outgoing)
        return chooser(self.element or "", ways) if chooser else None


def unanswered(gateway: str, title: str, ways: list[str]) -> Invalid:
    """Return the refusal of a question without an answer that names one of its flows."""
    options = ", ".join(f"“{way}”" for way in ways)
    vi = f"Câu hỏi “{title or gateway}” cần một trong các câu trả lời: {options}."
    en = f"The question '{title or gateway}' needs one of these answers: {options}."
    return Invalid(vi, en, [Fault(f"/{gateway}", "question", vi, en)], code="question-unanswered")


class EventBased(Node):
    """Waits for the first of several events; the others are out."""

    def perform(self, visit: Visit) -> None:
        """Let every following event wait; the gateway goes on with the first that happens."""
        for arc in self.outgoing:
            node = visit.workflow.spec.task_specs[arc.target]
            candidate = visit.add(node)
            candidate.internal_data["race"] = arc.id
            node.receive(candidate)

    def decided(self, visit: Visit, winner: Visit) -> None:
        """Complete the gateway for the event that happened; it goes on under the root."""
        top = visit.workflow.top_workflow
        arc = winner.internal_data.pop("race")
        for rival in visit.children:
            if rival is not winner:
                rival.cancel()
        top.record.happened(visit, "completed")
        top.record.took(next(way for way in self.outgoing if way.id == arc))
        visit.become(TaskState.COMPLETED)
