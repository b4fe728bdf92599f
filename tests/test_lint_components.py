"""Lint reads the components (thành phần hồ sơ) that a drawing declares, and says what is wrong."""

from __future__ import annotations

import pytest
from sketch import codes, diagram, draw, only, process, report

from engine.components.declared import Component
from engine.flow.lint import lint
from engine.flow.load import load

LEAD = 'motcua:procedureCode="1.1" motcua:timeLimit="2 ngày"'
GOOD = '<motcua:component code="KQ.G15.000015" name="Giấy khai sinh" class="earlier_result"/>'


def drawn(*components: str, attributes: str = LEAD) -> bytes:
    plain = draw("start:s user:a end:e", "s>a a>e", attributes, a='motcua:role="specialist"')
    inside = f"<bpmn:extensionElements>{''.join(components)}</bpmn:extensionElements>".encode()
    head, _, rest = plain.partition(b'<bpmn:startEvent')
    return head + inside + b"<bpmn:startEvent" + rest


def component(**attributes: str) -> str:
    told = {"code": "KQ.1", "name": "Giấy khai sinh", **attributes}
    return f"<motcua:component {' '.join(f'{k}={v!r}' for k, v in told.items())}/>"


def test_components_travel_through_lowering_into_the_facts_of_the_procedure() -> None:
    found = report(drawn(GOOD, component(
        code="TK.1", copy="plain", count="2", required="false", when="kinh_doanh == true",
    )))
    assert found.facts is not None
    assert found.facts.components == (
        Component("KQ.G15.000015", "Giấy khai sinh", "earlier_result"),
        Component("TK.1", "Giấy khai sinh", "on_demand", "plain", 2, False, "kinh_doanh == true"),
    )
    assert found.lowered is not None
    loaded = load(found.lowered.content).facts
    assert loaded is not None
    assert loaded.components == found.facts.components


def test_a_drawing_without_components_is_lowered_to_the_same_bytes_as_before() -> None:
    without = report(draw("start:s user:a end:e", "s>a a>e", LEAD)).lowered
    assert without is not None
    assert b"component" not in without.content


@pytest.mark.parametrize(("wrong", "code"), [
    ({"class": "result"}, "component-class"),
    ({"class": "earlier_results"}, "component-class"),
    ({"copy": "scan"}, "component-copy"),
    ({"count": "hai"}, "component-count"), ({"count": "0"}, "component-count"),
    ({"count": "100"}, "component-count"), ({"count": "٣"}, "component-count"),
    ({"required": "có"}, "component-required"),
    ({"code": ""}, "component-code"), ({"code": "giấy"}, "component-code"),
    ({"code": "../x"}, "component-code"), ({"code": "other"}, "component-code"),
    ({"code": "hand-back"}, "component-code"), ({"name": " "}, "component-name"),
])
def test_what_cannot_be_read_is_an_error_with_its_line(wrong: dict[str, str], code: str) -> None:
    found = only(drawn(component(**wrong)), code)
    assert found.severity == "error"
    assert found.line is not None


def test_a_near_word_is_suggested() -> None:
    assert "earlier_result" in only(drawn(component(**{"class": "earlierresult"})),
                                    "component-class").hint_en


def test_one_code_declared_twice_is_an_error() -> None:
    assert only(drawn(GOOD, GOOD), "component-twice").severity == "error"


def test_a_condition_that_cannot_be_read_is_an_error() -> None:
    found = report(drawn(component(when="tuoi >")))
    assert found.lowered is None
    assert any("component" in f.en for f in found.findings if f.severity == "error")


def test_a_condition_on_a_name_that_nobody_gives_is_a_warning() -> None:
    content = drawn(component(when="khong_co == true"))
    # With a form beside it, all names of the drawing are known.
    form = b'{"type":"default","components":[{"type":"checkbox","key":"co"}]}'
    lead = content.replace(b'<bpmn:userTask id="a"', b'<bpmn:userTask motcua:form="f" id="a"')
    found = lint({"p.bpmn": lead, "f.form": form}, "p.bpmn")
    assert any(
        f.code == "expression-unknown-name" and "khong_co" in f.en for f in found.findings
    )


def test_components_of_a_process_that_is_no_procedure_are_told_not_to_count() -> None:
    content = diagram(process(
        f"<bpmn:extensionElements>{GOOD}</bpmn:extensionElements><bpmn:startEvent id='s'/>",
    ))
    assert "component-not-lead" in codes(content, "warning")
