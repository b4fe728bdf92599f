"""Lint finds what does not hang together: ids, references, borders, gateways, elements, schema."""

from __future__ import annotations

import pytest
from sketch import body, codes, diagram, draw, only, process, report, timer

from engine.flow.lint import lint

PLAIN = ("start:s user:a end:e", "s>a a>e")


def test_a_plain_diagram_has_no_finding_and_is_lowered() -> None:
    found = report(draw(*PLAIN))
    assert [f for f in found.findings if f.severity != "info"] == []
    assert found.lowered is not None
    assert [pool.process for pool in found.pools] == ["main"]
    assert found.facts is None


def test_all_findings_come_at_once_in_the_order_of_their_lines() -> None:
    content = draw("start:s user:a choreographyTask:c xor:g user:b user:a end:e",
                   "s>g g>a[x >] g>b[foo(1)] a>e b>nowhere")
    found = report(content)
    assert {f.code for f in found.findings} >= {
        "unsupported-element", "duplicate-id", "dangling-reference", "expression-syntax",
        "expression-unknown-function", "unreachable",
    }
    lines = [f.line or 0 for f in found.findings]
    assert lines == sorted(lines)
    assert found.lowered is None


@pytest.mark.parametrize(("old", "new", "code", "severity"), [
    (b' id="a"', b"", "missing-id", "error"),
    (b' id="f0"', b"", "flow-without-id", "info"),
    (b' id="a"', b' id="e"', "duplicate-id", "error"),
    (b' id="a"', b' id="motcua.a"', "reserved-id", "error"),
    (b'targetRef="a"', b"", "missing-reference", "error"),
    (b'targetRef="a"', b'targetRef="z"', "dangling-reference", "error"),
    (b'targetRef="a"', b'targetRef="main"', "flow-end-not-a-node", "error"),
    (b"userTask", b"usertask", "unknown-element", "error"),
    (b"userTask", b"choreographyTask", "unsupported-element", "error"),
    (b'name="a"', b'name="a" default="f0"', "default-flow-unknown", "error"),
    (b'sourceRef="s" targetRef="a"', b'sourceRef="a" targetRef="s"', "flow-into-start", "error"),
    (b'sourceRef="a" targetRef="e"', b'sourceRef="e" targetRef="a"', "flow-out-of-end", "error"),
    (b"<bpmn:startEvent", b"<bpmn:dataObject id='x'/><bpmn:startEvent foo='1'", "xsd-attribute",
     "warning"),
    (b' targetNamespace="urn:test"', b"", "xsd-missing-attribute", "warning"),
])
def test_one_mistake_gives_its_finding(old: bytes, new: bytes, code: str, severity: str) -> None:
    found = [f for f in report(draw(*PLAIN).replace(old, new)).findings if f.code == code]
    assert found
    assert found[0].severity == severity
    assert found[0].line is not None
    assert found[0].vi
    assert found[0].en


def test_elements_out_of_order_are_a_warning_and_still_run() -> None:
    swapped = "<bpmn:outgoing>f1</bpmn:outgoing><bpmn:incoming>f0</bpmn:incoming>"
    content = draw(*PLAIN, a=swapped)
    assert only(content, "xsd-order").severity == "warning"
    assert report(content).lowered is not None


def test_an_unreachable_task_and_a_dead_end_are_said() -> None:
    assert only(draw("start:s user:a user:b end:e", "s>a a>e b>e"), "unreachable").element == "b"
    assert only(draw("start:s user:a", "s>a"), "dead-end").severity == "info"
    assert only(draw("start:s xor:a", "s>a"), "dead-end").severity == "warning"


def test_a_sequence_flow_across_pools_is_an_error() -> None:
    content = diagram(
        '<bpmn:collaboration id="c"><bpmn:participant id="P" processRef="main"/>'
        '<bpmn:participant id="Q" processRef="other"/>'
        '<bpmn:messageFlow id="m" sourceRef="a" targetRef="e"/></bpmn:collaboration>',
        process(body(*PLAIN) + '<bpmn:sequenceFlow id="x" sourceRef="a" targetRef="b"/>'),
        process(body("start:t user:b end:f", "t>b b>f"), key="other"),
    )
    assert only(content, "flow-crosses-pool").element == "x"
    assert only(content, "message-flow-inside-pool").element == "m"


def test_a_sequence_flow_out_of_a_sub_process_is_an_error() -> None:
    content = draw("start:s subProcess:q end:e", "s>q q>e b>e", q="<bpmn:task id='b'/>")
    assert "flow-crosses-subprocess" in codes(content, "error")


def test_a_gateway_without_conditions_after_a_person_is_a_question() -> None:
    found = only(draw("start:s user:a xor:g user:b end:e", "s>a a>g g>b g>e b>e"), "gateway-asks")
    assert (found.severity, found.element) == ("info", "g")
    assert "“a”" in found.vi


def test_a_gateway_without_conditions_and_without_a_person_before_it_asks_for_one() -> None:
    content = draw("start:s service:a xor:g user:b end:e", "s>a a>g g>b g>e b>e")
    found = only(content, "gateway-without-conditions")
    assert found.severity == "error"
    assert "người" in found.hint_vi


def test_a_flow_without_condition_hides_those_after_it() -> None:
    content = draw("start:s user:a xor:g user:b end:e", "s>a a>g g>b g>e[x > 1] b>e")
    assert only(content, "condition-missing").element == "f2"
    last = draw("start:s user:a xor:g user:b end:e", "s>a a>g g>e[x > 1] g>b b>e")
    assert only(last, "condition-missing-last").severity == "info"


def test_after_an_event_gateway_only_events_may_follow() -> None:
    content = draw("start:s events:g user:b catch:t end:e", "s>g g>b g>t b>e t>e", t=timer("P1D"))
    assert only(content, "event-gateway-target").element == "f1"


def test_timers_say_when_they_have_no_time_or_one_that_cannot_be_read() -> None:
    for text in ("P3D", "04 giờ", "3 ngày làm việc", "working_days(3)", "${deadline}", "=d.due"):
        assert not codes(draw("start:s catch:t end:e", "s>t t>e", t=timer(text)), "error")
    empty = draw("start:s catch:t end:e", "s>t t>e", t="<bpmn:timerEventDefinition/>")
    assert only(empty, "timer-without-time").severity == "error"
    bad = draw("start:s catch:t end:e", "s>t t>e", t=timer("ba ngày rưỡi"))
    assert "P3D" in only(bad, "timer-unreadable").hint_en


def test_scripts_hold_assignments_only() -> None:
    good = draw("start:s script:t end:e", "s>t t>e", t="<bpmn:script>a = 1</bpmn:script>")
    assert not codes(good, "error")
    bad = draw("start:s script:t end:e", "s>t t>e", t="<bpmn:script>import os</bpmn:script>")
    assert only(bad, "script-not-assignment").element == "t"


def test_a_link_without_its_other_end_is_an_error() -> None:
    link = '<bpmn:linkEventDefinition name="L"/>'
    assert only(draw("start:s throw:t", "s>t", t=link), "link-target").severity == "error"
    both = draw("start:s throw:t catch:c end:e", "s>t c>e", t=link, c=link)
    assert not codes(both, "error", "warning")


def test_a_called_process_is_looked_for_beside_the_file() -> None:
    caller = draw("start:s call:c end:e", "s>c c>e", c='calledElement="sub"')
    called = diagram(process(body("start:s user:x end:e", "s>x x>e"), key="sub"))
    assert only(caller, "called-process-missing").severity == "error"
    found = lint({"main.bpmn": caller, "b.bpmn": called, "c.bpmn": b"<"}, "main.bpmn")
    assert found.lowered is not None


def test_a_file_without_a_process_and_drawings_for_reading_only() -> None:
    content = diagram('<bpmn:collaboration id="c"><bpmn:participant id="P"/></bpmn:collaboration>')
    assert only(content, "nothing-to-run").severity == "error"
    drawn = draw("start:s service:a xor:g user:b end:e", "s>a a>g g>b g>e b>e")
    found = lint({"main.bpmn": drawn}, "main.bpmn", documentation=True)
    assert "gateway-without-conditions" in {f.code for f in found.findings}
    assert {f.severity for f in found.findings} == {"info"}
    broken = lint({"main.bpmn": b"<"}, "main.bpmn", documentation=True)
    assert [f.severity for f in broken.findings] == ["error"]


def test_events_that_stand_where_they_cannot_are_errors() -> None:
    error = "<bpmn:errorEventDefinition/>"
    assert only(draw(*PLAIN, s=error), "start-misplaced").element == "s"
    assert only(draw(*PLAIN, e="<bpmn:cancelEventDefinition/>"), "event-misplaced").element == "e"
    inner = "<bpmn:startEvent id='t'><bpmn:messageEventDefinition/></bpmn:startEvent>"
    assert only(draw("start:s subProcess:q end:e", "s>q q>e", q=inner), "start-misplaced")
    handler = draw("start:s user:a end:e subProcess:q", "s>a a>e", q="<bpmn:startEvent id='t'/>")
    handler = handler.replace(b'id="q"', b'id="q" triggeredByEvent="true"')
    assert only(handler, "event-subprocess-start").element == "q"
    none = draw("start:s catch:t end:e", "s>t t>e")
    assert only(none, "event-not-in-bpmn").element == "t"


def test_a_loop_that_never_rests_is_a_warning_and_one_with_a_person_is_none() -> None:
    quick = draw("start:s xor:m script:x xor:g end:e", "s>m m>x x>g g>m[n < 3] g>e[n > 2]",
                 x="<bpmn:script>n = 1</bpmn:script>")
    assert only(quick, "loop-without-wait").severity == "warning"
    slow = draw("start:s xor:m user:x xor:g end:e", "s>m m>x x>g g>m g>e")
    assert not codes(slow, "warning")


def test_processes_that_call_themselves_and_endless_repetition_are_warnings() -> None:
    content = draw("start:s call:c end:e", "s>c c>e", c='calledElement="main"')
    assert only(content, "call-cycle").element == "c"
    many = ("<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>1000000000"
            "</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>")
    assert only(draw(*PLAIN, a=many), "too-many-instances").severity == "warning"
