"""What a rehearsal tells: the trace of an input that fails, starts by condition, kinds of words."""

from __future__ import annotations

from flow_drawings import done, played


def test_a_failing_input_leaves_the_trace_up_to_its_failure() -> None:
    told = played("start S\nxor g\ntask a\ntask b\nS -> g\ng -> a : x > 5\ng -> b : x > 6",
                  data={"x": 1})
    assert (told["status"], told["error"]["element"]) == ("failed", "g")
    assert [(item["element"], item["event"]) for item in told["trace"]] == [
        ("S", "entered"), ("S", "completed"), ("g", "entered"), ("g", "completed")]


def test_a_conditional_start_begins_where_its_condition_holds_on_the_data() -> None:
    lines = "start S conditional:x > 1\ntask a\nS -> a"
    assert done(played(lines, data={"x": 2})) == ["S", "a"]
    assert done(played(lines, data={"x": 1})) == []
    assert done(played(lines)) == []


def test_no_pool_misses_a_signal_because_it_is_drawn_later() -> None:
    later = """<signal id="Go" name="Go"/>
        <process id="Q"><startEvent id="QS"/><intermediateCatchEvent id="QC">
        <signalEventDefinition signalRef="Go"/></intermediateCatchEvent>
        <sequenceFlow id="q" sourceRef="QS" targetRef="QC"/></process>
        <process id="R"><startEvent id="RS"><signalEventDefinition signalRef="Go"/></startEvent>
        </process><collaboration id="K"><participant id="a" processRef="P"/>
        <participant id="b" processRef="Q"/><participant id="c" processRef="R"/></collaboration>"""
    told = played('start S\nend E <signalEventDefinition signalRef="Go"/>\nS -> E', extra=later)
    assert done(told) == ["S", "E", "QS", "QC", "RS"]
    assert told["status"] == "completed"


def test_a_message_never_meets_a_signal_event_of_the_same_name() -> None:
    lines = "start S\ncatch C signal:Go\nS -> C"
    assert played(lines, messages=({"name": "Go", "kind": "message"},))["status"] == "waiting"
    assert played(lines, messages=({"name": "Go", "kind": "signal"},))["status"] == "completed"


def test_a_word_of_no_kind_is_a_signal_where_nobody_awaits_it_as_a_message() -> None:
    lines = "start S\ncatch C signal:Go\nS -> C"
    assert played(lines, messages=({"name": "Go"},))["status"] == "completed"


def test_a_loop_maximum_that_is_no_number_is_refused() -> None:
    for said in ("abc", "-1"):
        told = played("start S\nuser A <standardLoopCharacteristics "
                      f'loopMaximum="{said}"/>\nS -> A')
        assert told["error"]["code"] == "loop-maximum"


def test_a_repetition_that_does_not_say_how_often_is_refused() -> None:
    for drawn, code in (("standardLoopCharacteristics", "loop-without-condition"),
                        ("multiInstanceLoopCharacteristics", "repetition-without-number")):
        told = played(f"start S\nuser A <{drawn}/>\nS -> A")
        assert (told["status"], told["error"]["code"]) == ("failed", code)


def test_the_trace_of_a_loop_without_end_is_cut() -> None:
    told = played("start S\nxor g\nS -> g\ng -> g")
    assert (told["status"], len(told["trace"])) == ("failed", 1_000)
