"""Correlation by what a process expects from its own data (BPMN 2.0.2 section 8.4.2)."""

from __future__ import annotations

import pytest
from flow_drawings import AT, drawing
from sketch import codes, only

from engine.errors import Conflict
from engine.flow.load import Flow, load
from engine.flow.lower import lower
from engine.flow.read import read
from engine.flow.run import FlowFailed, Message, Setting, complete, deliver, start
from engine.step import Step


def prop(name: str, **paths: str) -> str:
    ways = "".join(
        f'<correlationPropertyRetrievalExpression messageRef="{message}"><messagePath>{path}'
        "</messagePath></correlationPropertyRetrievalExpression>"
        for message, path in paths.items())
    return f'<correlationProperty id="{name}" name="{name}">{ways}</correlationProperty>'


def key(name: str, *props: str) -> str:
    inner = "".join(f"<correlationPropertyRef>{p}</correlationPropertyRef>" for p in props)
    return f'<correlationKey id="{name}">{inner}</correlationKey>'


def bound(**paths: str) -> str:
    inner = "".join(
        f'<correlationPropertyBinding correlationPropertyRef="{name}"><dataPath>{path}</dataPath>'
        "</correlationPropertyBinding>" for name, path in paths.items())
    return f'<correlationSubscription correlationKeyRef="K">{inner}</correlationSubscription>'


NUMBER = prop("number", Reply="dossier_number")
ONE = f'<collaboration id="C">{key("K", "number")}</collaboration>'
WAITING = """
    start S
    user A
    catch R <messageEventDefinition messageRef="Reply"/>
    S -> A
    A -> R
"""
MESSAGE = '<message id="Reply" name="Reply"/>'


def drawn(said: str, lines: str = WAITING, roots: str = MESSAGE + NUMBER + ONE) -> bytes:
    return drawing(lines, extra=roots).replace(b"</process>", f"{said}</process>".encode())


def flow_of(content: bytes) -> Flow:
    return load(lower(read(content))[0].content)


def waiting(flow: Flow, **answers: object) -> Step:
    step = start(flow, "P", Setting("0", AT), {})
    return complete(flow, step.state, step.opened[0].id, answers, Setting("1", AT))


def reply(flow: Flow, step: Step, **payload: object) -> Step:
    return deliver(flow, step.state, Message("Reply", payload), Setting("2", AT))


def test_a_message_must_carry_what_the_process_expects_from_its_data() -> None:
    flow = flow_of(drawn(bound(number="my_number")))
    step = waiting(flow, my_number="H40.1")
    assert [wait.key for wait in step.waits] == ["H40.1"]
    with pytest.raises(Conflict):
        reply(flow, step, dossier_number="H40.2")
    with pytest.raises(Conflict):
        reply(flow, step, other="H40.1")
    assert reply(flow, step, dossier_number="H40.1").finished


def test_a_key_on_the_envelope_is_as_good_as_one_in_the_payload() -> None:
    flow = flow_of(drawn(bound(number="my_number")))
    step = waiting(flow, my_number=7)
    assert deliver(flow, step.state, Message("Reply", {}, "7"), Setting("2", AT)).finished


def test_what_is_expected_follows_the_data_of_the_process() -> None:
    flow = flow_of(drawn(bound(number="my_number"), """
        start S
        and F
        user A
        catch R <messageEventDefinition messageRef="Reply"/>
        S -> F
        F -> A
        F -> R
    """))
    step = start(flow, "P", Setting("0", AT), {"my_number": "old"})
    assert [wait.key for wait in step.waits] == ["old"]
    step = complete(flow, step.state, step.opened[0].id, {"my_number": "new"}, Setting("1", AT))
    assert [wait.key for wait in step.waits] == ["new"]


def test_before_there_are_data_the_conversation_alone_decides() -> None:
    flow = flow_of(drawn(bound(number="my_number")))
    step = waiting(flow)
    assert [wait.key for wait in step.waits] == [None]
    assert reply(flow, step, dossier_number="any").finished


def test_inside_a_sub_process_the_data_of_the_process_count() -> None:
    flow = flow_of(drawn(bound(number="my_number"), """
        start S
        user A
        sub X {
        start S1
        catch R <messageEventDefinition messageRef="Reply"/>
        S1 -> R
        }
        S -> A
        A -> X
    """))
    assert [wait.key for wait in waiting(flow, my_number="1").waits] == ["1"]


def test_an_expectation_that_cannot_be_worked_out_fails_at_its_event() -> None:
    flow = flow_of(drawn(bound(number="my_number + 1")))
    with pytest.raises(FlowFailed) as failure:
        waiting(flow, my_number="text")
    assert failure.value.facts["element"] == "R"


def test_a_key_of_several_properties_is_compared_whole() -> None:
    roots = (MESSAGE + prop("year", Reply="y") + prop("number", Reply="n")
             + f'<collaboration id="C">{key("K", "number", "year")}</collaboration>')
    flow = flow_of(drawn(bound(year="2026", number="my_number"), roots=roots))
    step = waiting(flow, my_number=5)
    assert [wait.key for wait in step.waits] == ["[5,2026]"]
    with pytest.raises(Conflict):
        reply(flow, step, n=5, y=2025)
    assert reply(flow, step, n=5, y=2026).finished


def test_well_drawn_correlation_has_no_finding() -> None:
    assert codes(drawn(bound(number="my_number")), "error", "warning") == set()


@pytest.mark.parametrize("content", [
    drawn(bound(number="x").replace('KeyRef="K"', 'KeyRef="Z"')),
    drawn(bound()),
    drawn(bound(number="")),
    drawn(bound(number="x", other="y")),
    drawn(bound(number="x") + bound(number="y")),
    drawn("", roots=MESSAGE + NUMBER + f'<collaboration id="C">{key("K", "number")}'
          f'{key("L", "number")}</collaboration>'),
    drawn("", roots=MESSAGE + NUMBER + f'<collaboration id="C">{key("K", "number", "year")}'
          "</collaboration>"),
])
def test_what_cannot_be_matched_as_drawn_is_refused(content: bytes) -> None:
    found = only(content, "correlation-unclear")
    assert found.severity == "error"
    assert "correlationKey" in found.hint_en


def test_properties_that_stand_in_no_key_make_one_together() -> None:
    flow = flow_of(drawn("", roots=MESSAGE + NUMBER))
    step = waiting(flow)
    assert [wait.key for wait in step.waits] == [None]
    assert reply(flow, step, dossier_number="H40.1").finished


def test_a_called_process_brings_its_key_with_it() -> None:
    beside = read(drawn(bound(number="my_number")))
    content = drawing("start T\ncall L calledElement=Q\nT -> L").replace(
        b'id="P"', b'id="M"')
    called = read(beside.content.replace(b'id="P"', b'id="Q"'))
    lowered, found = lower(read(content), [called])
    assert [f.code for f in found if f.severity == "error"] == []
    flow = load(lowered.content)
    step = start(flow, "M", Setting("0", AT), {})
    step = complete(flow, step.state, step.opened[0].id, {"my_number": "1"}, Setting("1", AT))
    assert [wait.key for wait in step.waits] == ["1"]
