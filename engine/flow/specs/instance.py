"""An instance of a process (thực thể luồng): runs what can run, in document order, bounded."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from engine.expressions import Surroundings
from engine.flow.setting import Setting
from engine.flow.specs.complex import reset_one
from engine.flow.specs.process import ProcessSpec
from engine.flow.specs.record import Record
from engine.flow.specs.scope import Scope
from engine.flow.specs.stuck import exhausted, flooded, no_such_process
from engine.flow.specs.task import Visit

#: Ids of visits are uuid5 in this namespace over "seed/counter" (RFC 9562 section 5.5).
NAMESPACE = UUID("6f0c6a3e-5d0b-5c1e-9d4e-6d6f74637561")
#: Visits that one input may make, and tokens that may be under way at once.
MOST_TOKENS = 30_000


class NoScripts:
    """Stands where SpiffWorkflow keeps its script engine, so that none is ever made."""


class Instance(Scope, BpmnWorkflow):
    """One part's run: `arrange` gives it a setting, `advance` runs it until people or events."""

    flow_hash: str

    def __init__(self, spec: ProcessSpec, inner: dict[str, ProcessSpec]) -> None:
        self.ready: list[Visit] = []
        self.emptied: list[Scope] = []
        #: Visits that wait for a condition; None until they are first looked for.
        self.watched: list[Visit] | None = None
        #: What inclusive joins have seen of each scope since the instance came to rest.
        self.seen: dict[int, Any] = {}
        BpmnWorkflow.__init__(self, spec, inner, script_engine=NoScripts(), deserializing=True)

    def arrange(self, setting: Setting) -> None:
        """Take the seed, the instant and the facts of one input, and begin a new record."""
        self.setting = setting
        self.instant = setting.at.timestamp()
        self.surroundings = Surroundings(setting.at, setting.facts, setting.calendar)
        self.counter = 0
        self.spent = 0
        self.record = Record(setting.witness)

    def next_id(self, element: str = "") -> UUID:
        """Return the next id, for a visit of an element: the same for the same seed and way.

        Raises FlowFailed when one input makes more visits than a server should carry.
        """
        self.counter += 1
        if self.counter > MOST_TOKENS:
            raise flooded(element, MOST_TOKENS)
        return uuid5(NAMESPACE, f"{self.setting.seed}/{self.counter}")

    def scopes(self) -> list[Any]:
        """Return this instance and its running sub-processes."""
        return [self, *self.subprocesses.values()]

    def advance(self) -> None:
        """Run ready nodes round by round in document order until only people and events remain.

        Conditions are looked at before each round and after each node: what becomes true while
        nodes run by themselves is not missed.
        """
        while True:
            self._look()
            batch, self.ready = sorted(self.ready, key=lambda v: v.task_spec.position), []
            for visit in batch:
                if visit.state == TaskState.READY and not visit.workflow.completed:
                    self._spend(visit)
                    visit.run()
                    self._look()
                    self.settle()
            self.settle()
            if not self.ready and not self._stir():
                self._need_bounded()
                return

    def settle(self) -> None:
        """Close the scopes from which the last token has gone."""
        while self.emptied:
            scope = self.emptied.pop()
            if not scope.live and not scope.completed:
                self._close(scope)

    def create_subprocess(self, my_task: Visit, spec_name: str) -> SubScope:
        """Open the scope of a sub-process or a called process for a visit."""
        spec = self.subprocess_specs.get(spec_name)
        if spec is None:
            raise no_such_process(my_task.task_spec.element or "", spec_name)
        scope = SubScope(spec, my_task, self)
        self.subprocesses[my_task.id] = scope
        return scope

    def get_task_from_id(self, task_id: UUID) -> Visit:
        """Return a visit of any scope; raise KeyError when there is none."""
        for scope in self.scopes():
            if task_id in scope.tasks:
                visit: Visit = scope.tasks[task_id]
                return visit
        raise KeyError(task_id)

    def _close(self, scope: Scope) -> None:
        for guard in scope.alive():
            guard.cancel()
        scope.completed = True
        host = scope.host
        if host is None:
            return
        self.subprocesses.pop(host.id, None)
        host.task_spec.finish(host, scope)

    def _look(self) -> None:
        """Let the events happen whose condition has become true, in document order."""
        if self.watched is None:
            self.watched = [v for s in self.scopes() for v in s.tasks.values()
                            if v.waiting and v.task_spec.conditional]
        if not self.watched:
            return
        self.watched = [visit for visit in self.watched if visit.waiting]
        for visit in sorted(self.watched, key=lambda v: v.task_spec.position):
            if visit.waiting:
                visit.task_spec.stir(visit)

    def _stir(self) -> bool:
        """Wake what depends on all being at rest: inclusive joins, and conditions armed last."""
        self.seen = {}
        waiting: dict[Any, Visit] = {}
        for scope in self.scopes():
            for visit in scope.tasks.values():
                if visit.waiting:
                    # The tokens that wait at one join are looked at once, together.
                    shared = visit.task_spec.gathers
                    waiting.setdefault((id(scope), visit.task_spec.name) if shared else visit.id,
                                       visit)
        return any(visit.task_spec.stir(visit) for visit in sorted(
            waiting.values(), key=lambda v: v.task_spec.position)) or any(
            reset_one(scope) for scope in self.scopes())

    def _need_bounded(self) -> None:
        """Raise FlowFailed when so many tokens wait that every later input would take long."""
        if sum(scope.live for scope in self.scopes()) > MOST_TOKENS // 2:
            last = max((v for s in self.scopes() for v in s.tasks.values() if v.alive),
                       key=lambda v: v.task_spec.position)
            raise flooded(last.task_spec.element or "", MOST_TOKENS // 2)

    def _spend(self, visit: Visit) -> None:
        self.spent += 1
        if self.spent > self.setting.budget:
            raise exhausted(visit.task_spec.element or "", self.setting.budget)

    def _task_completed_notify(self, task: Visit) -> None:
        """Need no walk over waiting tasks: each event wakes its own."""


class SubScope(Scope, BpmnSubWorkflow):
    """The scope of one sub-process or called process, hosted by a visit of the activity."""

    def __init__(self, spec: ProcessSpec, host: Visit, top: Instance) -> None:
        self.host: Visit = host
        BpmnSubWorkflow.__init__(self, spec, host.id, top, deserializing=True)

    @property
    def parent_workflow(self) -> Any:
        """Return the scope in which the activity stands."""
        return self.host.workflow

    def _calculate_depth(self) -> int:
        return int(self.host.workflow.depth) + 1

    def _task_completed_notify(self, task: Visit) -> None:
        """Need no walk over waiting tasks."""
