"""The support table says what is: what it calls running is linted, loaded and played."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pytest
from lxml import etree
from sketch import body, codes, diagram, draw, process, report

from engine.flow.lint.schema import element_names
from engine.flow.load import load
from engine.flow.play import PlayRequest, play
from engine.flow.support import SUPPORT, table
from engine.flow.vocabulary import ATTRIBUTES, ELEMENTS, tables

README = Path(__file__).resolve().parent.parent / "bpmn" / "README.md"
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SHARED = (
    '<bpmn:message id="M" name="M"/><bpmn:signal id="G" name="G"/>'
    '<bpmn:error id="R" name="R" errorCode="1"/>'
    '<bpmn:escalation id="A" name="A" escalationCode="1"/>'
)
REFERENCES = {
    "message": 'messageRef="M"', "signal": 'signalRef="G"', "error": 'errorRef="R"',
    "escalation": 'escalationRef="A"', "link": 'name="L"',
}
INSIDE = {
    "timer": "<bpmn:timeDuration>PT1H</bpmn:timeDuration>",
    "conditional": "<bpmn:condition>1 == 1</bpmn:condition>",
}
TASKS = {
    "scriptTask": "<bpmn:script>x = 1</bpmn:script>", "callActivity": 'calledElement="sub"',
    "subProcess": "<bpmn:task id='i'/>", "transaction": "<bpmn:task id='i'/>",
    "adHocSubProcess": "<bpmn:task id='i'/>",
}
EXPRESSION = ("<bpmn:resourceAssignmentExpression><bpmn:formalExpression>{}"
              "</bpmn:formalExpression></bpmn:resourceAssignmentExpression>")
RUNNING = [key for key, row in SUPPORT.items() if row.verdict in ("runs", "lowered")]
ACTING = [
    key for key in RUNNING
    if "/" in key or key.endswith(("Task", "task", "Gateway", "Activity", "Process", "transaction"))
]


def event(trigger: str) -> str:
    if trigger == "none":
        return ""
    return (f"<bpmn:{trigger}EventDefinition {REFERENCES.get(trigger, '')}>"
            f"{INSIDE.get(trigger, '')}</bpmn:{trigger}EventDefinition>")


def start(trigger: str) -> str:
    if trigger not in ("error", "escalation", "compensate"):
        return body("start:s user:a end:e", "s>a a>e", s=event(trigger))
    handler = (f"<bpmn:startEvent id='t'>{event(trigger)}</bpmn:startEvent><bpmn:task id='h'/>"
               "<bpmn:sequenceFlow id='g' sourceRef='t' targetRef='h'/>")
    drawn = body("start:s user:a end:e subProcess:q", "s>a a>e", q=handler)
    return drawn.replace('id="q"', 'id="q" triggeredByEvent="true"')


def boundary(trigger: str) -> str:
    host = "transaction" if trigger == "cancel" else "userTask"
    flows = "s>a a>e" if trigger == "compensate" else "s>a a>e b>h"
    drawn = body(f"start:s {host}:a boundaryEvent:b end:e task:h", flows, b=event(trigger))
    if trigger == "compensate":
        drawn = drawn.replace('id="h"', 'id="h" isForCompensation="true"')
        drawn += '<bpmn:association id="y" sourceRef="b" targetRef="h"/>'
    return drawn.replace('id="b"', 'id="b" attachedToRef="a"')


def ending(trigger: str) -> str:
    if trigger != "cancel":
        return body("start:s end:e", "s>e", e=event(trigger))
    inner = ("<bpmn:startEvent id='t'/><bpmn:endEvent id='u'><bpmn:cancelEventDefinition/>"
             "</bpmn:endEvent><bpmn:sequenceFlow id='g' sourceRef='t' targetRef='u'/>")
    return body("start:s transaction:q end:e", "s>q q>e", q=inner)


def drawn(key: str) -> str:
    name, _, trigger = key.partition("/")
    if trigger == "link":
        link = event("link")
        return body("start:s throw:u catch:c end:e", "s>u c>e", u=link, c=link)
    if name.startswith("intermediate"):
        return body(f"start:s {name}:c end:e", "s>c c>e", c=event(trigger))
    if trigger:
        return {"startEvent": start, "boundaryEvent": boundary, "endEvent": ending}[name](trigger)
    if name.endswith("Gateway"):
        when = "[1 == 1]" if name in ("exclusiveGateway", "inclusiveGateway") else ""
        return body(f"start:s user:z {name}:g catch:c catch:d end:e",
                    f"s>z z>g g>c{when} g>d{when} c>e d>e", c=event("timer"), d=event("message"))
    return body(f"start:s {name}:a end:e", "s>a a>e", a=TASKS.get(name, ""))


@pytest.mark.parametrize("key", ACTING)
def test_what_the_table_calls_running_runs(key: str) -> None:
    called = body("start:s1 user:a1 end:e1", "s1>a1 a1>e1").replace('id="f', 'id="h')
    content = diagram(SHARED, process(drawn(key)), process(called, key="sub"))
    assert codes(content, "error") == set()
    assert report(content).lowered is not None
    answer = play({"m.bpmn": content}, "m.bpmn", PlayRequest(at=AT, process="main"))
    assert (answer["status"], answer["error"]) in {("completed", None), ("waiting", None)}


def test_what_the_table_refuses_is_an_error_with_the_reason() -> None:
    content = diagram(process(body("start:s choreographyTask:c end:e", "s>c c>e")))
    found = [f for f in report(content).findings if f.code == "unsupported-element"]
    assert SUPPORT["choreographyTask"].en in found[0].en


def test_every_row_is_an_element_of_bpmn() -> None:
    assert {key.partition("/")[0] for key in SUPPORT} <= element_names()


def test_the_readme_shows_the_tables_as_they_are() -> None:
    assert f"{table()}\n\n{tables()}\n" in README.read_text(encoding="utf-8")


def test_every_element_of_the_schema_is_judged_once() -> None:
    rows = {key.partition("/")[0] for key in SUPPORT}
    assert rows | set(ELEMENTS) == element_names() - {""}
    assert rows & set(ELEMENTS) == set()


def test_every_attribute_of_the_schema_is_judged() -> None:
    schema = resources.files("SpiffWorkflow").joinpath("bpmn/parser/schema")
    drawn = {
        attribute.get("name") or attribute.get("ref")
        for file in ("BPMN20.xsd", "Semantic.xsd")
        for attribute in etree.fromstring(schema.joinpath(file).read_bytes()).iter(
            "{http://www.w3.org/2001/XMLSchema}attribute")
    }
    assert set(ATTRIBUTES) == drawn


@pytest.mark.parametrize("name", sorted(
    name for name, word in ELEMENTS.items() if word.verdict in {"told", "warned", "refused"}))
def test_an_element_that_is_not_run_is_told_with_its_name(name: str) -> None:
    content = draw("start:s user:a end:e", "s>a a>e", a=f"<bpmn:{name} id='odd'/>")
    (found,) = (f for f in report(content).findings if f" {name}" in f.en and f.code in {
        "documentation-only", "not-run", "abstract-element"})
    assert found.severity == {"told": "info", "warned": "warning", "refused": "error"}[
        ELEMENTS[name].verdict]
    assert (found.line, found.hint_en != "") == (5, True)


@pytest.mark.parametrize("name", sorted(
    name for name, word in ATTRIBUTES.items() if word.verdict in {"told", "warned"}
    and name != "gatewayDirection"))
def test_an_attribute_that_is_not_run_is_told_unless_it_says_nothing(name: str) -> None:
    def said(value: str) -> set[str]:
        content = draw("start:s user:a end:e", "s>a a>e", a=f'{name}="{value}"')
        return {f.severity for f in report(content).findings if f"@{name}" in f.en}

    assert said("odd") == {"told": {"info"}, "warned": {"warning"}}[ATTRIBUTES[name].verdict]
    assert all(said(value) == set() for value in ATTRIBUTES[name].neutral)


def test_a_gateway_that_splits_though_drawn_as_converging_is_told() -> None:
    content = draw("start:s user:a and:g end:e end:d", "s>a a>g g>e g>d",
                   g='gatewayDirection="Converging"')
    assert "not-run" in codes(content, "warning")
    assert "not-run" not in codes(content.replace(b"Converging", b"Diverging"))


@pytest.mark.parametrize(("inside", "role"), [
    (EXPRESSION.format("group(clerk)"), "clerk"), (EXPRESSION.format("clerk"), "clerk"),
    ("<bpmn:resourceRef>R1</bpmn:resourceRef>", "leader"),
])
def test_a_potential_owner_is_the_role_of_its_task(inside: str, role: str) -> None:
    task = body("start:s user:a", "s>a", a=f"<bpmn:potentialOwner>{inside}</bpmn:potentialOwner>")
    found = report(diagram('<bpmn:resource id="R1" name="leader"/>', process(task)))
    assert found.lowered is not None
    assert load(found.lowered.content).notes["a"].role == role


def test_an_owner_that_is_computed_is_no_role() -> None:
    owner = f"<bpmn:potentialOwner>{EXPRESSION.format('boss(x)')}</bpmn:potentialOwner>"
    content = draw("start:s user:a", "s>a", a=owner)
    assert "not-run" in codes(content, "warning")
