"""Joins (cổng gộp): parallel and inclusive gateways, where tokens wait for one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.flow.specs.node import Arc, Node

if TYPE_CHECKING:
    from engine.flow.specs.scope import Scope
    from engine.flow.specs.task import Visit


class Gathering(Node):
    """A gateway where tokens of several flows may have to wait for one another."""

    gathers = True

    def arrive(self, visit: Visit) -> bool:
        """Wait until enough tokens are here, then go on with one of them in place of all."""
        visit.become(TaskState.WAITING)
        waiting = [
            other for other in visit.workflow.tasks.values()
            if other.task_spec is self and other.waiting
        ] if len(self.incoming) > 1 else [visit]
        if not self.complete_with(waiting):
            return False
        self.join(visit, waiting)
        return False

    def complete_with(self, waiting: list[Visit]) -> bool:
        """Tell whether these tokens suffice."""
        return len({visit.internal_data.get("via", "") for visit in waiting}) >= len(self.incoming)

    def join(self, last: Visit, waiting: list[Visit]) -> None:
        """Take one token of each flow, the oldest first, and make them one."""
        oldest: dict[str, Visit] = {}
        for visit in waiting:
            oldest.setdefault(visit.internal_data.get("via", ""), visit)
        chosen = last if last in oldest.values() else next(iter(oldest.values()))
        choices: dict[str, Any] = {}
        for visit in oldest.values():
            choices.update(visit.internal_data.get("choices", {}))
            if visit is not chosen:
                visit.become(TaskState.CANCELLED)
        if choices:
            chosen.internal_data["choices"] = choices
        chosen.internal_data.pop("via", None)
        self.enter(chosen)
        chosen.make_ready()

    def shown(self, visit: Visit) -> bool:
        """Tell whether the gateway was entered: tokens that wait or waited have not entered it."""
        return "via" not in visit.internal_data


class Parallel(Gathering):
    """A token from every incoming flow, then a token on every outgoing flow."""

    def choose(self, visit: Visit) -> list[Arc]:  # noqa: ARG002
        """Return all flows; conditions on them have no meaning (BPMN 2.0.2 section 13.4.1)."""
        return list(self.outgoing)


class Inclusive(Gathering):
    """Waits as long as a token can still come (BPMN 2.0.2 section 13.4.3), then all that hold.

    `upstream` tells for each incoming flow from which nodes a token can reach it without passing
    this gateway, as the bits of those nodes; the loader works it out once.
    """

    def __init__(self, process: Any, name: str, **drawn: Any) -> None:
        super().__init__(process, name, **drawn)
        self.upstream: dict[str, int] = {}

    def complete_with(self, waiting: list[Visit]) -> bool:  # noqa: ARG002
        """Decide at once only where there is one way in; else when the instance is at rest."""
        return len(self.incoming) < 2

    def choose(self, visit: Visit) -> list[Arc]:
        """Return the flows that hold, one without condition always; else the default flow."""
        taken = [
            arc for arc in self.outgoing if arc.id != self.default
            and (arc.condition is None or visit.workflow.holds(arc.condition, visit, arc.id))
        ]
        return taken or self.fallback()

    def stir(self, visit: Visit) -> bool:
        """Join when no token elsewhere can still fill an empty incoming flow."""
        here = visit.workflow.rest().waiting[self.name]
        if self.awaits(visit.workflow, {v.internal_data.get("via", "") for v in here}):
            return False
        self.join(visit, here)
        return True

    def awaits(self, scope: Scope, filled: set[str]) -> bool:
        """Tell whether a token can come to an empty flow, and not to a full one as well."""
        rest = scope.rest()
        empty = full = 0
        for arc, nodes in self.upstream.items():
            if arc in filled:
                full |= nodes
            else:
                empty |= nodes
        return bool(rest.places & empty & ~full) or any(
            token & empty and not token & full for token in rest.races)
