"""Activities (hoạt động): tasks of people and services, scripts, messages sent and received."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.expressions import Assignment, as_data
from engine.flow.specs.catching import Catching, Payload
from engine.flow.specs.mapping import hand_back, take_in
from engine.flow.specs.node import Node
from engine.flow.specs.repetition import Repetition
from engine.flow.specs.throwing import send_message
from engine.flow.specs.triggers import MessageTrigger
from engine.flow.specs.undoing import remember, remember_instances, undone
from engine.step import TaskNote

if TYPE_CHECKING:
    from engine.flow.specs.task import Visit


class Activity(Node):
    """What events may be attached to, what may be repeated and what may be compensated."""

    def __init__(self, process: Any, name: str, *, note: TaskNote,
                 repetition: Repetition | None = None, takes: int = 1, gives: int = 1,
                 **drawn: Any) -> None:
        super().__init__(process, name, **drawn)
        self.note = note
        #: Tokens needed to begin, and tokens put on each flow in the end.
        self.takes = takes
        self.gives = gives
        self.repetition = repetition
        #: The activity that undoes this one.
        self.compensation: str | None = None

    def arrive(self, visit: Visit) -> bool:
        """Arm attached events; begin one instance after the other, or the one there is."""
        if "inside" in visit.internal_data:
            return True
        if self.takes > 1 and not self._gathered(visit):
            return False
        if self.repetition is not None and "instance" not in visit.internal_data:
            self.attach(visit)
            take_in(visit, self.repetition.asked)
            return self.repetition.begin(self, visit)
        self.enter(visit)
        if "instance" not in visit.internal_data:
            self.attach(visit)
        take_in(visit)
        return self.open(visit)

    def _gathered(self, visit: Visit) -> bool:
        """Tell whether enough tokens are here; one visit then stands for all of them."""
        if "instance" in visit.internal_data:
            return True
        visit.internal_data["held"] = True
        here = [other for other in visit.workflow.tasks.values() if other.task_spec is self
                and other.alive and "held" in other.internal_data]
        if len(here) < self.takes:
            return False
        for other in here[:self.takes]:
            if other is not visit:
                other.become(TaskState.CANCELLED)
        del visit.internal_data["held"]
        return True

    def open(self, visit: Visit) -> bool:  # noqa: ARG002 - subclasses use it
        """Begin the work of one instance; return whether it can run at once."""
        return True

    def attach(self, visit: Visit) -> None:
        """Let the events on the border wait."""
        for name in self.attached:
            node = visit.workflow.spec.task_specs[name]
            node.receive(visit.add(node))

    def shown(self, visit: Visit) -> bool:
        """Tell whether the arrival is on record: a repeated activity shows its instances only.

        Neither is a sub-process on record that is undone from inside.
        """
        marks = visit.internal_data
        if "held" in marks or "inside" in marks:
            return False
        return self.repetition is None or "instance" in marks

    def leave(self, visit: Visit) -> None:
        """Go on, or hand back to the repetition or the compensation that this is part of."""
        if self.shown(visit):
            visit.workflow.top_workflow.record.happened(visit, "completed")
            hand_back(visit)
        elif self.repetition is not None and self.repetition.output:
            hand_back(visit, self.repetition.output)
        if "instance" in visit.internal_data:
            if self.compensation is not None:
                remember(visit, self.compensation, [])
            self.repetition.ended(self, visit.parent, visit)  # type: ignore[union-attr]
            return
        if "undoing" in visit.internal_data:
            undone(visit)
            return
        if self.repetition is not None:
            remember_instances(visit)
        elif self.compensation is not None:
            remember(visit, self.compensation, [])
        for _ in range(self.gives):
            self.pass_on(visit)
        host = visit.workflow.host
        if host is not None:
            host.task_spec.progress(host, visit.workflow)


class Person(Activity):
    """A task that a person (or, as a service, a connector) completes with answers."""

    def __init__(self, process: Any, name: str, *, service: bool = False, **drawn: Any) -> None:
        super().__init__(process, name, **drawn)
        self.manual = True
        self.service = service

    def open(self, visit: Visit) -> bool:
        """Open the task; answers given to earlier questions end here."""
        visit.internal_data.pop("choices", None)
        visit.workflow.top_workflow.record.open(visit)
        return True


class Script(Activity):
    """A script task: assignments in the one expression language, nothing else."""

    def __init__(self, process: Any, name: str, *, script: tuple[Assignment, ...],
                 **drawn: Any) -> None:
        super().__init__(process, name, **drawn)
        self.script = script

    def perform(self, visit: Visit) -> bool:
        """Assign line by line; a later line sees the earlier ones."""
        for line in self.script:
            value = visit.workflow.evaluate(line.expression, visit)
            visit.workflow.assign(visit, line.name, as_data(value))
        return True


class Send(Activity):
    """A send task: its message leaves at once; a rehearsal may hold it to give answers first."""

    def __init__(self, process: Any, name: str, trigger: MessageTrigger, **drawn: Any) -> None:
        super().__init__(process, name, **drawn)
        self.trigger = trigger
        self.service = True

    def open(self, visit: Visit) -> bool:
        """Run at once, except in a rehearsal."""
        top = visit.workflow.top_workflow
        if top.setting.hold_sends:
            visit.become(TaskState.WAITING)
            top.record.open(visit)
            return False
        return True

    def perform(self, visit: Visit) -> bool:
        """Put the message on record as sent."""
        send_message(visit, self.trigger)
        return True


class Receive(Activity, Catching):
    """A receive task: waits for its message; events may be attached."""

    def __init__(self, process: Any, name: str, trigger: MessageTrigger, **drawn: Any) -> None:
        Activity.__init__(self, process, name, **drawn)
        self.triggers = (trigger,)
        self.together = False

    def open(self, visit: Visit) -> bool:
        """Wait for the message, unless it is the one that began the instance."""
        if visit.internal_data.pop("begun", False):
            self.pass_gateway(visit)
            return True
        self.watch(visit)
        return False

    def arrive(self, visit: Visit) -> bool:
        """Wait; behind an event-based gateway the task is entered when its message comes."""
        if "race" in visit.internal_data:
            self.watch(visit)
            return False
        return Activity.arrive(self, visit)

    def shown(self, visit: Visit) -> bool:
        """Tell whether the arrival is on record."""
        return "race" not in visit.internal_data and Activity.shown(self, visit)

    def fire(self, visit: Visit, number: int, payload: Payload) -> None:
        """Take the payload in and go on."""
        Catching.fire(self, visit, number, payload)
