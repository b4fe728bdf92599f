"""Plain text (văn bản thuần): references and expressions without blanks, comments and seams."""

from __future__ import annotations

from collections.abc import Collection

from lxml import etree
from lxml.etree import _Element as Element

from engine.flow.bpmn import kind, text, unprefixed
from engine.flow.lower.work import Work

#: Elements whose text is a reference or an expression; blanks around it mean nothing.
TEXTS = (
    "flowNodeRef", "conditionExpression", "condition", "script", "timeDate", "timeDuration",
    "timeCycle", "loopCardinality", "loopCondition", "completionCondition", "loopDataInputRef",
    "loopDataOutputRef", "activationCondition", "categoryValueRef", "eventDefinitionRef",
    "incoming", "outgoing", "messagePath", "dataPath", "formalExpression", "correlationPropertyRef",
)
#: Attributes that are references or booleans.
REFERENCES = frozenset({
    "id", "sourceRef", "targetRef", "default", "attachedToRef", "processRef", "messageRef",
    "signalRef", "errorRef", "escalationRef", "calledElement", "activityRef", "categoryValueRef",
    "noneBehaviorEventRef", "oneBehaviorEventRef", "correlationKeyRef", "correlationPropertyRef",
})
#: Texts among them that are references.
_POINTING = (
    "flowNodeRef", "loopDataInputRef", "loopDataOutputRef", "categoryValueRef",
    "eventDefinitionRef", "incoming", "outgoing", "correlationPropertyRef",
)


def rewrite(work: Work) -> None:
    """Join texts split by comments and CDATA, cut blanks around references, and their prefixes.

    A prefix is good only where its namespace is declared, and the bytes that run declare no more
    than they use.
    """
    for element in work.all(*TEXTS):
        joined = text(element)
        for inner in list(element):
            element.remove(inner)
        element.text = joined
    ids = {key for key, _ in work.keys if key}
    for element in work.root.iter(etree.Element):
        point(element, element, ids)
    for process in work.all("process"):
        process.set("isExecutable", "true")


def point(element: Element, place: Element, ids: Collection[str]) -> None:
    """Write the references of an element as the ids that they point at, as read at a place."""
    for name in element.keys():  # noqa: SIM118 - values by name: all of thousands take their square
        if name in REFERENCES:
            value = element.get(name, "")
            meant = value.strip() if name == "id" else _bare(place, value, ids)
            if meant != value:
                element.set(name, meant)
    if element.text and kind(element) in _POINTING:
        element.text = _bare(place, element.text, ids)


def _bare(place: Element, value: str, ids: Collection[str]) -> str:
    whole = value.strip()
    return whole if whole in ids else unprefixed(place, whole) or ""
