"""Triggers from drawings (cơ chế kích hoạt): event definitions, their messages, times, codes."""

from __future__ import annotations

from collections.abc import Callable

from lxml.etree import _Element as Element

from engine.expressions import compile_expression
from engine.flow.bpmn import (
    child,
    children,
    kind,
    motcua,
    reference,
    text,
)
from engine.flow.building.correlations import Correlations
from engine.flow.building.drawing import Drawing, title, yes
from engine.flow.building.payload import read_papers, read_payload
from engine.flow.building.routes import Routes, process_of
from engine.flow.specs.triggers import (
    CancelTrigger,
    CompensateTrigger,
    ConditionalTrigger,
    ErrorTrigger,
    EscalationTrigger,
    MessageTrigger,
    SignalTrigger,
    TerminateTrigger,
    TimerKind,
    TimerTrigger,
    Trigger,
)
from engine.flow.timers import readable

_TIMES: dict[str, TimerKind] = {
    "timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle",
}


class Triggers:
    """Reads the triggers of events and message tasks of one drawing."""

    def __init__(self, drawing: Drawing, routes: Routes) -> None:
        self._drawing = drawing
        self._routes = routes
        self._correlations = Correlations(drawing)

    def of(self, event: Element) -> tuple[Trigger, ...]:
        """Return what an event waits for or throws, in document order; link events have none."""
        found = [self._one(event, item) for item in self._definitions(event)]
        return tuple(trigger for trigger in found if trigger is not None)

    def named(self, holder: Element, attribute: str) -> tuple[Trigger, ...]:
        """Return the trigger of the shared event definition that an attribute refers to."""
        item = self._drawing.target(holder, attribute)
        found = self._one(holder, item) if item is not None else None
        return (found,) if found is not None else ()

    def message(self, node: Element, holder: Element) -> MessageTrigger:
        """Return the message that a node's `holder` (definition or task) refers to."""
        drawn = self._drawing.target(holder, "messageRef")
        if drawn is None:
            return MessageTrigger(title(node) or node.get("id") or "",
                                  route=self._routes.of(node, None))
        identity = drawn.get("id") or ""
        key = motcua(holder, "key") or motcua(drawn, "key")
        return MessageTrigger(
            title(drawn) or identity, read_payload(motcua(drawn, "payload")),
            self._correlations.key(identity), self._routes.of(node, identity),
            compile_expression(key) if key else None,
            self._correlations.expected(process_of(node)),
            read_papers(motcua(drawn, "papers")),
        )

    def _definitions(self, event: Element) -> list[Element]:
        found = []
        for item in children(event):
            if kind(item).endswith("EventDefinition"):
                found.append(item)
            elif kind(item) == "eventDefinitionRef" and text(item) in self._drawing.by_id:
                found.append(self._drawing.by_id[text(item)])
        return found

    def _one(self, event: Element, item: Element) -> Trigger | None:
        name = kind(item).removesuffix("EventDefinition")
        if name == "message":
            return self.message(event, item)
        if name in _PLAIN:
            return _PLAIN[name](item)
        return self._coded(event, item)

    def _coded(self, event: Element, item: Element) -> Trigger | None:
        match kind(item).removesuffix("EventDefinition"):
            case "signal":
                drawn = self._drawing.target(item, "signalRef")
                source = drawn if drawn is not None else event
                return SignalTrigger(title(source) or source.get("id") or "")
            case "error":
                return ErrorTrigger(self._code(item, "errorRef", "errorCode"))
            case "escalation":
                return EscalationTrigger(self._code(item, "escalationRef", "escalationCode"))
            case _:
                return None

    def _code(self, item: Element, ref: str, attribute: str) -> str | None:
        drawn = self._drawing.target(item, ref)
        if drawn is None:
            return None
        return drawn.get(attribute) or drawn.get("id")


def _conditional(item: Element) -> ConditionalTrigger:
    return ConditionalTrigger(compile_expression(text(child(item, "condition"))))


def _timer(item: Element) -> TimerTrigger:
    """Return a timer; text that is no time as drawn is an expression that gives one."""
    for name, which in _TIMES.items():
        drawn = text(child(item, name))
        if drawn:
            if readable(which, drawn):
                return TimerTrigger(which, drawn)
            return TimerTrigger(which, "", compile_expression(drawn))
    return TimerTrigger("duration", "")


_PLAIN: dict[str, Callable[[Element], Trigger]] = {
    "timer": _timer, "conditional": _conditional,
    "terminate": lambda _: TerminateTrigger(), "cancel": lambda _: CancelTrigger(),
    "compensate": lambda item: CompensateTrigger(
        reference(item, "activityRef"), yes(item, "waitForCompletion", default=True)),
}
