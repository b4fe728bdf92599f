"""Draws BPMN 2.0 from lines of text, so that a failing diagram reads as a few words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
HEAD = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<definitions xmlns="{MODEL}" id="definitions" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="urn:token-game">\n'
)
PLAIN = {
    "start": "startEvent", "end": "endEvent", "throw": "intermediateThrowEvent",
    "task": "task", "user": "userTask", "manual": "manualTask", "service": "serviceTask",
    "send": "sendTask", "rule": "businessRuleTask", "receive": "receiveTask",
    "xor": "exclusiveGateway", "and": "parallelGateway", "or": "inclusiveGateway",
    "first": "eventBasedGateway", "sub": "subProcess",
}  # fmt: skip
PLACES = {"catch": "intermediateCatchEvent", "throw": "intermediateThrowEvent", "end": "endEvent",
          "on": "boundaryEvent"}  # fmt: skip
#: Root element and reference attribute of what an event definition points to.
ROOTS = {"message": "message", "signal": "signal", "error": "error", "escalation": "escalation"}


@dataclass
class _Page:
    """What has been written so far."""

    xml: list[str] = field(default_factory=list)
    roots: dict[tuple[str, str], None] = field(default_factory=dict)
    flows: int = 0
    anonymous: bool = False


def draw(text: str, *, anonymous: bool = False) -> bytes:
    """Draw lines such as `user t mi=2`, `on t timer b P1D`, `sub s {`, `}`, `a > b if x > 1`.

    Events are `catch|throw|end KIND ID ARGUMENT`, boundary events `on ACTIVITY KIND ID ARGUMENT`
    (`non` after it: not interrupting). `a > b default` is a default flow. `anonymous` leaves out
    the ids of flows that nothing names.
    """
    page = _Page(anonymous=anonymous)
    lines = [line.strip() for line in text.replace(";", "\n").splitlines() if line.strip()]
    defaults = dict(_defaults(lines))
    for line in lines:
        _line(page, line, defaults)
    roots = "".join(_root(kind, name) for kind, name in page.roots)
    body = "\n".join(page.xml)
    whole = f'{HEAD}{roots}<process id="p" isExecutable="true">\n{body}\n</process>\n</definitions>'
    return whole.encode()


def _defaults(lines: list[str]) -> list[tuple[str, str]]:
    found = [re.fullmatch(r"(\S+) > (\S+) default", line) for line in lines]
    return [(match[1], f"{match[1]}_{match[2]}_default") for match in found if match]


def _root(kind: str, name: str) -> str:
    code = f' errorCode="{name}"' if kind == "error" else ""
    code = f' escalationCode="{name}"' if kind == "escalation" else code
    return f'<{kind} id="{kind}_{name}" name="{name}"{code}/>\n'


def _line(page: _Page, line: str, defaults: dict[str, str]) -> None:
    if line == "}":
        page.xml.append("</subProcess>")
    elif " > " in line and line.split()[1] == ">":
        _flows(page, line)
    elif _is_event(line):
        _event(page, line.split(maxsplit=4 if line.startswith("on ") else 3))
    else:
        _node(page, line, defaults)


def _is_event(line: str) -> bool:
    words = line.split()
    return words[0] in ("catch", "on") or (words[0] in ("throw", "end") and len(words) > 2)


def _flows(page: _Page, line: str) -> None:
    head, _, condition = line.partition(" if ")
    chain = head.removesuffix(" default").split(" > ")
    for source, target in pairwise(chain):
        page.flows += 1
        name = f"f{page.flows}"
        if head.endswith(" default"):
            name = f"{source}_{target}_default"
        shown = "" if page.anonymous and not head.endswith(" default") else f' id="{name}"'
        page.xml.append(f'<sequenceFlow{shown} sourceRef="{source}" targetRef="{target}">')
        if condition:
            page.xml.append(
                '<conditionExpression xsi:type="tFormalExpression">'
                f"{escape(condition)}</conditionExpression>"
            )
        page.xml.append("</sequenceFlow>")


def _event(page: _Page, words: list[str]) -> None:
    place, attached = words[0], ""
    if place == "on":
        attached = f' attachedToRef="{words.pop(1)}"'
    kind, name = words[1], words[2]
    argument = words[3].split() if len(words) > 3 else []
    if "non" in argument:
        argument.remove("non")
        attached += ' cancelActivity="false"'
    inside = _definition(page, kind, argument[0] if argument else None)
    tag = PLACES[place]
    page.xml.append(f'<{tag} id="{name}"{attached}>{inside}</{tag}>')


def _definition(page: _Page, kind: str, argument: str | None) -> str:
    if kind == "timer":
        return (
            '<timerEventDefinition><timeDuration xsi:type="tFormalExpression">'
            f"{argument}</timeDuration></timerEventDefinition>"
        )
    if kind == "link":
        return f'<linkEventDefinition name="{argument}"/>'
    if kind in ROOTS and argument is not None:
        page.roots[kind, argument] = None
        return f'<{kind}EventDefinition {kind}Ref="{kind}_{argument}"/>'
    return f"<{kind}EventDefinition/>"


def _node(page: _Page, line: str, defaults: dict[str, str]) -> None:
    kind, name, *rest = line.split(maxsplit=2)
    options = rest[0] if rest else ""
    tag = PLAIN[kind]
    attributes = f' id="{name}"'
    if name in defaults:
        attributes += f' default="{defaults[name]}"'
    if kind == "receive":
        message, _, options = options.partition(" ")
        page.roots["message", message] = None
        attributes += f" messageRef={quoteattr('message_' + message)}"
    page.xml.append(f"<{tag}{attributes}>")
    loop = _loop(options.removesuffix("{").strip())
    if kind == "sub":
        # The schema wants the loop before the nodes inside.
        page.xml.append(loop)
    else:
        page.xml.append(f"{loop}</{tag}>")


def _loop(options: str) -> str:
    if match := re.fullmatch(r"(mi|seq)=([^ ]+)(?: until (.+))?", options):
        until = f"<completionCondition>{escape(match[3])}</completionCondition>" if match[3] else ""
        return (
            f'<multiInstanceLoopCharacteristics isSequential="{str(match[1] == "seq").lower()}">'
            f"<loopCardinality>{match[2]}</loopCardinality>{until}"
            "</multiInstanceLoopCharacteristics>"
        )
    if match := re.fullmatch(r"loop(?: max=(\d+))?( before)?(?: while (.+))?", options):
        maximum = f' loopMaximum="{match[1]}"' if match[1] else ""
        before = ' testBefore="true"' if match[2] else ""
        test = f"<loopCondition>{escape(match[3])}</loopCondition>" if match[3] else ""
        return f"<standardLoopCharacteristics{before}{maximum}>{test}</standardLoopCharacteristics>"
    if options:
        raise ValueError(f"cannot draw {options!r}")
    return ""
