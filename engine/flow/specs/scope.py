"""A scope (phạm vi): one running level of a process: its data, its tokens, its two ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.errors import Invalid, MotcuaError
from engine.expressions import Expression
from engine.flow.specs.stuck import unanswerable
from engine.flow.specs.task import Visit

if TYPE_CHECKING:
    from engine.flow.specs.node import Node


@dataclass
class Rest:
    """The tokens of a scope while nothing can run, for the inclusive joins that look at them.

    `places` are the bits of all nodes with a token of their own; `races` those of the events that
    share one behind an event-based gateway: whoever happens takes it. `waiting` are the visits
    that wait, by node.
    """

    places: int = 0
    races: list[int] = field(default_factory=list)
    waiting: dict[str, list[Visit]] = field(default_factory=dict)


class Scope:
    """What an instance and its sub-processes share; mixed into SpiffWorkflow's two classes.

    Data live in the scope, not in each visit: parallel branches see one another's answers, and a
    join has nothing to merge. `live` counts visits that have not ended.
    """

    spec: Any
    data: dict[str, Any]
    tasks: dict[Any, Visit]
    task_tree: Visit
    top_workflow: Any
    host: Visit | None = None
    completed: bool
    live: int = 0
    #: Grows whenever all tokens were swept away, so that a thrower knows it must not go on.
    swept: int = 0

    def plant(self, *, guarded: bool = True) -> None:
        """Set the root and arm the event sub-processes that guard this scope."""
        self.task_tree = Visit(self, self.spec.start, None, TaskState.COMPLETED)
        if guarded:
            self.guard()

    def guard(self) -> None:
        """Arm the event sub-processes of this scope."""
        for name in self.spec.guards:
            self.grow(name)

    def begin(self, entries: tuple[str, ...], **marks: Any) -> None:
        """Put a token on each entry node; a scope without any ends at once."""
        for name in entries:
            self.grow(name, **marks)
        if not self.live:
            self.top_workflow.emptied.append(self)

    def grow(self, name: str, **marks: Any) -> Visit:
        """Make a visit of a node that no flow leads to, with marks, and let it arrive."""
        node: Node = self.spec.task_specs[name]
        visit = self.task_tree.add(node)
        visit.internal_data.update(marks)
        node.receive(visit)
        return visit

    def rest(self) -> Rest:
        """Return the tokens as they stand, found once while the instance is at rest."""
        seen: dict[int, Rest] = self.top_workflow.seen
        if id(self) not in seen:
            seen[id(self)] = self._rest()
        return seen[id(self)]

    def _rest(self) -> Rest:
        found = Rest()
        tokens: dict[Any, int] = {}
        for visit in self.tasks.values():
            if not visit.alive or visit.task_spec.passive:
                continue
            node = visit.task_spec
            if visit.waiting:
                found.waiting.setdefault(node.name, []).append(visit)
            key = visit.parent_id if "race" in visit.internal_data else visit.id
            tokens[key] = tokens.get(key, 0) | node.bit
        for places in tokens.values():
            if places & (places - 1):
                found.races.append(places)
            else:
                found.places |= places
        return found

    def alive(self) -> list[Visit]:
        """Return the visits that have not ended, oldest first."""
        return [visit for visit in self.tasks.values() if visit.alive]

    def sweep(self) -> None:
        """Cancel every visit of the scope, guards and inner scopes included."""
        self.swept += 1
        for visit in self.alive():
            visit.cancel()

    def stop(self) -> None:
        """End the scope from outside, without leaving it through its end."""
        self.sweep()
        self.completed = True
        self.top_workflow.subprocesses.pop(self.host.id if self.host else None, None)

    def names(self, visit: Visit) -> dict[str, Any]:
        """Return what expressions at a visit can see: own names hide those of outer scopes."""
        layers: list[dict[str, Any]] = []
        at = visit
        while True:
            layers += [at.data, at.workflow.data]
            host = at.workflow.host
            if host is None or at.workflow.spec.called:
                break
            at = host
        filled = [layer for layer in layers if layer]
        if len(filled) == 1:
            return filled[0]
        return {name: value for layer in reversed(filled) for name, value in layer.items()}

    def assign(self, visit: Visit, name: str, value: Any) -> None:
        """Set a name to plain data where it is known as local, else in the outermost scope."""
        at = visit
        while True:
            host = at.workflow.host
            last = host is None or at.workflow.spec.called
            for layer in (at.data, at.workflow.data):
                if name in layer or (last and layer is at.workflow.data) or (
                        layer is at.data and at.internal_data.get("own")):
                    layer[name] = value
                    return
            at = host

    def assign_around(self, name: str, value: Any) -> None:
        """Set a name past what the visits of this scope call their own."""
        self.assign(self.task_tree, name, value)

    def merge(self, visit: Visit, payload: Any) -> None:
        """Assign each name of a payload."""
        for name, value in payload.items():
            self.assign(visit, name, value)

    def evaluate(self, expression: Expression, visit: Visit, element: str | None = None) -> Any:
        """Return the value of an expression at a visit; raise FlowFailed naming the element."""
        try:
            return expression.evaluate(self.names(visit), self.top_workflow.surroundings)
        except Invalid as error:
            raise unanswerable(element or visit.task_spec.element or "", error) from error

    def holds(self, expression: Expression, visit: Visit, element: str | None = None) -> bool:
        """Tell whether a condition holds; only true counts, so that a typo never opens a way."""
        value = self.evaluate(expression, visit, element)
        if value is None or isinstance(value, bool):
            return bool(value)
        raise unanswerable(
            element or visit.task_spec.element or "",
            MotcuaError("điều kiện phải cho đúng hoặc sai.", "conditions give true or false."),
        )
