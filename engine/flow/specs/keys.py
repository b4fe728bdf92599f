"""Message keys (khóa đối chiếu): which of several conversations a message belongs to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.errors import Invalid
from engine.expressions import as_data
from engine.flow.specs.triggers import MessageTrigger

if TYPE_CHECKING:
    from engine.flow.specs.task import Visit


def key_of(visit: Visit, trigger: MessageTrigger, data: Mapping[str, Any]) -> str | None:
    """Return the key that the drawing's correlation properties give on these data, if any.

    The first message of a conversation sets its key (BPMN 2.0.2 section 8.4.2); it is kept in the
    instance and every later message must carry the same.
    """
    if not trigger.keys:
        return None
    top = visit.workflow.top_workflow
    try:
        values = {
            name: as_data(expression.evaluate(data, top.surroundings))
            for name, expression in trigger.keys
        }
    except Invalid:
        return None
    if None in values.values():
        return None
    for name, value in values.items():
        top.correlations.setdefault(name, value)
    return key_text(list(values.values()))


def converse(visit: Visit, trigger: MessageTrigger, payload: Mapping[str, Any],
             key: str | None) -> None:
    """Keep the key of the conversation that a message belongs to, from its payload or itself."""
    if key_of(visit, trigger, payload) is None and key is not None and len(trigger.keys) == 1:
        visit.workflow.top_workflow.correlations.setdefault(trigger.keys[0][0], key)


def awaited_key(visit: Visit, trigger: MessageTrigger) -> str | None:
    """Return the key that a waiting event demands: none before its conversation has begun.

    What the process expects from its own data follows these data and goes before what the
    conversation has brought (BPMN 2.0.2 section 8.4.2, context-based correlation).
    """
    known = {**visit.workflow.top_workflow.correlations, **_expected(visit, trigger)}
    values = [known.get(name) for name, _ in trigger.keys]
    return key_text(values) if values and None not in values else None


def _expected(visit: Visit, trigger: MessageTrigger) -> dict[str, Any]:
    """Return the properties for which the process has data; names still to come give none."""
    if not trigger.expects:
        return {}
    scope = visit.workflow
    while scope.host is not None and not scope.spec.called:
        scope = scope.host.workflow
    known = {*scope.data, *scope.top_workflow.surroundings.facts}
    values = {
        name: as_data(scope.evaluate(path, scope.task_tree, visit.task_spec.element))
        for name, path in trigger.expects if path.names <= known
    }
    return {name: value for name, value in values.items() if value is not None}


def key_text(values: list[Any]) -> str:
    """Return the key that values make: a text as it is, all else as JSON."""
    if len(values) == 1:
        return values[0] if isinstance(values[0], str) else json.dumps(values[0])
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))
