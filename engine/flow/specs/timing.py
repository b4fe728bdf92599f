"""Timers (hẹn giờ) on visits: when they are due and whether they come again; never fired here."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from engine.errors import Invalid
from engine.flow.specs.stuck import unanswerable
from engine.flow.specs.triggers import TimerTrigger
from engine.flow.timers import read_timer

if TYPE_CHECKING:
    from engine.flow.specs.task import Visit

_WORKING = re.compile(r"\bworking_(?:days|hours)\b")


def arm(visit: Visit, trigger: TimerTrigger) -> None:
    """Note when the timer is due, counted from the setting's instant; the earliest of several."""
    top = visit.workflow.top_workflow
    value: Any = trigger.text
    if trigger.expression is not None:
        value = visit.workflow.evaluate(trigger.expression, visit)
    try:
        timer = read_timer(trigger.kind, value, top.setting.at, top.setting.calendar)
    except Invalid as error:
        raise unanswerable(visit.task_spec.element or "", error) from error
    # An instant that working_days() or working_hours() gave is as much working time as a text.
    computed = trigger.expression is not None and _WORKING.search(trigger.expression.text)
    marks = visit.internal_data
    due = timer.due.astimezone(UTC).isoformat() if timer.due else None
    if marks.get("due") is None or (due is not None and due < marks["due"]):
        marks["due"] = due
        marks.pop("working", None)
        if timer.working or (computed and isinstance(value, datetime)):
            marks["working"] = True
        if timer.again:
            marks["cycle"] = [timer.text, timer.again]


def rearm(visit: Visit) -> bool:
    """Set the next round of a repeating timer from its last due moment; tell if there is one."""
    marks = visit.internal_data
    text, left = marks.get("cycle", ["", 0])
    if left == 0:
        return False
    calendar = visit.workflow.top_workflow.setting.calendar
    last = datetime.fromisoformat(marks["due"])
    following = read_timer("duration", text, last, calendar).due
    marks["due"] = following.astimezone(UTC).isoformat() if following else None
    marks["cycle"] = [text, left - 1 if left > 0 else left]
    return True
