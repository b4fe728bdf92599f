"""Running (chạy): one input to one instance, as a pure function: same inputs, same bytes.

`start`, `expect`, `complete`, `fail`, `deliver`, `fire`, `look`, `happen` and `cancel` take a flow,
a state and a setting and return a `Step`; no clock is read, nothing is sent or delivered.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from SpiffWorkflow.util.task import TaskState

from engine.errors import Conflict, NotFound
from engine.flow.answering import choices, take
from engine.flow.load import Flow
from engine.flow.plain import plain
from engine.flow.setting import FlowFailed, Message, Setting
from engine.flow.specs.activities import Send
from engine.flow.specs.hearing import hear, heard_by_start
from engine.flow.specs.instance import Instance
from engine.flow.specs.prune import prune
from engine.flow.specs.task import Visit
from engine.flow.specs.triggers import TimerTrigger
from engine.flow.specs.upwards import fail_task
from engine.flow.state import load_state, seal
from engine.flow.stepping import step_of
from engine.step import Data, Step

__all__ = [
    "FlowFailed", "Message", "Setting", "cancel", "complete", "deliver", "expect", "fail", "fire",
    "happen", "look", "start",
]


def start(
    flow: Flow, process: str, setting: Setting, data: Data | None = None,
    message: Message | None = None,
) -> Step:
    """Begin an instance of a process, by its plain start events or by the message that starts it.

    Raises NotFound for an unknown process, Conflict(message-not-expected) when no start event
    waits for the message, FlowFailed and Invalid like every other input.
    """
    spec = flow.levels.get(process)
    if spec is None or not spec.called:
        raise NotFound(f"Bản vẽ không có quy trình “{process}”.",
                       f"The drawing has no process '{process}'.", code="process-not-found")
    instance = _new(flow, process, setting)
    instance.data = plain(data or {})
    instance.plant()
    if message is None:
        instance.begin(spec.begins)
    else:
        heard_by_start(instance, message, plain(message.payload))
    return _finish(instance)


def expect(
    flow: Flow, process: str, start_event: str, setting: Setting, data: Data | None = None,
) -> Step:
    """Open an instance that has yet to begin: it waits for the timer of one of its start events.

    The time counts from the setting's instant; until `fire` nothing of the process is at work.
    """
    instance = _new(flow, process, setting)
    instance.data = plain(data or {})
    instance.plant(guarded=False)
    instance.grow(start_event, expected=True)
    return _finish(instance)


def look(flow: Flow, state: bytes, setting: Setting) -> Step:
    """Look again at the conditions that an instance waits for, as the setting's facts stand now."""
    return _finish(_resume(flow, state, setting))


def complete(flow: Flow, state: bytes, task_id: str, answers: Data, setting: Setting) -> Step:
    """Complete an open task with cleaned answers; a question's answer stands under its gateway.

    Raises Conflict(task-not-open) when it is not open, Invalid when a question that comes next is
    unanswered or its answer names none of the flows.
    """
    instance = _resume(flow, state, setting)
    visit = _open_visit(instance, task_id)
    given = plain(answers)
    chosen = choices(flow, given)
    if chosen:
        visit.internal_data["choices"] = chosen
    take(visit, given)
    instance.record.closed.append(task_id)
    if visit.task_spec.manual:
        visit.complete()
    else:
        visit.run()
    return _finish(instance)


def fail(
    flow: Flow, state: bytes, task_id: str, error: tuple[str, Data], setting: Setting,
) -> Step:
    """End an open service task by an error of BPMN that the drawing catches: (code, data).

    Raises Conflict(task-not-open) when it is not open, Conflict(error-not-caught) when nothing
    catches the code: what the drawing has no way for must not end a dossier by itself.
    """
    instance = _resume(flow, state, setting)
    visit = _open_visit(instance, task_id)
    service = visit.task_spec.note.service
    code, given = error
    payload = plain(given) if service is not None and service.spreads else {}
    if not fail_task(visit, code, payload):
        raise Conflict(
            f"Sơ đồ không có sự kiện bắt lỗi “{code}” của bước này.",
            f"The drawing catches no error '{code}' of this task.",
            code="error-not-caught", error=code,
        )
    return _finish(instance)


def deliver(flow: Flow, state: bytes, message: Message, setting: Setting) -> Step:
    """Hand a message (or signal) to the event that waits for it.

    Raises Conflict(message-not-expected) when nothing here waits for it yet: keep it till then.
    """
    instance = _resume(flow, state, setting)
    hear(instance, message, plain(message.payload))
    return _finish(instance)


def fire(
    flow: Flow, state: bytes, wait_id: str, setting: Setting, due: datetime | None = None,
) -> Step:
    """Let a timer happen; raise Conflict(wait-not-open) when it is no longer awaited.

    `due` is the moment to which a hold has moved it; one that repeats counts its next from there.
    """
    instance = _resume(flow, state, setting)
    visit = _visit(instance, wait_id)
    timers = [] if visit is None or not visit.waiting else [
        number for number, trigger in enumerate(getattr(visit.task_spec, "triggers", ()))
        if isinstance(trigger, TimerTrigger)
    ]
    if visit is None or not timers:
        raise Conflict("Hẹn giờ này không còn hiệu lực.", "This timer is no longer awaited.",
                       code="wait-not-open", wait=wait_id)
    if due is not None:
        visit.internal_data["due"] = due.astimezone(UTC).isoformat()
    visit.task_spec.happen(visit, timers[0], {})
    return _finish(instance)


def happen(flow: Flow, state: bytes, wait_id: str, setting: Setting) -> Step:
    """Let an event happen whatever it waits for; raise Conflict(wait-not-open) when it does not.

    For an event that stands for an act of the law, and the act was performed outside the drawing.
    """
    instance = _resume(flow, state, setting)
    visit = _visit(instance, wait_id)
    if visit is None or not visit.waiting:
        raise Conflict("Sự kiện này không còn được chờ.", "This event is no longer awaited.",
                       code="wait-not-open", wait=wait_id)
    for number in range(len(visit.task_spec.triggers)):
        if visit.waiting:  # several that are needed together have all happened
            visit.task_spec.happen(visit, number, {})
    return _finish(instance)


def cancel(flow: Flow, state: bytes, setting: Setting) -> Step:
    """End the instance from outside: every open task and wait is cancelled."""
    instance = _resume(flow, state, setting)
    instance.sweep()
    instance.success = False
    return _finish(instance)


def _new(flow: Flow, process: str, setting: Setting) -> Instance:
    instance = Instance(flow.levels[process], flow.levels)
    instance.flow_hash = flow.hash
    instance.arrange(setting)
    return instance


def _resume(flow: Flow, state: bytes, setting: Setting) -> Instance:
    instance = load_state(state, flow)
    instance.arrange(setting)
    return instance


def _finish(instance: Instance) -> Step:
    instance.advance()
    prune(instance)
    return step_of(instance, *seal(instance))


def _visit(instance: Instance, key: str) -> Visit | None:
    try:
        return instance.get_task_from_id(UUID(key))
    except (KeyError, ValueError):
        return None


def _open_visit(instance: Instance, task_id: str) -> Visit:
    visit = _visit(instance, task_id)
    if visit is None or not _open(visit):
        raise Conflict("Bước xử lý này không còn mở.", "This task is no longer open.",
                       code="task-not-open", task=task_id)
    return visit


def _open(visit: Visit) -> bool:
    """Tell whether the visit is a task that waits for answers; send tasks only if held."""
    node, state = visit.task_spec, visit.state
    return (node.manual and state == TaskState.READY) or (
        isinstance(node, Send) and state == TaskState.WAITING)
