"""Every place of a drawing or table where an expression can stand, to be filled by tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.sax.saxutils import escape, quoteattr

from dmn_tables import decision, file, table
from sketch import body, diagram, draw, process

_ZEEBE = 'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
_CAMUNDA = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
Place = Callable[[str], Mapping[str, bytes]]


def _one(content: bytes) -> Mapping[str, bytes]:
    return {"m.bpmn": content}


def _flow(gateway: str) -> Place:
    return lambda text: _one(draw(
        f"start:s {gateway}:g user:a user:b end:e",
        f"s>g g>a[{text.replace(']', ')')}] g>b a>e b>e").replace(
        escape(text.replace("]", ")")).encode(), escape(text).encode()))


def _task(inside: str, kind: str = "user") -> Place:
    """Return a place in the element of a task; `{}` stands for the text, `{!}` in an attribute."""
    return lambda text: _one(draw(
        f"start:s {kind}:t end:e", "s>t t>e",
        t=inside.replace("{!}", quoteattr(text)).replace("{}", escape(text))))


def _attributes(written: str, kind: str) -> Place:
    return lambda text: _one(draw(
        f"start:s {kind}:t end:e", "s>t t>e", t=written.replace("{!}", quoteattr(text))))


def _event(definition: str, kind: str = "catch") -> Place:
    return _task(f"<bpmn:{definition}", kind)


def _extension(inside: str, kind: str = "service", space: str = _ZEEBE) -> Place:
    return _task(f"<bpmn:extensionElements {space}>{inside}</bpmn:extensionElements>", kind)


def _message(written: str) -> Place:
    def drawn(text: str) -> Mapping[str, bytes]:
        root = f'<bpmn:message id="M" name="M" {written.replace("{!}", quoteattr(text))}/>'
        catch = '<bpmn:messageEventDefinition messageRef="M"/>'
        return _one(diagram(root, process(body(
            "start:s throw:t end:e", "s>t t>e", t=catch))))
    return drawn


def _correlation(text: str) -> Mapping[str, bytes]:
    root = ('<bpmn:message id="M" name="M"/><bpmn:correlationProperty id="K" name="K">'
            '<bpmn:correlationPropertyRetrievalExpression messageRef="M"><bpmn:messagePath>'
            f"{escape(text)}</bpmn:messagePath></bpmn:correlationPropertyRetrievalExpression>"
            "</bpmn:correlationProperty>")
    return _one(diagram(root, process(body(
        "start:s throw:t end:e", "s>t t>e", t='<bpmn:messageEventDefinition messageRef="M"/>'))))


def _limit(text: str) -> Mapping[str, bytes]:
    inside = ("<bpmn:extensionElements><motcua:limit value=\"5 ngày làm việc\" when="
              f"{quoteattr(text)}/></bpmn:extensionElements>")
    return _one(diagram(process(inside + body("start:s user:a end:e", "s>a a>e"),
                                'motcua:procedureCode="1.1" motcua:timeLimit="9 ngày"')))


def _decided(tables: bytes) -> Mapping[str, bytes]:
    return {"m.bpmn": draw("start:s businessRuleTask:r end:e", "s>r r>e",
                           r='motcua:decision="D" motcua:result="x"'), "t.dmn": tables}


def _table(columns: str, cell: str, result: str, outputs: str = "r") -> Place:
    def drawn(text: str) -> Mapping[str, bytes]:
        parts = [part.replace("{}", text.replace(";", ",")) for part in (cell, result)]
        return _decided(file(decision(table(
            [columns.replace("{}", text)], [outputs.replace("{}", text)],
            [f"{parts[0]}; {parts[1]}"], "FIRST"))))
    return drawn


def _literal(text: str) -> Mapping[str, bytes]:
    return _decided(file(decision(
        f"<literalExpression><text>{escape(text)}</text></literalExpression>")))


def _form(text: str) -> Mapping[str, bytes]:
    written = escape(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    field = ('{"type": "textfield", "key": "k", "label": "K", "conditional": {"hide": "='
             + written + '"}}')
    return {"m.bpmn": draw("start:s user:a end:e", "s>a a>e", a='motcua:form="f"'),
            "f.form": f'{{"type": "default", "components": [{field}]}}'.encode()}


_MULTI = "<bpmn:multiInstanceLoopCharacteristics{}>{}</bpmn:multiInstanceLoopCharacteristics>"
PLACES: Mapping[str, Place] = {
    "exclusive condition": _flow("xor"), "inclusive condition": _flow("or"),
    "condition out of a task": _flow("user"),
    "script": _task("<bpmn:script>x = {}</bpmn:script>", "script"),
    "time date": _event("timerEventDefinition><bpmn:timeDate>{}</bpmn:timeDate>"
                        "</bpmn:timerEventDefinition>"),
    "time duration": _event("timerEventDefinition><bpmn:timeDuration>{}</bpmn:timeDuration>"
                            "</bpmn:timerEventDefinition>"),
    "time cycle": _event("timerEventDefinition><bpmn:timeCycle>{}</bpmn:timeCycle>"
                         "</bpmn:timerEventDefinition>"),
    "condition event": _event("conditionalEventDefinition><bpmn:condition>{}</bpmn:condition>"
                              "</bpmn:conditionalEventDefinition>"),
    "cardinality": _task(_MULTI.format("", "<bpmn:loopCardinality>{}</bpmn:loopCardinality>")),
    "completion": _task(_MULTI.format(
        "", "<bpmn:loopCardinality>2</bpmn:loopCardinality><bpmn:completionCondition>{}"
        "</bpmn:completionCondition>")),
    "collection": _task(_MULTI.format(f" {_CAMUNDA} camunda:collection={{!}}", "")),
    "zeebe collection": _task(_MULTI.format("", (
        f"<bpmn:extensionElements {_ZEEBE}><zeebe:loopCharacteristics inputCollection={{!}} "
        'inputElement="x" outputCollection="o" outputElement="x"/></bpmn:extensionElements>'))),
    "zeebe output element": _task(_MULTI.format("", (
        f"<bpmn:extensionElements {_ZEEBE}><zeebe:loopCharacteristics inputCollection=\"[1, 2]\" "
        'inputElement="x" outputCollection="o" outputElement={!}/></bpmn:extensionElements>'))),
    "loop": _task("<bpmn:standardLoopCharacteristics><bpmn:loopCondition>{}</bpmn:loopCondition>"
                  "</bpmn:standardLoopCharacteristics>"),
    "activation": _task("<bpmn:activationCondition>{}</bpmn:activationCondition>",
                        "complexGateway"),
    "ad hoc completion": _task('<bpmn:task id="in"/><bpmn:completionCondition>{}'
                               "</bpmn:completionCondition>", "adHocSubProcess"),
    "payload": _message("motcua:payload={!}"), "message key": _message("motcua:key={!}"),
    "correlation": _correlation, "limit": _limit,
    "data input": _task(
        '<bpmn:ioSpecification><bpmn:dataInput id="i" name="i"/><bpmn:inputSet/><bpmn:outputSet/>'
        "</bpmn:ioSpecification><bpmn:dataInputAssociation><bpmn:targetRef>i</bpmn:targetRef>"
        "<bpmn:assignment><bpmn:from>{}</bpmn:from><bpmn:to>i</bpmn:to></bpmn:assignment>"
        "</bpmn:dataInputAssociation>"),
    "data output": _task(
        '<bpmn:ioSpecification><bpmn:dataOutput id="o" name="o"/><bpmn:inputSet/><bpmn:outputSet/>'
        "</bpmn:ioSpecification><bpmn:dataOutputAssociation><bpmn:sourceRef>o</bpmn:sourceRef>"
        "<bpmn:targetRef>o</bpmn:targetRef><bpmn:transformation>{}</bpmn:transformation>"
        "</bpmn:dataOutputAssociation>"),
    "camunda input": _extension(
        '<camunda:inputOutput><camunda:inputParameter name="x">{}</camunda:inputParameter>'
        "</camunda:inputOutput>", "user", _CAMUNDA),
    "camunda output": _extension(
        '<camunda:inputOutput><camunda:outputParameter name="x">{}</camunda:outputParameter>'
        "</camunda:inputOutput>", "user", _CAMUNDA),
    "camunda script parameter": _extension(
        '<camunda:inputOutput><camunda:inputParameter name="x"><camunda:script '
        'scriptFormat="python">{}</camunda:script></camunda:inputParameter></camunda:inputOutput>',
        "user", _CAMUNDA),
    "camunda in": _extension("<camunda:in sourceExpression={!} target=\"x\"/>", "call", _CAMUNDA),
    "camunda expression": _attributes(f"{_CAMUNDA} camunda:expression={{!}}", "service"),
    "camunda due date": _attributes(f"{_CAMUNDA} camunda:dueDate={{!}}", "user"),
    "camunda listener": _extension(
        "<camunda:executionListener event=\"start\" expression={!}/>", "user", _CAMUNDA),
    "camunda groups": _attributes(f"{_CAMUNDA} camunda:candidateGroups={{!}}", "user"),
    "zeebe input": _extension("<zeebe:ioMapping><zeebe:input source={!} target=\"x\"/>"
                              "</zeebe:ioMapping>", "user"),
    "zeebe output": _extension("<zeebe:ioMapping><zeebe:output source={!} target=\"x\"/>"
                               "</zeebe:ioMapping>", "user"),
    "zeebe script": _extension('<zeebe:script expression={!} resultVariable="x"/>', "script"),
    "zeebe called process": _extension("<zeebe:calledElement processId={!}/>", "call"),
    "zeebe called decision": _extension(
        '<zeebe:calledDecision decisionId={!} resultVariable="x"/>', "businessRuleTask"),
    "zeebe job": _extension("<zeebe:taskDefinition type={!}/>"),
    "duration": _attributes("motcua:duration={!}", "user"),
    "status": _attributes("motcua:status={!}", "user"),
    "loop maximum": _task("<bpmn:standardLoopCharacteristics loopMaximum={!}>"
                          "<bpmn:loopCondition>true</bpmn:loopCondition>"
                          "</bpmn:standardLoopCharacteristics>"),
    "quantity": _attributes("startQuantity={!}", "user"),
    "cell": _table("x", "{}", "1"), "result cell": _table("x", "-", "{}"),
    "column": _table("{}", "-", "1"), "allowed values": _table("x", "-", "1", "r | {}"),
    "default output": _table("x", "-", "1", "r / {}"), "literal": _literal,
    "form condition": _form,
}
