"""A flow node (nút): how a token arrives, what happens there and along which flows it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin

from engine.expressions import Expression
from engine.flow.specs.mapping import Mapping, hand_back
from engine.flow.specs.stuck import stuck

if TYPE_CHECKING:
    from engine.flow.specs.process import ProcessSpec
    from engine.flow.specs.task import Visit


@dataclass(frozen=True)
class Arc:
    """A sequence flow: source and target are node ids; `act` is drawn on it."""

    id: str
    name: str
    source: str
    target: str
    condition: Expression | None = None
    act: str | None = None


class Node(BpmnSpecMixin):
    """What all flow nodes share; subclasses say `arrive`, `perform` and `choose`.

    Nothing is predicted: a visit exists only once a token is there. So joins count tokens instead
    of walking a tree, and the size of an instance follows its tokens, not its history.
    """

    # Hooks name the visit even where the plain node has no use for it (ARG002).

    #: Tokens here wait for others, so that the flow on which each came is kept.
    gathers = False
    #: An event sub-process: part of the scope that it guards.
    guarding = False
    #: Visits here do not keep their scope alive (attached and guarding events).
    passive = False
    #: Visits here wait for a condition.
    conditional = False
    #: A bit of its own among the nodes of its level, where inclusive gateways look at them.
    bit = 0

    def __init__(self, process: ProcessSpec, name: str, *, element: str | None = None,
                 title: str = "", position: int = 0, act: str | None = None) -> None:
        super().__init__(process, name, bpmn_name=title)
        self.bpmn_name = title
        self.element = element
        self.position = position
        self.act = act
        self.incoming: tuple[Arc, ...] = ()
        self.outgoing: tuple[Arc, ...] = ()
        self.default: str | None = None
        self.attached: tuple[str, ...] = ()
        #: What goes into the node and comes out of it.
        self.mapping: Mapping | None = None

    def arrive(self, visit: Visit) -> bool:
        """Take the token in; return whether the node can run at once."""
        self.enter(visit)
        return True

    def enter(self, visit: Visit) -> None:
        """Put the arrival on record."""
        visit.workflow.top_workflow.record.happened(visit, "entered")

    def receive(self, visit: Visit) -> None:
        """Let a visit arrive, and make it ready if nothing holds it."""
        if self.arrive(visit):
            visit.make_ready()

    def perform(self, visit: Visit) -> bool | None:  # noqa: ARG002
        """Do the node's work; return True when done, None when it goes on."""
        return True

    def shown(self, visit: Visit) -> bool:  # noqa: ARG002
        """Tell whether the arrival of this visit is on record, so that its end must be too."""
        return True

    def choose(self, visit: Visit) -> list[Arc]:
        """Return the flows that get a token: those without condition and those that hold.

        The default flow joins those without condition when no condition holds (BPMN 2.0.2 section
        13.3.1: a mix is a parallel split and an inclusive one).
        """
        held = [arc for arc in self.outgoing if arc.condition is not None
                and arc.id != self.default
                and visit.workflow.holds(arc.condition, visit, arc.id)]
        taken = [arc for arc in self.outgoing if arc in held or (
            not held if arc.id == self.default else arc.condition is None)]
        return taken or self.fallback()

    def fallback(self) -> list[Arc]:
        """Return the default flow; raise FlowFailed when there are flows but no way on."""
        ways = [arc for arc in self.outgoing if arc.id == self.default]
        if self.outgoing and not ways:
            raise stuck(self.element or self.name, self.bpmn_name)
        return ways

    def leave(self, visit: Visit) -> None:
        """Put the completion on record, hand back what is mapped and send tokens on."""
        visit.workflow.top_workflow.record.happened(visit, "completed")
        hand_back(visit)
        self.pass_on(visit)

    def stir(self, visit: Visit) -> bool:  # noqa: ARG002
        """Look again when the whole instance is at rest; return whether that moved something."""
        return False

    def pass_on(self, visit: Visit) -> None:
        """Send tokens on; where nothing leads on, answers to questions go to the level around."""
        for arc in self.choose(visit):
            visit.send(arc)
        host, carried = visit.workflow.host, visit.internal_data.get("choices")
        if host is not None and carried and not self.outgoing:
            host.internal_data.setdefault("choices", {}).update(carried)

    def release(self, visit: Visit) -> None:
        """Cancel what hangs on the visit: events, instances, candidates, an inner scope."""
        for child in visit.children:
            child.cancel()
        inner = visit.workflow.top_workflow.subprocesses.get(visit.id)
        if inner is not None:
            inner.stop()

    # What follows answers SpiffWorkflow's own calls.

    def test(self) -> None:
        """Accept nodes without incoming flows: the loader has checked the drawing."""

    def _predict(self, my_task: Visit, seen: Any = None, looked_ahead: int = 0,
                 mask: int = 0) -> None:
        """Predict nothing."""

    _update = receive

    def _on_ready(self, my_task: Visit) -> None:
        """Need nothing more."""

    def _run_hook(self, my_task: Visit) -> bool | None:
        return self.perform(my_task)

    def _on_complete(self, my_task: Visit) -> None:
        self.release(my_task)
        self.leave(my_task)

    def cancelled(self, visit: Visit) -> None:
        """Release what hangs on the visit, innermost first, and put the cancellation on record."""
        self.release(visit)
        if self.shown(visit):
            visit.workflow.top_workflow.record.happened(visit, "cancelled")

    _on_cancel = cancelled
