"""Complex gateways (cổng phức hợp): they fire by a condition, then wait until all may reset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.expressions import Expression
from engine.flow.specs.joins import Inclusive
from engine.flow.specs.node import Arc

if TYPE_CHECKING:
    from engine.flow.specs.scope import Scope
    from engine.flow.specs.task import Visit

Rounds = dict[str, list[str]]


class Complex(Inclusive):
    """Fires when its activation condition holds, then resets when no more tokens can come.

    BPMN 2.0.2 section 13.4.5. `activationCount` (tokens that have come) is visible to the
    activation condition, `waitingForStart` to it and to the conditions of the flows out. The root
    of a scope keeps, for each gateway that waits to reset, the flows of which it has taken tokens.
    """

    def __init__(self, process: Any, name: str, activation: Expression | None = None,
                 **drawn: Any) -> None:
        super().__init__(process, name, **drawn)
        self.activation = activation

    def arrive(self, visit: Visit) -> bool:
        """Look at the condition; a token that comes while the gateway is to reset waits."""
        visit.become(TaskState.WAITING)
        if self.name not in rounds(visit.workflow):
            self._try(visit)
        return False

    def stir(self, visit: Visit) -> bool:
        """Reset when all tokens that can still come have come; return whether it did."""
        scope = visit.workflow
        came = rounds(scope).get(self.name)
        if came is None or not self.complete_at_rest(scope, set(came)):
            return False
        self.reset(scope)
        return True

    def choose(self, visit: Visit) -> list[Arc]:
        """Return the flows that hold; on reset those alone that ask for it, and maybe none."""
        resetting = bool(visit.internal_data.get("reset"))
        visit.data["waitingForStart"] = not resetting
        try:
            if not resetting:
                return super().choose(visit)
            return [arc for arc in self._asking()
                    if arc.condition is None or visit.workflow.holds(arc.condition, visit, arc.id)]
        finally:
            visit.data.clear()

    def complete_at_rest(self, scope: Scope, came: set[str]) -> bool:
        """Tell whether no token elsewhere can still fill a flow that is empty in this round."""
        here = scope.rest().waiting.get(self.name, [])
        return not self.awaits(scope, came | {v.internal_data.get("via", "") for v in here})

    def reset(self, scope: Scope) -> None:
        """Take the late tokens of the round, go out where conditions say so, and begin anew."""
        came = set(rounds(scope).pop(self.name))
        for visit in self._waiting(scope):
            if (via := visit.internal_data.get("via", "")) not in came:
                came.add(via)
                visit.become(TaskState.CANCELLED)
        if self._asking():
            again = scope.task_tree.add(self)
            again.internal_data["reset"] = True
            again.make_ready()
        left = self._waiting(scope)
        if left:
            self._try(left[-1])

    def shown(self, visit: Visit) -> bool:
        """Tell whether the gateway was entered: a reset is on no record of its own."""
        return "reset" not in visit.internal_data and super().shown(visit)

    def leave(self, visit: Visit) -> None:
        """Go on; a reset puts nothing on record."""
        if "reset" in visit.internal_data:
            self.pass_on(visit)
        else:
            super().leave(visit)

    def _asking(self) -> list[Arc]:
        return [arc for arc in self.outgoing if arc.id != self.default
                and arc.condition is not None and "waitingForStart" in arc.condition.names]

    def _try(self, visit: Visit) -> None:
        waiting = self._waiting(visit.workflow)
        came = {v.internal_data.get("via", "") for v in waiting}
        if self._activated(visit, waiting, came):
            self.join(visit, waiting)
            scope = visit.workflow
            scope.task_tree.internal_data.setdefault("rounds", {})[self.name] = sorted(came)
            # What has moved since is still to be seen: nothing may be under way to an empty flow.
            scope.top_workflow.seen.pop(id(scope), None)
            if not self.awaits(scope, came):
                self.reset(scope)

    def _waiting(self, scope: Scope) -> list[Visit]:
        return [v for v in scope.tasks.values() if v.task_spec is self and v.waiting]

    def _activated(self, visit: Visit, waiting: list[Visit], came: set[str]) -> bool:
        if self.activation is None:
            return len(came) >= len(self.incoming)
        visit.data.update(activationCount=len(waiting), waitingForStart=True)
        holds = bool(visit.workflow.holds(self.activation, visit))
        visit.data.clear()
        return holds


def rounds(scope: Scope) -> Rounds:
    """Return the gateways of a scope that wait to reset, each with the flows already taken."""
    found: Rounds = scope.task_tree.internal_data.get("rounds", {})
    return found


def reset_one(scope: Scope) -> bool:
    """Reset a gateway for which no token waits and none can come; tell whether there was one."""
    for name, came in rounds(scope).items():
        node = scope.spec.task_specs[name]
        if not scope.rest().waiting.get(name) and node.complete_at_rest(scope, set(came)):
            node.reset(scope)
            return True
    return False
