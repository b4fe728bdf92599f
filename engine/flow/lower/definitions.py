"""Event definitions (định nghĩa sự kiện): references to shared ones become copies on the event."""

from __future__ import annotations

from copy import deepcopy

from engine.flow.bpmn import EVENTS, children, kind, text, unprefixed
from engine.flow.lower.work import Work


def rewrite(work: Work) -> None:
    """Put the definition that an event refers to on the event itself."""
    by_id = work.by_id() if work.holds("eventDefinitionRef") else {}
    for event in work.all(*sorted(EVENTS)):
        for ref in list(children(event, "eventDefinitionRef")):
            shared = by_id.get(unprefixed(ref, text(ref)) or "")
            if shared is not None and kind(shared).endswith("EventDefinition"):
                copy = deepcopy(shared)
                copy.set("id", work.fresh(event.get("id") or "event", "definition"))
                copy.tail = None
                event.replace(ref, copy)
