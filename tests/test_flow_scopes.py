"""Sub-processes, transactions, calls and what guards them (BPMN 2.0.2 sections 13.3 and 13.5)."""

from __future__ import annotations

import pytest
from flow_drawings import done, played


def test_a_cancelled_transaction_is_undone_and_left_by_its_cancel_event() -> None:
    answer = played("""
        start S
        transaction X {
        start S1
        task A
        boundary BA on=A compensate
        task UA isForCompensation=true
        BA ~> UA
        and F
        user W
        end C cancel
        S1 -> A
        A -> F
        F -> W
        F -> C
        }
        boundary B on=X cancel
        task H
        task N
        S -> X
        X -> N
        B -> H
    """)
    assert done(answer) == ["S", "S1", "A", "F", "UA", "C", "B", "H"]
    assert done(answer, "cancelled") == ["W", "X"]


def test_a_parallel_multiple_event_needs_all_its_messages() -> None:
    lines = """
        start S
        catch C parallelMultiple=true message:M1 message:M2
        task A
        S -> C
        C -> A
    """
    both = played(lines, messages=({"name": "M2", "payload": {"b": 1}},
                                   {"name": "M1", "payload": {"a": 1}}))
    assert (done(both), both["data"]) == (["S", "C", "A"], {"b": 1, "a": 1})
    assert played(lines, messages=({"name": "M2"},))["status"] == "waiting"


def test_a_multiple_event_needs_one_of_its_messages() -> None:
    answer = played("""
        start S
        catch C message:M1 message:M2
        task A
        S -> C
        C -> A
    """, messages=({"name": "M2"},))
    assert done(answer) == ["S", "C", "A"]


def test_an_event_behind_an_instantiating_gateway_begins_the_process() -> None:
    answer = played("""
        race G instantiate=true
        catch C message:M1
        catch D message:M2
        task A
        task B
        G -> C
        G -> D
        C -> A
        D -> B
    """, messages=({"name": "M2", "payload": {"a": 1}},))
    assert (done(answer), answer["data"]) == (["G", "D", "B"], {"a": 1})


def test_a_receive_task_may_begin_the_process() -> None:
    answer = played("""
        receive R instantiate=true messageRef=M1
        task A
        catch Z message:M1
        R -> A
        A -> Z
    """, messages=({"name": "M1"},))
    assert done(answer) == ["R", "A"]
    assert answer["waiting"] == [{"element": "Z", "kind": "message"}]


def test_a_complex_gateway_fires_once_per_round_and_swallows_late_tokens() -> None:
    lines = """
        start S
        and F
        task A
        user B
        task C
        complex J <activationCondition>activationCount >= 2</activationCondition>
        task N
        S -> F
        F -> A
        F -> B
        F -> C
        A -> J
        B -> J
        C -> J
        J -> N
    """
    assert done(played(lines)) == ["S", "F", "A", "B", "J", "C", "N"]
    assert played(lines)["status"] == "completed"


def test_an_ad_hoc_sub_process_ends_when_its_condition_holds() -> None:
    answer = played("""
        start S
        adhoc X <completionCondition>enough == true</completionCondition> {
        user A
        user B
        }
        task N
        S -> X
        X -> N
    """, data={"enough": False}, answers={"A": {"enough": True}, "B": None})
    assert done(answer) == ["S", "A", "X", "N"]
    assert done(answer, "cancelled") == ["B"]


def test_a_sequential_ad_hoc_sub_process_opens_one_task_at_a_time() -> None:
    lines = """
        start S
        adhoc X ordering=Sequential {
        user A
        user B
        }
        S -> X
    """
    assert played(lines, answers={"A": None})["waiting"] == [{"element": "A", "kind": "task"}]
    assert done(played(lines)) == ["S", "A", "B", "X"]


def test_an_error_start_takes_over_from_its_scope() -> None:
    answer = played("""
        start S
        and F
        user A
        end E error:Broken
        S -> F
        F -> A
        F -> E
        sub H event {
        start HS error:Broken
        task HA
        HS -> HA
        }
    """)
    assert done(answer) == ["S", "F", "E", "HS", "HA", "H"]
    assert done(answer, "cancelled") == ["A"]


def test_an_error_that_nobody_catches_ends_the_instance() -> None:
    answer = played("""
        start S
        and F
        user A
        end E error:Broken
        S -> F
        F -> A
        F -> E
    """)
    assert (answer["status"], done(answer, "cancelled")) == ("completed", ["A"])


def test_each_instance_of_a_repeated_sub_process_sees_its_own_item() -> None:
    marks = ("<multiInstanceLoopCharacteristics><loopDataInputRef>items</loopDataInputRef>"
             "<loopDataOutputRef>found</loopDataOutputRef><inputDataItem id=\"item\"/>"
             "<outputDataItem id=\"twice\"/></multiInstanceLoopCharacteristics>")
    answer = played(f"""
        start S
        sub X {marks} {{
        script B twice = item + item
        }}
        S -> X
    """, data={"items": [1, 2, 3]})
    assert answer["data"] == {"items": [1, 2, 3], "found": [2, 4, 6]}


def test_a_boundary_event_of_a_repeated_activity_ends_all_instances() -> None:
    marks = ("<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality>"
             "</multiInstanceLoopCharacteristics>")
    answer = played(f"""
        start S
        user A {marks}
        boundary T on=A timer:P1D
        task M
        S -> A
        T -> M
    """, answers={"A": [{}, None, None]}, fire_timers=True)
    assert done(answer) == ["S", "A", "T", "M"]
    assert done(answer, "cancelled") == ["A", "A"]


def test_a_called_process_has_data_of_its_own_where_they_are_mapped() -> None:
    called = ('<process id="Q"><startEvent id="QS"/><scriptTask id="QX"><script>b = a + 1'
              '</script></scriptTask>'
              '<sequenceFlow id="q" sourceRef="QS" targetRef="QX"/></process>')
    marks = ('<extensionElements xmlns:camunda="http://camunda.org/schema/1.0/bpmn">'
             '<camunda:in source="x" target="a"/><camunda:out source="b" target="y"/>'
             "</extensionElements>")
    answer = played(f"""
        start S
        call C calledElement=Q {marks}
        S -> C
    """, extra=called, data={"x": 1})
    assert answer["data"] == {"x": 1, "y": 2}
    answer = played("""
        start S
        call C calledElement=Q
        S -> C
    """, extra=called, data={"a": 1})
    assert answer["data"] == {"a": 1, "b": 2}


def test_a_conditional_boundary_event_sees_what_another_branch_changes() -> None:
    answer = played("""
        start S
        and F
        user A
        boundary C on=A conditional:x > 3
        script X x = 4
        task H
        S -> F
        F -> A
        F -> X
        C -> H
    """, data={"x": 0}, answers={"A": None})
    assert done(answer) == ["S", "F", "X", "C", "H"]


def test_a_timer_start_begins_when_it_is_fired() -> None:
    lines = """
        start S date:2026-12-01T08:00:00
        task A
        S -> A
    """
    assert done(played(lines, fire_timers=True)) == ["S", "A"]
    assert played(lines)["waiting"] == [{"element": "S", "kind": "timer"}]


def test_a_signal_begins_other_processes() -> None:
    other = ('<process id="Q"><startEvent id="QS"><signalEventDefinition signalRef="Go"/>'
             "</startEvent></process>")
    answer = played("""
        start S
        end E signal:Go
        S -> E
    """, extra=other)
    assert done(answer) == ["S", "E", "QS"]


def test_a_send_task_takes_answers_in_a_rehearsal_before_its_message_leaves() -> None:
    answer = played("""
        start S
        send A messageRef=M
        receive B messageRef=M
        S -> A
        A -> B
    """, extra='<message id="M" name="M"/>', answers={"A": {"q": 1}})
    assert answer["data"] == {"q": 1}
    assert done(answer)[:2] == ["S", "A"]


def test_a_completed_sub_process_is_undone_from_inside() -> None:
    answer = played("""
        start S
        sub X {
        start S1
        task A
        task B
        boundary BA on=A compensate
        boundary BB on=B compensate
        task UA isForCompensation=true
        task UB isForCompensation=true
        BA ~> UA
        BB ~> UB
        S1 -> A
        A -> B
        }
        task C
        boundary BC on=C compensate
        task UC isForCompensation=true
        BC ~> UC
        throw T compensate
        end E
        S -> X
        X -> C
        C -> T
        T -> E
    """)
    assert done(answer) == ["S", "S1", "A", "B", "X", "C", "UC", "UB", "UA", "T", "E"]
    assert answer["status"] == "completed"


def test_a_compensation_handler_inside_takes_over_and_may_undo_the_rest() -> None:
    answer = played("""
        start S
        sub X {
        start S1
        task A
        boundary BA on=A compensate
        task UA isForCompensation=true
        BA ~> UA
        S1 -> A
        sub H event {
        start HS compensate
        task HA
        end HE compensate
        HS -> HA
        HA -> HE
        }
        }
        throw T compensate:X
        S -> X
        X -> T
    """)
    assert done(answer) == ["S", "S1", "A", "X", "HS", "HA", "UA", "HE", "H", "T"]


def guarded(start: str, trigger: str = "") -> str:
    return f"""
        start S
        and F
        user A
        {trigger or "task Z"}
        S -> F
        F -> A
        F -> Z
        sub X event {{
        start XS {start}
        script H seen = true
        XS -> H
        }}
    """


@pytest.mark.parametrize(("start", "trigger"), [
    ("timer:PT1H", ""), ("soft timer:PT1H", ""), ("conditional:x > 1", "script Z x = 2"),
    ("soft conditional:x > 1", "script Z x = 2"), ("signal:Go", "end Z signal:Go"),
    ("soft signal:Go", "end Z signal:Go"), ("escalation:Up", "end Z escalation:Up"),
    ("soft escalation:Up", "end Z escalation:Up"), ("error:Bad", "end Z error:Bad"),
])
def test_every_kind_of_start_guards_its_scope(start: str, trigger: str) -> None:
    answer = played(guarded(start, trigger), data={"x": 0}, answers={"A": None}, fire_timers=True)
    assert answer["data"]["seen"] is True
    assert done(answer, "cancelled") == ([] if start.startswith("soft") else ["A"])


def test_an_error_always_interrupts_whatever_is_drawn() -> None:
    answer = played(guarded("soft error:Bad", "end Z error:Bad"), answers={"A": None})
    assert done(answer, "cancelled") == ["A"]


def test_what_guards_a_scope_ends_with_it() -> None:
    answer = played(guarded("soft message:Late"))
    assert answer["status"] == "completed"
    assert answer["waiting"] == []


HELD = " <conditionalEventDefinition><condition>x &gt; 1</condition></conditionalEventDefinition>"


@pytest.mark.parametrize(("soft", "expected"), [
    ("", ["S", "B", "H"]), ("soft", ["S", "S1", "A", "B", "X", "H", "N"]),
])
def test_a_condition_that_holds_from_the_start_is_not_missed_though_nothing_waits(
    soft: str, expected: list[str],
) -> None:
    answer = played(f"""
        start S
        sub X {{
        start S1
        script A a = 1
        S1 -> A
        }}
        boundary B on=X {soft}{HELD}
        script H h = 1
        script N n = 1
        S -> X
        X -> N
        B -> H
    """, data={"x": 2})
    assert sorted(done(answer)) == sorted(expected)
    assert done(answer, "cancelled") == ([] if soft else ["X"])


@pytest.mark.parametrize("soft", ["", "soft"])
def test_a_condition_that_holds_for_one_script_only_is_seen(soft: str) -> None:
    answer = played(f"""
        start S
        script A x = 2
        script B x = 0
        S -> A
        A -> B
        sub G event {{
        start GS {soft}{HELD}
        script H h = 1
        GS -> H
        }}
    """, data={"x": 0})
    assert answer["data"]["h"] == 1
    assert answer["data"]["x"] == (0 if soft else 2)
    assert [key for key in done(answer) if key in ("A", "B")] == (["A", "B"] if soft else ["A"])


def test_of_two_conditions_behind_a_gateway_the_first_drawn_wins() -> None:
    answer = played(f"""
        start S
        race R
        catch C1{HELD}
        catch C2{HELD}
        S -> R
        R -> C2
        R -> C1
    """, data={"x": 2})
    assert done(answer) == ["S", "R", "C1"]


def test_a_cancelled_transaction_without_a_cancel_event_goes_nowhere() -> None:
    answer = played("""
        start S
        transaction X {
        start S1
        end C cancel
        S1 -> C
        }
        task N
        S -> X
        X -> N
    """)
    assert (done(answer), done(answer, "cancelled")) == (["S", "S1", "C"], ["X"])
    assert [f["code"] for f in answer["findings"] if f["severity"] == "warning"] == [
        "cancel-uncaught"]


def test_a_cancel_end_deeper_than_its_transaction_is_refused() -> None:
    answer = played("""
        start S
        transaction X {
        start S1
        sub Y {
        start S2
        end C cancel
        S2 -> C
        }
        S1 -> Y
        }
        boundary B on=X cancel
        S -> X
    """)
    assert answer["error"]["code"] == "event-misplaced"


def test_an_event_sub_process_does_not_catch_what_it_throws_itself() -> None:
    answer = played("""
        start S
        sub X {
        start S1
        throw T1 escalation:Up
        user A
        S1 -> T1
        T1 -> A
        sub H event {
        start HS soft escalation:Up
        end T2 escalation:Up
        HS -> T2
        }
        }
        boundary B on=X escalation:Up
        task O
        S -> X
        B -> O
    """, answers={"A": None})
    assert done(answer) == ["S", "S1", "T1", "HS", "T2", "B", "O"]


def test_a_token_that_waits_at_a_join_has_not_entered_it_when_it_is_swept_away() -> None:
    answer = played("""
        start S
        and F
        user A
        task B
        and J
        S -> F
        F -> A
        F -> B
        A -> J
        B -> J
        sub H event {
        start HS message:M
        task HA
        HS -> HA
        }
    """, answers={"A": None}, messages=({"name": "M"},))
    assert [item["event"] for item in answer["trace"] if item["element"] == "J"] == []
    assert done(answer, "cancelled") == ["A"]


def test_a_process_that_calls_itself_still_begins() -> None:
    answer = played("""
        start S
        script I n = n + 1
        xor G
        call C calledElement=P
        end E
        S -> I
        I -> G
        G -> C : n < 3
        G -> E : n >= 3
    """, data={"n": 0})
    assert done(answer) == ["S", "I", "G"] * 3 + ["E", "C", "C"]
    assert answer["data"] == {"n": 3}
