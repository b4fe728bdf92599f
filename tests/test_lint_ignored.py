"""What other engines would run and motcua does not is never passed over in silence."""

from __future__ import annotations

import pytest
from flow_drawings import drawing

from engine.flow.lint import lint

CAMUNDA = ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
ZEEBE = ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'


def codes(line: str, *, flow: str = "S -> A") -> dict[str, str]:
    report = lint({"m.bpmn": drawing(f"start S\n{line}\n{flow}")}, "m.bpmn")
    return {found.code: found.severity for found in report.findings}


@pytest.mark.parametrize("line", [
    (f'user A <extensionElements{CAMUNDA}><camunda:taskListener event="create" class="X"/>'
    "</extensionElements>"),
    (f'service A <extensionElements{CAMUNDA}><camunda:executionListener event="end" class="X"/>'
    "</extensionElements>"),
    f"service A <extensionElements{CAMUNDA}><camunda:connector/></extensionElements>",
    (f"service A <extensionElements{ZEEBE}><zeebe:executionListeners><zeebe:executionListener/>"
    "</zeebe:executionListeners></extensionElements>"),
])
def test_code_beside_a_task_is_a_warning(line: str) -> None:
    assert codes(line)["extension-ignored"] == "warning"


def test_an_attribute_that_would_skip_a_task_is_a_warning() -> None:
    content = drawing("start S\nuser A\nS -> A").replace(b'id="A"', (
        b'id="A" xmlns:flowable="http://flowable.org/bpmn" flowable:skipExpression="${x}"'))
    assert "extension-ignored" in {f.code for f in lint({"m": content}, "m").findings}


def test_a_service_by_a_class_is_told_to_be_completed_by_a_connector() -> None:
    content = drawing("start S\nservice A\nS -> A").replace(b'id="A"', (
        b'id="A" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" camunda:class="com.X"'))
    assert "service-outside" in {f.code for f in lint({"m": content}, "m").findings}


def test_a_script_or_condition_in_another_file_is_refused() -> None:
    content = drawing("start S\nscript A\nS -> A").replace(b'id="A"', (
        b'id="A" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" camunda:resource="a.groovy"'))
    errors = {f.code for f in lint({"m": content}, "m").findings if f.severity == "error"}
    assert errors == {"code-elsewhere"}
