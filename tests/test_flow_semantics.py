"""What BPMN 2.0.2 (chapter 13) says must happen, drawing by drawing, as an analyst plays it."""

from __future__ import annotations

import pytest
from flow_drawings import done, drawing, played


def test_an_exclusive_gateway_takes_the_first_flow_that_holds() -> None:
    answer = played("""
        start S
        script X x = 5
        xor G default=G_C
        task A
        task B
        task C
        S -> X
        X -> G
        G -> C
        G -> A : x > 3
        G -> B : x > 4
    """)
    assert done(answer) == ["S", "X", "G", "A"]
    assert answer["data"] == {"x": 5}
    assert answer["status"] == "completed"


def test_an_exclusive_gateway_with_no_way_on_fails_and_names_itself() -> None:
    answer = played("""
        start S
        xor G
        task A
        task B
        S -> G
        G -> A : 1 > 3
        G -> B : 1 > 4
    """)
    assert answer["status"] == "failed"
    assert answer["error"]["element"] == "G"


def test_an_inclusive_gateway_joins_only_what_was_split() -> None:
    answer = played("""
        start S
        or O default=O_C
        task A
        task B
        task C
        or J
        end E
        S -> O
        O -> A : 1 > 0
        O -> B : 2 > 1
        O -> C
        A -> J
        B -> J
        C -> J
        J -> E
    """)
    assert done(answer) == ["S", "O", "A", "B", "J", "E"]


def test_an_inclusive_join_waits_for_a_token_that_takes_the_longer_way() -> None:
    answer = played("""
        start S
        and F
        task A
        task B
        task B2
        or J
        end E
        S -> F
        F -> A
        F -> B
        A -> J
        B -> B2
        B2 -> J
        J -> E
    """, answers={"B2": None})
    assert answer["status"] == "waiting"
    assert done(answer) == ["S", "F", "A", "B"]
    assert answer["waiting"] == [{"element": "B2", "kind": "task"}]


def test_several_flows_out_of_a_task_are_a_parallel_split_and_several_in_are_no_join() -> None:
    answer = played("""
        start S
        task A
        task B
        task C
        task D
        S -> A
        A -> B
        A -> C
        B -> D
        C -> D
    """)
    assert done(answer) == ["S", "A", "B", "C", "D", "D"]


def test_conditional_flows_out_of_a_task_split_by_what_holds_else_by_default() -> None:
    lines = """
        start S
        task A default=A_D
        task B
        task C
        task D
        S -> A
        A -> B : x > 1
        A -> C : x > 2
        A -> D
    """
    assert done(played(lines, data={"x": 3})) == ["S", "A", "B", "C"]
    assert done(played(lines, data={"x": 0})) == ["S", "A", "D"]


def test_terminate_ends_everything_in_its_scope_and_nothing_outside() -> None:
    answer = played("""
        start S
        sub X {
        start S1
        and F
        task A
        end T terminate
        S1 -> F
        F -> A
        F -> T
        }
        task B
        S -> X
        X -> B
    """)
    assert done(answer) == ["S", "S1", "F", "T", "X", "B"]
    assert done(answer, "cancelled") == ["A"]


def test_an_error_end_leaves_the_sub_process_by_its_boundary_event() -> None:
    answer = played("""
        start S
        sub X {
        start S1
        end T error:E1
        S1 -> T
        }
        boundary B on=X error:E1
        boundary B2 on=X error:E2
        task A
        task H
        S -> X
        X -> A
        B -> H
        B2 -> A
    """)
    assert done(answer) == ["S", "S1", "T", "B", "H"]
    assert done(answer, "cancelled") == ["X"]


def test_an_error_crosses_a_call_activity() -> None:
    called = """<process id="Called" isExecutable="true"><startEvent id="CS"/>
        <sequenceFlow id="c1" sourceRef="CS" targetRef="CE"/>
        <endEvent id="CE"><errorEventDefinition errorRef="E1"/></endEvent></process>"""
    answer = played("""
        start S
        call X calledElement=Called
        boundary B on=X error:E1
        task A
        task H
        S -> X
        X -> A
        B -> H
    """, extra=called)
    assert done(answer) == ["S", "CS", "CE", "B", "H"]


def test_an_escalation_is_heard_above_and_the_thrower_goes_on() -> None:
    answer = played("""
        start S
        sub X {
        start S1
        throw T escalation:E1
        task A
        S1 -> T
        T -> A
        }
        boundary B on=X soft escalation:E1
        task H
        task C
        S -> X
        X -> C
        B -> H
    """)
    assert sorted(done(answer)) == sorted(["S", "S1", "T", "B", "A", "H", "X", "C"])


def test_an_interrupting_boundary_timer_cancels_the_task_when_it_is_fired() -> None:
    lines = """
        start S
        user A
        boundary B on=A timer:P3D
        task H
        task N
        S -> A
        A -> N
        B -> H
    """
    waiting = played(lines, answers={"A": None})
    assert waiting["waiting"] == [
        {"element": "A", "kind": "task"}, {"element": "B", "kind": "timer"}]
    fired = played(lines, answers={"A": None}, fire_timers=True)
    assert done(fired) == ["S", "B", "H"]
    assert done(fired, "cancelled") == ["A"]
    assert done(played(lines)) == ["S", "A", "N"]


def test_a_repeating_timer_comes_as_often_as_drawn() -> None:
    answer = played("""
        start S
        user A
        boundary B on=A soft cycle:R3/PT1H
        script X n = n + 1
        S -> A
        B -> X
    """, data={"n": 0}, answers={"A": None}, fire_timers=True)
    assert answer["data"]["n"] == 3


def test_the_first_event_behind_an_event_based_gateway_wins() -> None:
    lines = """
        start S
        race G
        catch M message:Go
        catch T timer:PT1H
        task A
        task B
        S -> G
        G -> M
        G -> T
        M -> A
        T -> B
    """
    by_message = played(lines, messages=({"name": "Go", "payload": {"y": 1}},))
    assert done(by_message) == ["S", "G", "M", "A"]
    assert by_message["data"] == {"y": 1}
    assert done(played(lines, fire_timers=True)) == ["S", "G", "T", "B"]
    assert played(lines)["waiting"] == [
        {"element": "M", "kind": "message"}, {"element": "T", "kind": "timer"}]


def test_an_event_sub_process_interrupts_its_scope() -> None:
    lines = """
        start S
        user A
        end E
        S -> A
        A -> E
        sub X event {
        start S1 message:Stop
        task H
        S1 -> H
        }
    """
    answer = played(lines, answers={"A": None}, messages=({"name": "Stop"},))
    assert done(answer) == ["S", "S1", "H", "X"]
    assert done(answer, "cancelled") == ["A"]
    assert played(lines)["status"] == "completed"


def test_an_event_sub_process_that_does_not_interrupt_runs_beside_and_again() -> None:
    answer = played("""
        start S
        user A
        S -> A
        sub X event {
        start S1 soft message:Note
        script H n = n + 1
        S1 -> H
        }
    """, data={"n": 0}, answers={"A": None}, messages=({"name": "Note"}, {"name": "Note"}))
    assert answer["data"]["n"] == 2
    assert answer["waiting"][0] == {"element": "A", "kind": "task"}


def test_a_signal_is_heard_by_all_who_wait_for_it() -> None:
    answer = played("""
        start S
        and F
        catch C1 signal:Go
        catch C2 signal:Go
        task A
        end T signal:Go
        S -> F
        F -> C1
        F -> C2
        F -> A
        A -> T
    """)
    assert done(answer) == ["S", "F", "A", "T", "C1", "C2"]
    assert answer["status"] == "completed"


def test_link_events_are_one_flow() -> None:
    answer = played("""
        start S
        throw T link:L
        catch C link:L
        task A
        S -> T
        C -> A
    """)
    assert done(answer) == ["S", "T", "C", "A"]


def test_a_multi_instance_task_runs_for_each_item_and_collects() -> None:
    marks = ("<multiInstanceLoopCharacteristics><loopDataInputRef>items</loopDataInputRef>"
             "<loopDataOutputRef>results</loopDataOutputRef><inputDataItem id=\"item\"/>"
             "<outputDataItem id=\"result\"/></multiInstanceLoopCharacteristics>")
    answer = played(f"""
        start S
        user A {marks}
        task B
        S -> A
        A -> B
    """, data={"items": ["a", "b"]}, answers={"A": [{"result": 1}, {"result": 2}]})
    assert answer["data"]["results"] == [1, 2]
    assert [item.get("instance") for item in answer["trace"] if item["element"] == "A"] == [
        0, 1, 0, 1]
    assert done(answer)[-1] == "B"


def test_a_sequential_multi_instance_stops_when_its_condition_holds() -> None:
    marks = ("<multiInstanceLoopCharacteristics isSequential=\"true\"><loopCardinality>5"
             "</loopCardinality><completionCondition>numberOfCompletedInstances >= 2"
             "</completionCondition></multiInstanceLoopCharacteristics>")
    answer = played(f"""
        start S
        task A {marks}
        S -> A
    """)
    assert done(answer) == ["S", "A", "A"]


def test_a_standard_loop_runs_while_its_condition_holds() -> None:
    marks = ("<standardLoopCharacteristics testBefore=\"true\"><loopCondition>n &lt; 3"
             "</loopCondition></standardLoopCharacteristics>")
    answer = played(f"""
        start S
        sub A {marks} {{
        script X n = n + 1
        }}
        task B
        S -> A
        A -> B
    """, data={"n": 0})
    assert answer["data"]["n"] == 3
    assert done(answer) == ["S", "X", "A", "X", "A", "X", "A", "B"]


def test_compensation_undoes_what_completed_in_reverse_order() -> None:
    answer = played("""
        start S
        task A
        task B
        task C
        boundary BA on=A compensate
        boundary BB on=B compensate
        boundary BC on=C compensate
        task UA isForCompensation=true
        task UB isForCompensation=true
        task UC isForCompensation=true
        BA ~> UA
        BB ~> UB
        BC ~> UC
        throw T compensate
        end E
        S -> A
        A -> B
        B -> T
        T -> E
    """)
    assert done(answer) == ["S", "A", "B", "UB", "UA", "T", "E"]
    assert answer["status"] == "completed"


def test_a_conditional_event_fires_when_its_condition_becomes_true() -> None:
    answer = played("""
        start S
        and F
        user A
        catch C conditional:ready == true
        task B
        S -> F
        F -> A
        F -> C
        C -> B
    """, data={"ready": False}, answers={"A": {"ready": True}})
    assert done(answer) == ["S", "F", "A", "C", "B"]


def test_branches_that_are_ready_together_advance_in_document_order() -> None:
    answer = played("""
        start S
        and F
        script B1 x = 1
        script A1 x = 1
        script B2 x = 1
        script A2 x = 1
        S -> F
        F -> A1
        F -> B1
        A1 -> A2
        B1 -> B2
    """)
    assert done(answer) == ["S", "F", "B1", "A1", "B2", "A2"]


def test_parallel_branches_see_one_anothers_answers_and_the_join_loses_none() -> None:
    answer = played("""
        start S
        and F
        user A
        user B
        and J
        S -> F
        F -> A
        F -> B
        A -> J
        B -> J
    """, data={"x": 0}, answers={"A": {"x": 1, "list": [1]}, "B": {"y": 2}})
    assert answer["data"] == {"x": 1, "list": [1], "y": 2}


def test_a_loop_without_a_person_or_a_wait_is_bounded() -> None:
    answer = played("""
        start S
        xor G
        S -> G
        G -> G2
        xor G2
        G2 -> G
    """)
    assert answer["status"] == "failed"
    assert answer["error"]["message"]["en"].startswith("More than 10000 automatic steps")


def test_a_signal_or_message_start_waits() -> None:
    answer = played("""
        start S message:Go
        task A
        S -> A
    """)
    assert answer["status"] == "waiting"
    assert answer["waiting"] == [{"element": "S", "kind": "message"}]


def test_a_called_process_is_found_in_a_file_beside() -> None:
    other = drawing("""
        start CS
        script CX y = x + 1
        CS -> CX
    """, process="Called")
    answer = played("""
        start S
        call C calledElement=Called
        task A
        S -> C
        C -> A
    """, files={"called.bpmn": other}, data={"x": 1})
    assert done(answer) == ["S", "CS", "CX", "C", "A"]
    assert answer["data"] == {"x": 1, "y": 2}


def test_a_question_behind_a_sub_process_is_asked_of_the_person_inside() -> None:
    lines = """
        start S
        sub X {
        start S1
        user A
        end E1
        S1 -> A
        A -> E1
        }
        xor G
        task B
        task C
        S -> X
        X -> G
        left: G -> B
        right: G -> C
    """
    answer = played(lines, answers={"A": {"G": "right"}})
    assert done(answer) == ["S", "S1", "A", "E1", "X", "G", "C"]
    assert answer["data"] == {}


def test_a_question_inside_a_sub_process_is_asked_of_the_person_before_it() -> None:
    answer = played("""
        start S
        user A
        sub X {
        start S1
        xor G
        task B
        task C
        S1 -> G
        left: G -> B
        right: G -> C
        }
        S -> A
        A -> X
    """, answers={"A": {"G": "right"}})
    assert done(answer) == ["S", "A", "S1", "G", "C", "X"]


def test_a_condition_on_data_still_to_come_waits_for_them() -> None:
    answer = played("""
        start S
        and F
        user A
        catch C conditional:ready == true
        S -> F
        F -> A
        F -> C
    """, answers={"A": {"ready": True}})
    assert done(answer) == ["S", "F", "A", "C"]


@pytest.mark.parametrize(("throw", "catch", "expected"), [
    ("<target>k2</target>", "", "B"), ("", "<source>t</source>", "B"), ("", "", "A"),
])
def test_a_link_is_led_by_its_references_before_its_name(
    throw: str, catch: str, expected: str,
) -> None:
    answer = played(f"""
        start S
        throw T <linkEventDefinition id="t" name="x">{throw}</linkEventDefinition>
        catch K1 <linkEventDefinition id="k1" name="x"/>
        catch K2 <linkEventDefinition id="k2" name="y">{catch}</linkEventDefinition>
        task A
        task B
        S -> T
        K1 -> A
        K2 -> B
    """)
    assert done(answer)[-1] == expected
