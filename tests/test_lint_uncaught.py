"""An error that nobody catches ends the process (BPMN 2.0.2 table 10.88); lint says so before."""

from __future__ import annotations

import pytest
from flow_drawings import drawing
from sketch import codes

from engine.flow.lint import lint


def inner(border: str = "", handler: str = "") -> str:
    return f"""
        start S
        sub X {{
        start S1
        end E error:Bad
        S1 -> E
        {handler}
        }}
        {border}
        S -> X
    """


@pytest.mark.parametrize(("lines", "told"), [
    ("start S\nend E error:Bad\nS -> E", True),
    (inner(), True),
    (inner("boundary B on=X error:Bad"), False),
    (inner("boundary B on=X <errorEventDefinition/>"), False),
    (inner("boundary B on=X error:Other"), True),
    (inner("boundary B on=X escalation:Up"), True),
    (inner("sub H event {\nstart HS error:Bad\nuser U\nHS -> U\n}"), False),
    (inner(handler="sub H event {\nstart HS error:Bad\nuser U\nHS -> U\n}"), False),
    (inner(handler="sub H event {\nstart HS error:Bad\nend HE error:Bad\nHS -> HE\n}"), True),
])
def test_an_error_without_a_catcher_is_told(lines: str, told: bool) -> None:
    assert ("error-uncaught" in codes(drawing(lines), "warning")) is told


def test_a_shared_definition_is_an_error_too() -> None:
    shared = '<error id="Bad" errorCode="1"/><errorEventDefinition id="D" errorRef="Bad"/>'
    lines = "start S\nend E <eventDefinitionRef>D</eventDefinitionRef>\nS -> E"
    assert "error-uncaught" in codes(drawing(lines, extra=shared), "warning")


def test_whoever_calls_the_process_may_catch_its_errors() -> None:
    called = drawing("start S\nend E error:Bad\nS -> E", process="Q")
    main = drawing("start T\ncall C calledElement=Q\nT -> C").replace(b"</definitions>", (
        called.partition(b"<process")[1] + called.partition(b"<process")[2]))
    assert "error-uncaught" not in {f.code for f in lint({"m": main}, "m").findings}
