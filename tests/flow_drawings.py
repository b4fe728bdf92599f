"""Small drawings for tests, by lines: `kind id detail …`, `a -> b : condition`, `sub S {` … `}`.

`a ~> b` is an association.

Details: `message:M`, `timer:PT1H`, `date:…`, `cycle:…`, `signal:S`, `error:E`, `escalation:E`,
`conditional:x > 1`, `terminate`, `compensate`, `cancel`, `link:L` give event definitions; `on=A`
attaches, `soft` makes a boundary event or event sub-process start non-interrupting, `default=f`
names a default flow, `key=value` gives an attribute.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from engine.flow.play import PlayRequest, play

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
_KINDS = {
    "start": "startEvent", "end": "endEvent", "user": "userTask", "task": "task",
    "manual": "manualTask", "service": "serviceTask", "script": "scriptTask", "send": "sendTask",
    "receive": "receiveTask", "xor": "exclusiveGateway", "and": "parallelGateway",
    "or": "inclusiveGateway", "complex": "complexGateway", "race": "eventBasedGateway",
    "catch": "intermediateCatchEvent", "throw": "intermediateThrowEvent",
    "boundary": "boundaryEvent", "sub": "subProcess", "call": "callActivity",
    "transaction": "transaction", "adhoc": "adHocSubProcess",
}
_REFS = {"message": "message", "signal": "signal", "error": "error", "escalation": "escalation"}
_TIMES = {"timer": "timeDuration", "date": "timeDate", "cycle": "timeCycle"}


def drawing(text: str, *, extra: str = "", process: str = "P", head: str = "") -> bytes:
    """Return a BPMN file with one process drawn by lines; `extra` goes into definitions."""
    shared: dict[tuple[str, str], str] = {}
    body = _body(iter(text.strip().splitlines()), shared)
    roots = "".join(f"<{kind} id={quoteattr(key)} name={quoteattr(key)}{_code(kind, key)}/>"
                    for (kind, key) in shared)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="defs"'
        ' xmlns:motcua="urn:motcua:bpmn:1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f' targetNamespace="urn:test">{roots}{extra}'
        f'<process id="{process}" isExecutable="true" {head}>{body}</process></definitions>'
    ).encode()


def played(text: str, *, extra: str = "", files: dict[str, bytes] | None = None,
           **request: Any) -> dict[str, Any]:
    """Play a drawing written as lines."""
    given = {"at": AT, **request}
    main = drawing(text, extra=extra)
    return play({"main.bpmn": main, **(files or {})}, "main.bpmn", PlayRequest(**given))


def done(answer: dict[str, Any], event: str = "completed") -> list[str]:
    """Return the elements that completed (or were entered, or cancelled), in order."""
    return [item["element"] for item in answer["trace"] if item["event"] == event]


def _code(kind: str, key: str) -> str:
    return f" {kind}Code={quoteattr(key)}" if kind in {"error", "escalation"} else ""


def _body(lines: Any, shared: dict[tuple[str, str], str]) -> str:
    made, flows = [], 0
    for raw in lines:
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line == "}":
            break
        if "~>" in line:
            source, _, target = (part.strip() for part in line.partition("~>"))
            made.append(f'<association id="{source}_{target}" sourceRef="{source}"'
                        f' targetRef="{target}"/>')
            continue
        if "->" in line:
            flows += 1
            made.append(_flow(line, flows))
            continue
        made.append(_node(line, lines, shared))
    return "".join(made)


def _flow(line: str, number: int) -> str:
    way, _, condition = line.partition(" : ")
    name, _, way = way.partition(": ") if ": " in way else ("", "", way)
    source, _, target = (part.strip() for part in way.partition("->"))
    inner = (f'<conditionExpression xsi:type="tFormalExpression">{escape(condition.strip())}'
             "</conditionExpression>") if condition else ""
    key = name.strip() or f"{source}_{target}"
    return (f"<sequenceFlow id={quoteattr(key)} name={quoteattr(name.strip())}"
            f" sourceRef={quoteattr(source)} targetRef={quoteattr(target)}>{inner}</sequenceFlow>")


def _node(line: str, lines: Any, shared: dict[tuple[str, str], str]) -> str:
    opens = line.endswith("{")
    kind, key, *details = line.rstrip("{").split(None, 2)
    rest = details[0].strip() if details else ""
    if kind == "script":
        return f'<scriptTask id="{key}"><script>{escape(rest)}</script></scriptTask>'
    attributes, inner = [f"id={quoteattr(key)}"], ""
    for word in _words(rest):
        if word.startswith("<"):
            inner += word
        elif ":" in word or word in {"terminate", "compensate", "cancel"}:
            inner += _definition(word, shared)
        elif word == "soft":
            attributes.append('cancelActivity="false"' if kind == "boundary" else
                              'isInterrupting="false"')
        elif word == "event":
            attributes.append('triggeredByEvent="true"')
        else:
            name, _, value = word.partition("=")
            attributes.append(f"{'attachedToRef' if name == 'on' else name}={quoteattr(value)}")
    if opens:
        inner += _body(lines, shared)
    return f"<{_KINDS[kind]} {' '.join(attributes)}>{inner}</{_KINDS[kind]}>"


def _words(rest: str) -> list[str]:
    """Split at blanks; XML and conditions, which hold blanks themselves, come last and whole."""
    for sign in ("<", "conditional:"):
        before, found, after = rest.partition(sign)
        if found:
            return [*before.split(), found + after]
    return rest.split()


def _definition(word: str, shared: dict[tuple[str, str], str]) -> str:
    kind, _, value = word.partition(":")
    if kind in _REFS:
        shared[kind, value] = value
        return f"<{kind}EventDefinition {kind}Ref={quoteattr(value)}/>"
    if kind in _TIMES:
        time = _TIMES[kind]
        return f"<timerEventDefinition><{time}>{value}</{time}></timerEventDefinition>"
    if kind == "conditional":
        return ("<conditionalEventDefinition><condition>" + escape(value)
                + "</condition></conditionalEventDefinition>")
    if kind == "link":
        return f"<linkEventDefinition name={quoteattr(value)}/>"
    ref = f" activityRef={quoteattr(value)}" if value else ""
    return f"<{kind}EventDefinition{ref}/>"
