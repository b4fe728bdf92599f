"""Nodes from drawings (nút): one flow node element becomes one node spec."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lxml.etree import _Element as Element

from engine.expressions import Assignment, assignments, compile_expression
from engine.flow.bpmn import (
    CAMUNDA,
    child,
    kind,
    motcua,
    reference,
    text,
)
from engine.flow.bpmn import script as script_text
from engine.flow.building.drawing import Drawing, title, yes
from engine.flow.building.mappings import read_mapping
from engine.flow.building.notes import Notes
from engine.flow.building.questions import asks, with_questions
from engine.flow.building.repetitions import read_repetition
from engine.flow.building.routes import Routes
from engine.flow.building.rulings import Rulings
from engine.flow.building.services import read_service
from engine.flow.building.triggers import Triggers
from engine.flow.lower.work import RESERVED
from engine.flow.specs.activities import Person, Receive, Script, Send
from engine.flow.specs.catching import Boundary, Catching, Guard, Start
from engine.flow.specs.complex import Complex
from engine.flow.specs.decisions import Deciding
from engine.flow.specs.gateways import Asking, EventBased, Exclusive
from engine.flow.specs.inner import AdHoc, Call, Handler, Inner
from engine.flow.specs.joins import Inclusive, Parallel
from engine.flow.specs.node import Node
from engine.flow.specs.process import ProcessSpec
from engine.flow.specs.throwing import Throw
from engine.flow.specs.triggers import CancelTrigger, ErrorTrigger, Trigger
from engine.step import TaskNote

_GATEWAYS: dict[str, type[Node]] = {
    "parallelGateway": Parallel, "inclusiveGateway": Inclusive, "eventBasedGateway": EventBased,
}


class Nodes:
    """Makes node specs; `notes` collects what was said of people's tasks."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._notes = Notes(drawing)
        self._rulings = Rulings(drawing)
        self.triggers = Triggers(drawing, Routes(drawing))
        self.notes: dict[str, TaskNote] = {}

    def make(self, process: ProcessSpec, element: Element) -> Node:
        """Return the spec of a flow node, added to its process spec."""
        node = self._node(process, element)
        node.mapping = read_mapping(element)
        return node

    def _node(self, process: ProcessSpec, element: Element) -> Node:
        name = kind(element)
        drawn = self._drawn(element)
        identity = element.get("id") or ""
        if name.endswith("Gateway"):
            return self._gateway(process, element, drawn)
        if name.endswith("Event"):
            return self._event(process, element, drawn)
        drawn["note"] = replace(self._notes.note(element), element=drawn["element"])
        drawn["takes"] = int(element.get("startQuantity") or 1)
        drawn["gives"] = int(element.get("completionQuantity") or 1)
        drawn["repetition"] = read_repetition(element, self._drawing, self.triggers)
        if name == "callActivity":
            called = reference(element, "calledElement") or ""
            back = _mappings(element, "out")
            if back is None and motcua(element, "returns") and not motcua(element, "own"):
                back = ()
            return Call(process, identity, level=called, into=_mappings(element, "in"),
                        back=back, **drawn)
        if name in {"subProcess", "transaction", "adHocSubProcess"}:
            return self._inner(process, element, drawn)
        return self._task(process, element, drawn)

    def guard(self, process: ProcessSpec, start: Element, handler: str) -> Guard:
        """Return the guard that waits for the start event of an event sub-process."""
        drawn = self._drawn(start)
        triggers = self.triggers.of(start)
        return Guard(
            process, f"motcua.{drawn['element']}.guard", triggers, handler=handler,
            interrupting=yes(start, "isInterrupting", default=True) or _always(triggers),
            together=yes(start, "parallelMultiple"), **drawn,
        )

    def _drawn(self, element: Element) -> dict[str, Any]:
        identity = element.get("id") or ""
        return {
            "element": source_of(identity), "title": title(element), "act": motcua(element, "act"),
            "position": self._drawing.position.get(identity, 0),
        }

    def _gateway(self, process: ProcessSpec, element: Element, drawn: dict[str, Any]) -> Node:
        name, identity = kind(element), element.get("id") or ""
        if name == "exclusiveGateway":
            make = Asking if asks(element, self._drawing) else Exclusive
            return make(process, identity, **drawn)
        if name == "complexGateway":
            condition = text(child(element, "activationCondition"))
            activation = compile_expression(condition) if condition else None
            return Complex(process, identity, activation, **drawn)
        return _GATEWAYS[name](process, identity, **drawn)

    def _event(self, process: ProcessSpec, element: Element, drawn: dict[str, Any]) -> Node:
        name, identity = kind(element), element.get("id") or ""
        triggers = self.triggers.of(element)
        together = yes(element, "parallelMultiple")
        if name == "startEvent":
            return Start(process, identity, triggers, **drawn)
        if name == "intermediateCatchEvent":
            return Catching(process, identity, triggers, together=together, **drawn)
        if name == "boundaryEvent":
            return Boundary(
                process, identity, triggers, together=together,
                interrupting=yes(element, "cancelActivity", default=True) or _always(triggers),
                **drawn,
            )
        return Throw(process, identity, triggers, **drawn)

    def _task(self, process: ProcessSpec, element: Element, drawn: dict[str, Any]) -> Node:
        name, identity = kind(element), element.get("id") or ""
        if name == "scriptTask":
            script = assignments(script_text(element))
            return Script(process, identity, script=script, **drawn)
        if name in {"sendTask", "receiveTask"} and self._has_message(element):
            trigger = self.triggers.message(element, element)
            make = Send if name == "sendTask" else Receive
            return make(process, identity, trigger, **drawn)
        ruling = self._rulings.of(element) if name == "businessRuleTask" else None
        if ruling is not None:
            return Deciding(process, identity, ruling=ruling, **drawn)
        drawn["note"] = replace(
            with_questions(drawn["note"], element, self._drawing), service=read_service(element),
        )
        self.notes[drawn["element"]] = drawn["note"]
        served = name in _SERVICES or drawn["note"].service is not None
        return Person(process, identity, service=served, **drawn)

    def _inner(self, process: ProcessSpec, element: Element, drawn: dict[str, Any]) -> Node:
        identity = element.get("id") or ""
        if kind(element) == "adHocSubProcess":
            condition = text(child(element, "completionCondition"))
            return AdHoc(
                process, identity, level=identity,
                until=compile_expression(condition) if condition else None,
                sequential=element.get("ordering") == "Sequential",
                cancel_rest=yes(element, "cancelRemainingInstances", default=True), **drawn,
            )
        make = Handler if yes(element, "triggeredByEvent") else Inner
        return make(process, identity, level=identity, **drawn)

    def _has_message(self, element: Element) -> bool:
        return (self._drawing.target(element, "messageRef") is not None
                or self.triggers.message(element, element).route is not None)


def source_of(identity: str) -> str:
    """Return the source id behind one of ours, `motcua.<source id>.<what>`; others stay."""
    if not identity.startswith(RESERVED):
        return identity
    return identity[len(RESERVED):].rpartition(".")[0]


def _always(triggers: tuple[Trigger, ...]) -> bool:
    """Tell whether the event interrupts whatever is drawn: errors and cancellations do."""
    return any(isinstance(trigger, ErrorTrigger | CancelTrigger) for trigger in triggers)


_SERVICES = frozenset({"serviceTask", "businessRuleTask"})


def _mappings(element: Element, direction: str) -> tuple[Assignment, ...] | None:
    """Return Camunda's in or out mappings; None where nothing or everything is mapped."""
    extensions = child(element, "extensionElements")
    if extensions is None:
        return None
    drawn = extensions.findall(f"{{{CAMUNDA}}}{direction}")
    if any(item.get("variables") == "all" for item in drawn):
        return None
    made = [Assignment(item.get("target") or "",
                       compile_expression(item.get("source") or item.get("sourceExpression") or ""))
            for item in drawn if item.get("target")]
    return tuple(made) if made else None


