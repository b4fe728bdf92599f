"""Lint of tasks that machines do: connectors, topics, and what no machine can answer."""

from __future__ import annotations

import pytest
from sketch import body, codes, diagram, draw, process, report

from engine.flow.lint import Known


def with_task(attributes: str, kind: str = "service") -> bytes:
    return draw(f"start:s {kind}:a end:e", "s>a a>e", a=attributes)


def graded(drawn: bytes, code: str, known: Known | None) -> list[str]:
    return [f.severity for f in report(drawn, known).findings if f.code == code]


def test_a_connector_is_a_warning_here_and_an_error_where_it_is_not_configured() -> None:
    drawn = with_task('motcua:connector="person"')
    assert graded(drawn, "unknown-connector", None) == ["warning"]
    assert graded(drawn, "unknown-connector", Known((), (), ("land",))) == ["error"]
    assert graded(drawn, "unknown-connector", Known((), (), ("land", "person"))) == []


@pytest.mark.parametrize(("attributes", "code"), [
    ('camunda:type="external"', "topic-missing"),
    ('motcua:topic=" "', "topic-missing"),
    ('motcua:connector=""', "topic-missing"),
    ('motcua:connector="a" motcua:topic="b"', "connector-and-topic"),
    ('motcua:connector="a" camunda:type="external" camunda:topic="b"', "connector-and-topic"),
    ('motcua:topic="${topic}"', "connector-name"),
    ('motcua:topic="tra cứu"', "connector-name"),
])
def test_what_no_machine_could_be_found_for_cannot_be_submitted(
    attributes: str, code: str,
) -> None:
    assert graded(with_task(attributes), code, None) == ["warning"]
    assert graded(with_task(attributes), code, Known((), (), ("a",))) == ["error"]


@pytest.mark.parametrize(("kind", "more"), [
    ("user", ""), ("task", ""), ("script", ""), ("sendTask", ' messageRef="m"'),
    ("businessRuleTask", ' motcua:decision="d"'),
])
def test_a_connector_on_what_no_machine_does_is_told(kind: str, more: str) -> None:
    drawn = with_task(f'motcua:connector="a"{more}', kind)
    assert "connector-misplaced" in codes(drawn, "warning")


@pytest.mark.parametrize("attributes", [
    'motcua:topic="sign-pdf"', 'camunda:type="external" camunda:topic="sign-pdf"',
    'camunda:topic="sign-pdf"', "",
])
def test_a_topic_needs_no_configuration(attributes: str) -> None:
    assert codes(with_task(attributes), "error", "warning") == set()


def test_a_machine_cannot_answer_the_question_of_a_gateway() -> None:
    drawn = draw(
        "start:s service:a xor:g end:e end:f", "s>a a>g g>e g>f", a='motcua:topic="t"',
    )
    assert "machine-asked" in codes(drawn, "warning")
    decided = draw(
        "start:s service:a xor:g end:e end:f", "s>a a>g g>e[x > 1] g>f", a='motcua:topic="t"',
    )
    assert "machine-asked" not in codes(decided)


def test_the_outputs_of_a_machine_are_names_that_expressions_may_use() -> None:
    line = '<motcua:output name="size" value="x"/>'
    output = f"<bpmn:extensionElements>{line}</bpmn:extensionElements>"
    inside = body(
        "start:s user:u service:a xor:g end:e end:f", "s>u u>a a>g g>e[size > 1] g>f[seize > 1]",
        u='motcua:form="f"', a=output,
    ).replace('id="a" name="a"', 'id="a" name="a" motcua:topic="t" motcua:result="found"')
    form = b'{"type": "default", "components": [{"type": "number", "key": "x"}]}'
    found = report(diagram(process(inside)), None, f=form).findings
    assert [f.hint_en for f in found if f.code == "expression-unknown-name"] == [
        "Did you mean size?",
    ]
