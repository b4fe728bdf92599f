"""Each reading beyond the standard is listed in bpmn/README.md with an info that lint gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flow_drawings import drawing

from engine.flow.lint import lint

README = Path(__file__).parent.parent / "bpmn" / "README.md"
LISTED = re.findall(r"\| `([a-z-]+)` \|$", README.read_text(encoding="utf-8").partition(
    "## Đọc rộng hơn chuẩn")[2].partition("## Biểu mẫu")[0], re.MULTILINE)
CAMUNDA = ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
POOLS = drawing("start S\nend E message:M\nS -> E", extra=(
    '<collaboration id="C"><participant id="A" processRef="P"/><participant id="B" '
    'processRef="Q"/><messageFlow id="mf" sourceRef="E" targetRef="B"/></collaboration>'
    '<process id="Q"><startEvent id="T"><messageEventDefinition messageRef="M"/></startEvent>'
    "</process>"))
PLAIN = drawing("start S\nuser U\nxor G\nend E\nend F\nS -> U\nU -> G\nG -> E : x > 1\nG -> F")
PROCEDURE = drawing("start S\nend E\nS -> E", head='motcua:procedureCode="T"', extra=(
    '<process id="Q"><startEvent id="T"><M/></startEvent><userTask id="U"/>'
    '<sequenceFlow id="q" sourceRef="T" targetRef="U"/></process>'))
NEEDS = {
    "gateway-asks": drawing("start S\nuser U\nxor G\nend E\nend F\nS -> U\nU -> G\nG -> E\nG -> F"),
    "condition-missing-last": PLAIN,
    "task-for-a-person": drawing("start S\ntask A\nS -> A"),
    "timer-as-written": drawing("start S\ncatch C timer:PT1H\nS -> C"),
    "group-shares-duration": drawing("start S\nuser A\nS -> A").replace(
        b"</process>", b'<group id="g" motcua:duration="2 ng\xc3\xa0y"/></process>'),
    "message-flow-to-pool": POOLS,
    "starts-together": drawing("start S\nstart T\nuser A\nuser B\nS -> A\nT -> B"),
    "message-flow-shown": POOLS.replace(b'sourceRef="E"', b'sourceRef="S"'),
    "message-without-flow": re.sub(rb"<messageFlow[^>]*>", b"", POOLS),
    "begins-with-dossier": PROCEDURE.replace(b"<M/>", b""),
    "begins-by-event": PROCEDURE.replace(
        b"<M/>", b'<signalEventDefinition signalRef="G"/>').replace(b"<process id=\"P", (
            b'<signal id="G" name="G"/><process id="P')),
    "outgoing-order": PLAIN.replace(
        b'id="G"', b'id="G" default="G_F"').replace(
        b"</exclusiveGateway>", b"<outgoing>G_U</outgoing><outgoing>G_E</outgoing>"
        b"</exclusiveGateway>").replace(
        b"</process>", b'<sequenceFlow id="G_U" sourceRef="G" targetRef="U"><conditionExpression>'
        b"x &lt; 0</conditionExpression></sequenceFlow></process>"),
    "flow-without-id": re.sub(rb'<sequenceFlow id="[^"]*"', b"<sequenceFlow", PLAIN, count=1),
    "no-start-event": drawing("user A"),
    "camunda-words": drawing("start S\nuser A\nS -> A").replace(
        b'id="A"', f'id="A"{CAMUNDA} camunda:candidateGroups="clerks"'.encode()),
    "vendor-mapping": drawing(
        f"start S\nuser A <extensionElements{CAMUNDA}><camunda:inputOutput><camunda:inputParameter "
        'name="a">1</camunda:inputParameter></camunda:inputOutput></extensionElements>\nS -> A'),
    "service-outside": drawing("start S\nservice A\nS -> A").replace(
        b'id="A"', f'id="A"{CAMUNDA} camunda:class="com.X"'.encode()),
    "complex-reset": drawing(
        "start S\ncomplex K <activationCondition>activationCount &gt;= 1</activationCondition>\n"
        "end E\nS -> K\nK -> E"),
    "condition-after-event": drawing("start S\nend E\nend F\nS -> E : x > 1\nS -> F"),
    "owner-as-role": drawing(
        "start S\nuser A <potentialOwner><resourceRef>R</resourceRef></potentialOwner>\nS -> A",
        extra='<resource id="R" name="clerk"/>'),
    "external-task": drawing("start S\nservice A\nS -> A").replace(
        b'id="A"', f'id="A"{CAMUNDA} camunda:type="external" camunda:topic="t"'.encode()),
}


def infos(content: bytes) -> set[str]:
    report = lint({"m.bpmn": content}, "m.bpmn")
    return {found.code for found in report.findings if found.severity == "info"}


def test_every_listed_reading_is_shown_here() -> None:
    assert sorted(LISTED) == sorted(NEEDS)


@pytest.mark.parametrize("code", sorted(NEEDS))
def test_a_reading_is_told_where_it_is_needed(code: str) -> None:
    assert code in infos(NEEDS[code])


@pytest.mark.parametrize("code", sorted(set(NEEDS) - {"condition-missing-last"}))
def test_a_reading_is_not_told_where_it_is_not_needed(code: str) -> None:
    assert code not in infos(PLAIN)


def test_a_due_date_of_camunda_that_says_a_span_is_the_duration_of_its_task() -> None:
    content = NEEDS["camunda-words"].replace(b'camunda:candidateGroups="clerks"',
                                             b'camunda:dueDate="P2D"')
    assert "extension-ignored" not in {f.code for f in lint({"m": content}, "m").findings}
    assert "extension-ignored" in {
        f.code for f in lint({"m": content.replace(b"P2D", b"${later}")}, "m").findings}
