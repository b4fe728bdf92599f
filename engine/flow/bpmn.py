"""BPMN's words (từ vựng BPMN): namespaces, kinds of elements, how to read what is drawn."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from functools import lru_cache
from typing import cast

from lxml.etree import _Element as Element

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
MOTCUA = "urn:motcua:bpmn:1"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"

TASKS = frozenset({
    "task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "scriptTask",
    "businessRuleTask",
})
#: Tasks that a person completes; a bare task is read as one.
PERSONAL = frozenset({"task", "userTask", "manualTask"})
SUBPROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES = TASKS | SUBPROCESSES | {"callActivity"}
CATCHES = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})
THROWS = frozenset({"endEvent", "intermediateThrowEvent"})
EVENTS = CATCHES | THROWS
GATEWAYS = frozenset({
    "exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway",
    "complexGateway",
})
#: Choreographies are drawn with flow nodes too, but nothing of theirs runs.
CHOREOGRAPHY = frozenset({"choreographyTask", "subChoreography", "callChoreography"})
FLOW_NODES = ACTIVITIES | EVENTS | GATEWAYS | CHOREOGRAPHY
_SPACE, _OURS, _THEIRS = f"{{{BPMN}}}", f"{{{MOTCUA}}}", f"{{{CAMUNDA}}}"
_LENGTH = len(_SPACE)
_SPAN = re.compile(r"\AP[\dTWDHM]+\Z|\A[\d/,. ]+(?:giờ|ngày)")
#: What conditions on a multi-instance activity may ask for, in BPMN's words and in Camunda's.
COUNTS = (
    ("numberOfInstances", "nrOfInstances"),
    ("numberOfCompletedInstances", "nrOfCompletedInstances"),
    ("numberOfActiveInstances", "nrOfActiveInstances"), ("numberOfTerminatedInstances",),
)
#: What holds flow nodes of its own.
SCOPES = SUBPROCESSES | {"process", "choreography", "subChoreography", "globalChoreographyTask"}


def tag(name: str) -> str:
    """Return the full tag of a BPMN element."""
    return _SPACE + name


def kind(element: Element) -> str:
    """Return the BPMN name of an element, or an empty text for foreign elements and comments."""
    return _kind(cast("Hashable", element.tag))


def children(element: Element, *names: str) -> Iterator[Element]:
    """Return the direct BPMN children of these kinds (of any kind when none is named), in order."""
    return element.iterchildren(*(_tags(names) if names else (f"{_SPACE}*",)))


def child(element: Element, *names: str) -> Element | None:
    """Return the first direct BPMN child of these kinds."""
    return next(children(element, *names), None)


def inside(element: Element, *names: str) -> Iterator[Element]:
    """Return the BPMN elements of these kinds at any depth, in document order."""
    return element.iter(*_tags(names))


def flow_nodes(scope: Element) -> list[Element]:
    """Return the flow nodes drawn directly in a process or sub-process, in document order."""
    return [node for node in scope if kind(node) in FLOW_NODES]


def sequence_flows(scope: Element) -> list[Element]:
    """Return the sequence flows drawn directly in a process or sub-process."""
    return list(children(scope, "sequenceFlow"))


def attribute(element: Element, name: str) -> str | None:
    """Return a plain attribute without surrounding space; None when absent or empty."""
    value = element.get(name)
    return value.strip() or None if value else None


def ident(element: Element) -> str | None:
    """Return an element's id."""
    return attribute(element, "id")


def name_of(element: Element) -> str | None:
    """Return an element's name on one line, as a person reads it."""
    text = element.get("name")
    return " ".join(text.split()) or None if text else None


def motcua(element: Element, name: str) -> str | None:
    """Return an attribute of our namespace; None when absent or empty."""
    return _clean(element.get(_OURS + name))


def camunda(element: Element, name: str) -> str | None:
    """Return an attribute of Camunda's namespace; None when absent or empty."""
    return _clean(element.get(_THEIRS + name))


def role(element: Element) -> str | None:
    """Return the role drawn on a task, lane or participant; candidateGroups means it too."""
    groups = (camunda(element, "candidateGroups") or "").split(",")
    return motcua(element, "role") or _clean(groups[0])


def form(element: Element) -> str | None:
    """Return the stem of the form drawn on a task; formRef and formKey mean it too."""
    drawn = motcua(element, "form") or camunda(element, "formRef") or camunda(element, "formKey")
    if drawn is None:
        return None
    return re.sub(r"\.(form|html|json)\Z", "", re.split(r"[:/\\]", drawn)[-1]) or None


def duration(element: Element) -> str | None:
    """Return the working time drawn on a task, lane, group or sub-process, exactly as written.

    Camunda's dueDate is one where it says a span; where it is a moment or an expression, it is not.
    """
    due = camunda(element, "dueDate")
    return motcua(element, "duration") or (due if due and _SPAN.match(due) else None)


def text(element: Element | None) -> str:
    """Return an element's own text: pieces around comments and CDATA joined, outer space cut."""
    if element is None:
        return ""
    pieces = [element.text or "", *(inner.tail or "" for inner in element)]
    return "".join(pieces).strip()


def script(task: Element) -> str:
    """Return the assignments of a script task, also where another tool wrote them beside it."""
    return text(child(task, "script")) or motcua(task, "script") or ""


def reference(element: Element, name: str) -> str | None:
    """Return what a reference attribute points at, without a declared namespace prefix."""
    return unprefixed(element, element.get(name))


def unprefixed(element: Element, value: str | None) -> str | None:
    """Return a QName's local part where its prefix is declared, else the value itself."""
    bare = _clean(value)
    if bare is None or ":" not in bare:
        return bare
    prefix, local = bare.split(":", 1)
    return local if prefix in element.nsmap else bare


@lru_cache(maxsize=1_024)
def _kind(full: Hashable) -> str:
    return full[_LENGTH:] if isinstance(full, str) and full.startswith(_SPACE) else ""


@lru_cache(maxsize=256)
def _tags(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the full tags of these kinds; callers name them in so many ways only."""
    return tuple(_SPACE + name for name in names)


def definitions(event: Element) -> list[Element]:
    """Return the event definitions written on an event itself, in order."""
    return [inner for inner in event if kind(inner).endswith("EventDefinition")]


def associated(root: Element) -> dict[str, list[str]]:
    """Return what each element is joined to by associations, by id; a line has no direction."""
    found: dict[str, list[str]] = {}
    for line in inside(root, "association"):
        ends = reference(line, "sourceRef"), reference(line, "targetRef")
        for here, there in (ends, ends[::-1]):
            if here and there:
                found.setdefault(here, []).append(there)
    return found


def condition(flow: Element) -> str:
    """Return the condition of a sequence flow, empty when it has none."""
    return text(child(flow, "conditionExpression"))


def _clean(value: str | None) -> str | None:
    return value.strip() or None if value else None
