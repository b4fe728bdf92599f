"""Small diagrams for tests, written as one line of nodes and one of flows."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from engine.flow.lint import Known, Report, lint
from engine.step import Finding

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:motcua="urn:motcua:bpmn:1" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'id="definitions" targetNamespace="urn:test">\n'
)
_SHORT = {
    "start": "startEvent", "end": "endEvent", "user": "userTask", "task": "task",
    "xor": "exclusiveGateway", "and": "parallelGateway", "or": "inclusiveGateway",
    "events": "eventBasedGateway", "service": "serviceTask", "catch": "intermediateCatchEvent",
    "throw": "intermediateThrowEvent", "script": "scriptTask", "call": "callActivity",
}
_FLOW = re.compile(r"(?P<source>\w+)>(?P<target>\w+)(?:\[(?P<condition>[^\]]*)\])?")


def body(nodes: str, flows: str, **extra: str) -> str:
    """Return nodes and flows as BPMN: `start:s xor:g` and `s>g g>a[x > 1]`.

    `extra` holds, by node id, attributes (`motcua:form="f"`) or, when it begins with <, content.
    """
    parts = []
    for word in nodes.split():
        kind, key = word.split(":")
        more = extra.get(key, "")
        attributes, content = ("", more) if more.startswith("<") else (more, "")
        name = _SHORT.get(kind, kind)
        parts.append(f'<bpmn:{name} id="{key}" name="{key}" {attributes}>{content}</bpmn:{name}>')
    for number, match in enumerate(_FLOW.finditer(flows)):
        condition = match["condition"]
        inner = "" if condition is None else (
            f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>"
        )
        more = extra.get(f"f{number}", "")
        parts.append(
            f'<bpmn:sequenceFlow id="f{number}" sourceRef="{match["source"]}" '
            f'targetRef="{match["target"]}" {more}>{inner}</bpmn:sequenceFlow>',
        )
    return "\n".join(parts)


def process(inside: str, attributes: str = "", key: str = "main") -> str:
    """Return a process around a body."""
    return f'<bpmn:process id="{key}" isExecutable="true" {attributes}>\n{inside}\n</bpmn:process>'


def diagram(*parts: str) -> bytes:
    """Return definitions around processes, collaborations and root elements."""
    return (HEAD + "\n".join(parts) + "\n</bpmn:definitions>").encode()


def draw(nodes: str, flows: str, attributes: str = "", **extra: str) -> bytes:
    """Return a diagram of one process."""
    return diagram(process(body(nodes, flows, **extra), attributes))


def timer(text: str) -> str:
    """Return a timer event definition with a duration."""
    return (
        "<bpmn:timerEventDefinition><bpmn:timeDuration>" + escape(text)
        + "</bpmn:timeDuration></bpmn:timerEventDefinition>"
    )


def named(**attributes: str) -> str:
    """Return attributes as text."""
    return " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items())


def report(content: bytes, known: Known | None = None, **files: bytes) -> Report:
    """Lint a diagram; `files` are forms by stem."""
    beside = {f"{stem}.form": data for stem, data in files.items()}
    return lint({"main.bpmn": content, **beside}, "main.bpmn", known)


def codes(content: bytes, *severities: str, **files: bytes) -> set[str]:
    """Return the codes found, of these severities or of all."""
    found = report(content, **files).findings
    return {f.code for f in found if not severities or f.severity in severities}


def only(content: bytes, code: str, **files: bytes) -> Finding:
    """Return the one finding with a code."""
    (found,) = (f for f in report(content, **files).findings if f.code == code)
    return found
