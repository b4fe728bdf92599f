"""Plain text (văn bản thuần): references and expressions without blanks, comments and seams."""

from __future__ import annotations

from lxml import etree

from engine.flow.bpmn import text
from engine.flow.lower.work import Work

#: Elements whose text is a reference or an expression; blanks around it mean nothing.
TEXTS = (
    "flowNodeRef", "conditionExpression", "condition", "script", "timeDate", "timeDuration",
    "timeCycle", "loopCardinality", "loopCondition", "completionCondition", "loopDataInputRef",
    "loopDataOutputRef", "activationCondition", "categoryValueRef", "eventDefinitionRef",
    "incoming", "outgoing", "messagePath", "formalExpression", "correlationPropertyRef",
)
#: Attributes that are references or booleans.
REFERENCES = frozenset((
    "id", "sourceRef", "targetRef", "default", "attachedToRef", "processRef", "messageRef",
    "signalRef", "errorRef", "escalationRef", "calledElement", "activityRef", "categoryValueRef",
    "noneBehaviorEventRef", "oneBehaviorEventRef",
))


def rewrite(work: Work) -> None:
    """Join texts split by comments and CDATA, and cut blanks around references."""
    for element in work.all(*TEXTS):
        joined = text(element)
        for inner in list(element):
            element.remove(inner)
        element.text = joined
    for element in work.root.iter(etree.Element):
        for name, value in element.items():
            if name in REFERENCES and value != value.strip():
                element.set(name, value.strip())
    for process in work.all("process"):
        process.set("isExecutable", "true")
