"""Starting (khởi đầu): which start events of a process a signal, a condition or a timer begins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from engine.errors import Invalid
from engine.expressions import Surroundings
from engine.flow.load import Flow
from engine.flow.specs.catching import Catching, Start
from engine.flow.specs.triggers import (
    ConditionalTrigger,
    MessageTrigger,
    SignalTrigger,
    TimerTrigger,
    Trigger,
)
from engine.step import Data


def begins_alone(flow: Flow, process: str) -> bool:
    """Tell whether something other than a message may begin a process."""
    return any(not isinstance(trigger, MessageTrigger) for _, trigger in _starts(flow, process))


def hears(flow: Flow, process: str, signal: str) -> bool:
    """Tell whether a process, or one that it calls, catches a signal anywhere."""
    seen, ahead = {process}, [process]
    while ahead:
        spec = flow.levels.get(ahead.pop())
        for node in spec.task_specs.values() if spec is not None else ():
            if isinstance(node, Catching) and SignalTrigger(signal) in node.triggers:
                return True
            level = getattr(node, "level", None)
            if level is not None and level not in seen:
                seen.add(level)
                ahead.append(level)
    return False


def begun_by_signal(flow: Flow, process: str, name: str) -> list[str]:
    """Return the elements at which a signal begins a process: each makes an instance of its own."""
    return _once(element for element, trigger in _starts(flow, process)
                 if isinstance(trigger, SignalTrigger) and trigger.name == name)


def begun_by_timer(flow: Flow, process: str) -> list[str]:
    """Return the start events of a process that wait for a time."""
    spec = flow.levels[process]
    return [name for name in spec.triggered if isinstance(spec.task_specs[name], Start)
            and any(isinstance(t, TimerTrigger) for t in spec.task_specs[name].triggers)]


def begun_by_condition(
    flow: Flow, process: str, at: datetime, facts: Data, data: Data,
) -> list[str]:
    """Return the elements of a process whose condition holds; an unknown name holds nothing."""
    around = Surroundings(at, facts)
    return _once(element for element, trigger in _starts(flow, process)
                 if isinstance(trigger, ConditionalTrigger) and _holds(trigger, data, around))


def _holds(trigger: ConditionalTrigger, data: Data, around: Surroundings) -> bool:
    if not trigger.condition.names <= {*data, *around.facts}:
        return False
    try:
        return trigger.condition.evaluate(data, around) is True
    except Invalid:
        return False


def _starts(flow: Flow, process: str) -> Iterator[tuple[str, Trigger]]:
    spec = flow.levels[process]
    for name in spec.triggered:
        node = spec.task_specs[name]
        for trigger in node.triggers:
            yield node.element, trigger


def _once(found: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(found))
