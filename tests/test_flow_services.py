"""Service tasks inside a flow: what a machine is given, what comes out, where its errors go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flow_drawings import drawing
from sketch import body, diagram, process

from engine.errors import Conflict
from engine.flow import run
from engine.flow.lint import lint
from engine.flow.load import Flow, load
from engine.flow.play import PlayRequest, play
from engine.flow.run import Setting
from engine.step import Service, Step

CAMUNDA = ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
OURS, THEIRS = 'motcua:topic="t"', 'camunda:type="external" camunda:topic="t"'


def setting(number: int = 1) -> Setting:
    return Setting(seed=f"D/{number}/1", at=AT, facts={})


def flow(inside: str, *more: str) -> Flow:
    lowered = lint({"m.bpmn": diagram(*more, process(inside))}, "m.bpmn").lowered
    assert lowered is not None
    return load(lowered.content)


def lines(*mapped: str) -> str:
    inside = "".join(f"<motcua:{line}/>" for line in mapped)
    return f"<bpmn:extensionElements>{inside}</bpmn:extensionElements>"


def service(attributes: str, mapped: str = "", after: str = "") -> str:
    drawn = body("start:s service:a user:u end:e", "s>a a>u u>e", a="<mark/>")
    drawn = drawn.replace('id="a" name="a" ><mark/>', f'id="a" name="a" {attributes}>{mapped}')
    return drawn + after


def begun(made: Flow, **data: Any) -> Step:
    return run.start(made, "main", setting(), data)


def test_a_machine_is_given_the_inputs_that_are_drawn_and_nothing_else() -> None:
    made = flow(service(OURS, lines(
        'input name="number" value="id_number"', 'input name="twice" value="size * 2"',
    )))
    (opened,) = begun(made, id_number="1", size=2, secret="x").opened
    assert (opened.kind, opened.note.service) == ("service", Service("topic", "t"))
    assert opened.inputs == {"number": "1", "twice": 4}
    assert begun(flow(service(OURS)), id_number="1").opened[0].inputs == {}


@pytest.mark.parametrize(("attributes", "mapped", "data"), [
    (OURS, "", {"old": 1}),
    (OURS, lines('output name="kept" value="a + 1"'), {"old": 1, "kept": 3}),
    (f'{OURS} motcua:result="all"', "", {"old": 1, "all": {"a": 2, "b": 3}}),
    (f'{OURS} motcua:result="all"', lines('output name="kept" value="b"'),
     {"old": 1, "all": {"a": 2, "b": 3}, "kept": 3}),
    (THEIRS, "", {"old": 1, "a": 2, "b": 3}),
    (THEIRS, lines('output name="kept" value="a"'), {"old": 1, "kept": 2}),
    ("", "", {"old": 1, "a": 2, "b": 3}),
])
def test_what_comes_out_of_a_result_is_what_is_drawn(
    attributes: str, mapped: str, data: dict[str, Any],
) -> None:
    made = flow(service(attributes, mapped))
    first = begun(made, old=1)
    step = run.complete(made, first.state, first.opened[0].id, {"a": 2, "b": 3}, setting(2))
    assert step.data == data
    again = run.complete(made, first.state, first.opened[0].id, {"a": 2, "b": 3}, setting(2))
    assert again.digest == step.digest


ERROR = '<bpmn:error id="error" errorCode="E1"/>'


def border(code: str, host: str = "a") -> str:
    reference = f'errorRef="{code}"' if code else ""
    return (
        f'<bpmn:boundaryEvent id="b" attachedToRef="{host}">'
        f"<bpmn:errorEventDefinition {reference}/></bpmn:boundaryEvent>"
        '<bpmn:userTask id="c"/><bpmn:endEvent id="e2"/>'
        '<bpmn:sequenceFlow id="fb" sourceRef="b" targetRef="c"/>'
        '<bpmn:sequenceFlow id="fc" sourceRef="c" targetRef="e2"/>'
    )


@pytest.mark.parametrize(("drawn", "code"), [("error", "E1"), ("", "E1"), ("", "any")])
def test_an_error_goes_out_by_the_event_that_catches_it(drawn: str, code: str) -> None:
    made = flow(service(OURS, after=border(drawn)), ERROR)
    first = begun(made, old=1)
    step = run.fail(made, first.state, first.opened[0].id, (code, {"x": 1}), setting(2))
    assert [task.note.element for task in step.opened] == ["c"]
    assert step.cancelled == (first.opened[0].id,)
    assert step.data == {"old": 1}


def test_variables_of_an_error_are_data_where_camunda_says_so() -> None:
    made = flow(service(THEIRS, after=border("error")), ERROR)
    first = begun(made)
    step = run.fail(made, first.state, first.opened[0].id, ("E1", {"x": 1}), setting(2))
    assert step.data == {"x": 1}


def test_an_error_is_caught_by_what_is_around_the_task() -> None:
    inner = '<bpmn:serviceTask id="a" motcua:topic="t"/>'
    inside = body("start:s subProcess:p end:e", "s>p p>e", p=inner) + border("error", "p")
    made = flow(inside, ERROR)
    first = begun(made)
    step = run.fail(made, first.state, first.opened[0].id, ("E1", {}), setting(2))
    assert [task.note.element for task in step.opened] == ["c"]


@pytest.mark.parametrize("after", ["", border("error")])
def test_an_error_that_nothing_catches_changes_nothing(after: str) -> None:
    made = flow(service(OURS, after=after), ERROR)
    first = begun(made)
    with pytest.raises(Conflict) as refusal:
        run.fail(made, first.state, first.opened[0].id, ("other", {}), setting(2))
    assert refusal.value.code == "error-not-caught"
    with pytest.raises(Conflict) as refusal:
        run.fail(made, first.state, "none", ("E1", {}), setting(2))
    assert refusal.value.code == "task-not-open"


def test_each_instance_of_a_repeated_task_is_a_call_with_inputs_of_its_own() -> None:
    many = (
        '<bpmn:multiInstanceLoopCharacteristics camunda:collection="numbers" '
        'camunda:elementVariable="number"/>'
    )
    made = flow(service(OURS, lines(
        'input name="asked" value="number"', 'output name="last" value="got"',
    ) + many))
    first = begun(made, numbers=["1", "2", "3"])
    assert [task.inputs for task in first.opened] == [{"asked": n} for n in ("1", "2", "3")]
    state, step = first.state, first
    for number, task in enumerate(first.opened):
        given = {"got": task.inputs["asked"]}
        step = run.complete(made, state, task.id, given, setting(number + 2))
        state = step.state
    assert [task.note.element for task in step.opened] == ["u"]
    assert step.data["last"] == "3"


def test_a_play_completes_what_machines_do_with_the_answers_given() -> None:
    content = drawing("start S\nservice A\nend E\nS -> A\nA -> E")
    external = content.replace(
        b'id="A"', f'id="A"{CAMUNDA} camunda:type="external" camunda:topic="t"'.encode())
    for drawn, data in ((content, {"x": 1}), (external, {"x": 1})):
        answer = play({"m.bpmn": drawn}, "m.bpmn", PlayRequest(AT, answers={"A": {"x": 1}}))
        assert (answer["status"], answer["data"]) == ("completed", data)
