"""Catching events (sự kiện chờ): intermediate, boundary, start events and guards of scopes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.flow.specs.mapping import take_in
from engine.flow.specs.node import Node
from engine.flow.specs.timing import arm, rearm
from engine.flow.specs.triggers import ConditionalTrigger, TimerTrigger, Trigger
from engine.flow.specs.undoing import undone

if TYPE_CHECKING:
    from engine.flow.specs.task import Visit

Payload = Mapping[str, Any]


class Catching(Node):
    """An intermediate catch event, also behind an event-based gateway."""

    interrupting = True

    def __init__(self, process: Any, name: str, triggers: tuple[Trigger, ...] = (),
                 *, together: bool = False, **drawn: Any) -> None:
        super().__init__(process, name, **drawn)
        self.triggers = triggers
        self.together = together
        self.conditional = any(isinstance(t, ConditionalTrigger) for t in triggers)

    def arrive(self, visit: Visit) -> bool:
        """Wait for a trigger; without one, or when it began the instance, pass at once."""
        if visit.internal_data.pop("begun", False):
            self.pass_gateway(visit)
            self.enter(visit)
            return True
        if "race" not in visit.internal_data:
            self.enter(visit)
        if not self.triggers:
            return True
        self.watch(visit)
        return False

    def pass_gateway(self, visit: Visit) -> None:
        """Show the instantiating gateway before an event that began the instance."""
        for arc in self.incoming:
            gateway = visit.workflow.spec.task_specs[arc.source]
            passed = visit.workflow.task_tree.add(gateway)
            gateway.enter(passed)
            visit.workflow.top_workflow.record.happened(passed, "completed")
            passed.become(TaskState.COMPLETED)

    def watch(self, visit: Visit) -> None:
        """Begin to wait; timers get their due moment now, conditions are looked at from now on."""
        for trigger in self.triggers:
            if isinstance(trigger, TimerTrigger):
                arm(visit, trigger)
        visit.become(TaskState.WAITING)
        watched = visit.workflow.top_workflow.watched
        if self.conditional and watched is not None:
            watched.append(visit)

    def stir(self, visit: Visit) -> bool:
        """Fire when a condition has become true since it was last looked at."""
        for number, trigger in enumerate(self.triggers):
            if isinstance(trigger, ConditionalTrigger):
                now = self._holds(visit, trigger)
                was = visit.internal_data.get("held", False)
                visit.internal_data["held"] = now
                if now and not was:
                    self.happen(visit, number, {})
                    return True
        return False

    @staticmethod
    def _holds(visit: Visit, trigger: ConditionalTrigger) -> bool:
        """Tell whether the condition holds; not while a name in it is still to come."""
        scope = visit.workflow
        known = {*scope.names(visit), *scope.top_workflow.surroundings.facts}
        return trigger.condition.names <= known and bool(scope.holds(trigger.condition, visit))

    def happen(self, visit: Visit, number: int, payload: Payload) -> None:
        """Take one trigger in; fire when it was the one, or the last of several needed together."""
        if self.together:
            seen = visit.internal_data.setdefault("seen", [])
            if number not in seen:
                seen.append(number)
            visit.workflow.merge(visit, payload)
            if len(seen) < len(self.triggers):
                return
            visit.internal_data.pop("seen")
            payload = {}
        self.fire(visit, number, payload)

    def fire(self, visit: Visit, number: int, payload: Payload) -> None:  # noqa: ARG002
        """Merge the payload and go on; the rivals behind the same gateway are out."""
        if "race" in visit.internal_data:
            visit.parent.task_spec.decided(visit.parent, visit)
            self.enter(visit)
        take_in(visit)
        visit.workflow.merge(visit, payload)
        visit.make_ready()

    def shown(self, visit: Visit) -> bool:
        """Tell whether the arrival is on record; candidates of a gateway are not."""
        return "race" not in visit.internal_data


class Boundary(Catching):
    """An event on the border of an activity; it waits as long as the activity runs."""

    passive = True

    def __init__(self, process: Any, name: str, triggers: tuple[Trigger, ...] = (),
                 *, interrupting: bool = True, **drawn: Any) -> None:
        super().__init__(process, name, triggers, **drawn)
        self.interrupting = interrupting

    def arrive(self, visit: Visit) -> bool:
        """Wait unseen: a boundary event is entered when it happens."""
        self.watch(visit)
        return False

    def shown(self, visit: Visit) -> bool:  # noqa: ARG002
        """Tell that waiting on a border is not on record."""
        return False

    def fire(self, visit: Visit, number: int, payload: Payload) -> None:
        """Cancel the activity if interrupting, and send a token out of the event."""
        scope, host = visit.workflow, visit.parent
        if self.interrupting:
            host.cancel()
        elif isinstance(self.triggers[number], TimerTrigger) and not rearm(visit):
            visit.become(TaskState.COMPLETED)
        shot = scope.task_tree.add(self)
        self.enter(shot)
        take_in(shot)
        scope.merge(shot, payload)
        shot.complete()
        if self.interrupting and "undoing" in host.internal_data and not scope.completed:
            undone(host)  # whoever undoes must not wait for a handler that was broken off


class Guard(Catching):
    """The start event of an event sub-process, armed as long as its scope runs."""

    passive = True

    def __init__(self, process: Any, name: str, triggers: tuple[Trigger, ...] = (),
                 *, interrupting: bool = True, handler: str = "", **drawn: Any) -> None:
        super().__init__(process, name, triggers, **drawn)
        self.interrupting = interrupting
        self.handler = handler

    def arrive(self, visit: Visit) -> bool:
        """Wait unseen."""
        self.watch(visit)
        return False

    def shown(self, visit: Visit) -> bool:  # noqa: ARG002
        """Tell that guarding is not on record."""
        return False

    def fire(self, visit: Visit, number: int, payload: Payload) -> None:
        """Sweep the scope if interrupting, then let the handler run in it."""
        scope = visit.workflow
        if self.interrupting:
            scope.sweep()
        elif isinstance(self.triggers[number], TimerTrigger) and not rearm(visit):
            visit.become(TaskState.COMPLETED)
        scope.merge(visit, payload)
        scope.grow(self.handler, entry=self.element)


class Start(Catching):
    """A start event; what triggered it came from outside and is already in the data.

    One that is expected waits for its timer in an instance that has not begun yet.
    """

    def __init__(self, process: Any, name: str, triggers: tuple[Trigger, ...] = (),
                 *, interrupting: bool = True, **drawn: Any) -> None:
        super().__init__(process, name, triggers, **drawn)
        self.interrupting = interrupting

    def arrive(self, visit: Visit) -> bool:
        """Begin at once, unless the start is still expected."""
        if "expected" in visit.internal_data:
            self.watch(visit)
            return False
        self.enter(visit)
        return True

    def fire(self, visit: Visit, number: int, payload: Payload) -> None:  # noqa: ARG002
        """Begin the instance; only now its event sub-processes wait."""
        del visit.internal_data["expected"]
        visit.workflow.guard()
        self.enter(visit)
        visit.make_ready()

    def shown(self, visit: Visit) -> bool:
        """Tell whether the start has happened."""
        return "expected" not in visit.internal_data
