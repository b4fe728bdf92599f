"""Repetitions from drawings (lặp): multi-instance and loop marks of activities."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element as Element

from engine.expressions import Expression, compile_expression
from engine.flow.bpmn import attribute, camunda, child, children, motcua, text
from engine.flow.building.drawing import Drawing, title, yes
from engine.flow.building.triggers import Triggers
from engine.flow.specs.announcing import Announcement
from engine.flow.specs.repetition import Repetition


def read_repetition(
    activity: Element, drawing: Drawing, triggers: Triggers,
) -> Repetition | None:
    """Return how an activity repeats, None when it does not."""
    loop = child(activity, "standardLoopCharacteristics")
    if loop is not None:
        maximum = (loop.get("loopMaximum") or "").strip()
        return Repetition(
            loop=True, condition=_expression(text(child(loop, "loopCondition"))),
            test_before=yes(loop, "testBefore"),
            maximum=int(maximum) if maximum.isdecimal() else None,
        )
    many = child(activity, "multiInstanceLoopCharacteristics")
    return _many(many, drawing, triggers) if many is not None else None


def _many(many: Element, drawing: Drawing, triggers: Triggers) -> Repetition:
    items = _named(text(child(many, "loopDataInputRef")), drawing) or camunda(many, "collection")
    output = _named(text(child(many, "loopDataOutputRef")), drawing) or motcua(
        many, "outputCollection")
    item = child(many, "inputDataItem")
    result = child(many, "outputDataItem")
    return Repetition(
        sequential=yes(many, "isSequential"),
        count=_expression(text(child(many, "loopCardinality"))), items=_expression(items or ""),
        item=_item(item) or camunda(many, "elementVariable"),
        output=output,
        output_item=_expression(_item(result) or motcua(many, "outputElement") or ""),
        until=_expression(text(child(many, "completionCondition"))),
        announcements=tuple(_announcements(many, triggers)),
    )


def _announcements(many: Element, triggers: Triggers) -> Iterator[Announcement]:
    """Yield what the behavior None, One or Complex throws; All throws nothing."""
    match attribute(many, "behavior"):
        case "None" | "One" as said:
            for trigger in triggers.named(many, f"{said.lower()}BehaviorEventRef"):
                yield Announcement(trigger, first=said == "One")
        case "Complex":
            for item in children(many, "complexBehaviorDefinition"):
                event = child(item, "event")
                for trigger in triggers.of(event) if event is not None else ():
                    yield Announcement(trigger, when=_expression(text(child(item, "condition"))))


def _expression(drawn: str) -> Expression | None:
    return compile_expression(drawn) if drawn else None


def _item(item: Element | None) -> str | None:
    return (title(item) or item.get("id")) if item is not None else None


def _named(identity: str, drawing: Drawing) -> str | None:
    """Return the name of data that a drawing refers to by id; the id where it has no plain name."""
    element = drawing.by_id.get(identity)
    if element is not None and title(element).isidentifier():
        return title(element)
    return identity or None
