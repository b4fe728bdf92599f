"""A visit to a flow node (lượt qua nút): SpiffWorkflow's task with our ids, time and order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

if TYPE_CHECKING:
    from engine.flow.specs.node import Arc, Node

FINISHED: int = TaskState.FINISHED_MASK
READY: int = TaskState.READY


class Visit(Task):
    """One visit of a token to a node; its id comes from the seed and its time from the setting."""

    workflow: Any
    task_spec: Any
    internal_data: dict[str, Any]
    data: dict[str, Any]
    _state: int
    _children: list[UUID]

    def __init__(
        self, workflow: Any, task_spec: Any, parent: Task | None = None,
        state: int = TaskState.FUTURE, id: UUID | None = None,  # noqa: A002 - the base's own name
    ) -> None:
        top = workflow.top_workflow
        key = id or top.next_id(task_spec.element or "")
        while key in workflow.tasks:
            key = top.next_id()  # a seed used twice must not tie the tree into a knot
        super().__init__(workflow, task_spec, parent, state, key)
        self.last_state_change = top.instant
        if not task_spec.passive and not state & FINISHED:
            workflow.live += 1

    @classmethod
    def restored(cls, workflow: Any, task_spec: Any, key: UUID, state: int) -> Visit:
        """Return a visit as it was saved; parent, marks and data are set by the caller.

        Goes around the base's constructor, which would link the parent and read the clock.
        """
        visit = cls.__new__(cls)
        visit.id = key
        workflow.tasks[key] = visit
        visit.workflow = workflow
        visit.task_spec = task_spec
        visit.__dict__.update(_parent=None, _children=[], _state=state)
        visit.triggered = False
        visit.thread_id = 0
        if not task_spec.passive and not state & FINISHED:
            workflow.live += 1
        return visit

    def add(self, node: Node) -> Visit:
        """Return a new visit of a node, hanging on this one; it has yet to arrive."""
        return Visit(self.workflow, node, self)

    _add_child = add

    def hang_on(self, parent: Visit) -> None:
        """Make this visit the last child of another."""
        self._parent = parent.id
        parent._children.append(self.id)

    def unhang(self) -> None:
        """Forget all children; they hang themselves on again."""
        self._children = []

    @property
    def parent_id(self) -> UUID | None:
        """Return the id of the visit that this one hangs on."""
        key: UUID | None = self._parent
        return key

    @property
    def waiting(self) -> bool:
        """Tell whether the visit waits for an event or for other tokens."""
        return bool(self._state == TaskState.WAITING)

    def become(self, value: int) -> None:
        """Set the state; queue the visit when it can run, count it out when it has ended."""
        if value == self._state:
            return
        scope = self.workflow
        if value & FINISHED and not self._state & FINISHED and not self.task_spec.passive:
            scope.live -= 1
            if not scope.live:
                scope.top_workflow.emptied.append(scope)
        self._state = value
        self.last_state_change = scope.top_workflow.instant
        if value == READY and not self.task_spec.manual:
            scope.top_workflow.ready.append(self)

    _set_state = become

    def make_ready(self) -> None:
        """Let the visit run, or open for a person."""
        self._ready()

    @property
    def alive(self) -> bool:
        """Tell whether the visit has neither completed nor been cancelled."""
        return not self._state & FINISHED

    def send(self, arc: Arc) -> None:
        """Move a token along a sequence flow to a new visit of its target."""
        workflow = self.workflow
        target = workflow.spec.task_specs[arc.target]
        child = self._add_child(target)
        if target.gathers:
            child.internal_data["via"] = arc.id
        carried = self.internal_data.get("choices")
        if carried:
            child.internal_data["choices"] = carried
        workflow.top_workflow.record.took(arc)
        target.receive(child)

    def complete(self) -> None:
        """End the visit and go on; one that was cancelled while it worked goes nowhere."""
        if self.alive:
            super().complete()

    def cancel(self) -> None:
        """End the visit and what hangs on it; what has left it already runs on."""
        if self.alive:
            self.become(TaskState.CANCELLED)
            self.task_spec.cancelled(self)
