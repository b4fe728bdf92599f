"""Hearing (nghe): which waiting event a message or signal from outside belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.errors import Conflict
from engine.expressions import as_data
from engine.flow.setting import Message
from engine.flow.specs.keys import awaited_key, converse, key_of, key_text
from engine.flow.specs.throwing import spread
from engine.flow.specs.triggers import MessageTrigger, SignalTrigger

if TYPE_CHECKING:
    from engine.flow.specs.instance import Instance
    from engine.flow.specs.node import Node
    from engine.flow.specs.task import Visit


def hear(instance: Instance, message: Message, payload: dict[str, Any]) -> None:
    """Fire the event that waits for the message; raise Conflict when none does."""
    if message.kind == "signal":
        if not spread(instance, message.name, payload):
            raise _unexpected(message)
        return
    for visit in _waiting(instance):
        number = _place(visit.task_spec, message)
        if number is None:
            continue
        trigger = visit.task_spec.triggers[number]
        awaited = awaited_key(visit, trigger)
        if not _own_key(visit, trigger, message):
            continue
        if awaited is None or awaited == (message.key or _key(visit, trigger, payload)):
            converse(visit, trigger, payload, message.key)
            visit.task_spec.happen(visit, number, payload)
            return
    raise _unexpected(message)


def heard_by_start(instance: Instance, message: Message, payload: dict[str, Any]) -> None:
    """Begin the instance at the event (or instantiating task) that the message or element names."""
    spec = instance.spec
    for name in spec.triggered:
        node = spec.task_specs[name]
        number = _place(node, message)
        if number is None and (message.element is None or message.element != node.element):
            continue
        trigger = node.triggers[number or 0] if node.triggers else None
        if isinstance(trigger, MessageTrigger):
            converse(instance.task_tree, trigger, payload, message.key)
        instance.data.update(payload)
        instance.grow(name, begun=True)
        instance.begin(())
        return
    raise _unexpected(message)


def _waiting(instance: Instance) -> list[Visit]:
    return sorted(
        (v for scope in instance.scopes() for v in scope.tasks.values()
         if v.waiting),
        key=lambda v: v.task_spec.position,
    )


def _own_key(visit: Visit, trigger: MessageTrigger, message: Message) -> bool:
    """Tell whether a message carries the key that the event reckons for itself, if it does."""
    if trigger.awaits is None or message.key is None:
        return True
    return key_text([as_data(visit.workflow.evaluate(trigger.awaits, visit))]) == message.key


def _place(node: Node, message: Message) -> int | None:
    """Return which trigger of a node is the message; an element narrows it to that node."""
    if message.element is not None and message.element != node.element:
        return None
    heard_kind = SignalTrigger if message.kind == "signal" else MessageTrigger
    heard = [number for number, trigger in enumerate(getattr(node, "triggers", ()))
             if isinstance(trigger, heard_kind)]
    named = [number for number in heard if node.triggers[number].name == message.name]
    if message.element is not None:
        named = named or heard
    return named[0] if named else None


def _key(visit: Visit, trigger: MessageTrigger, payload: dict[str, Any]) -> str | None:
    top = visit.workflow.top_workflow
    known = dict(top.correlations)
    key = key_of(visit, trigger, payload)
    top.correlations = known
    return key


def _unexpected(message: Message) -> Conflict:
    return Conflict(
        f"Chưa có sự kiện nào chờ “{message.name}”.", f"Nothing waits for '{message.name}' yet.",
        code="message-not-expected", message=message.name,
    )
