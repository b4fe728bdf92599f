"""Compensation of what is repeated, called or left running (BPMN 2.0.2 sections 10.7, 13.5.5)."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest
from flow_drawings import AT, done, drawing, played
from sketch import codes

from engine.flow.load import load
from engine.flow.lower import lower
from engine.flow.read import read
from engine.flow.run import Setting, complete, start

#: An undoing task that puts a name's value on the list of what was undone.
UNDO = ('<extensionElements><motcua:output name="undone" value="undone + [{}]"/>'
        "</extensionElements>")


def many(*, sequential: bool = False, until: str = "") -> str:
    end = f"<completionCondition>{until}</completionCondition>" if until else ""
    return (f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
            f'<loopDataInputRef>towns</loopDataInputRef><inputDataItem name="town"/>{end}'
            "</multiInstanceLoopCharacteristics>")


def repeated(marker: str, undo: str = "town", after: str = "") -> str:
    return f"""
        start S
        user A {marker}
        boundary BA on=A compensate
        task UA isForCompensation=true {UNDO.format(undo)}
        BA ~> UA
        throw T compensate
        end E
        {after}
        S -> A
        A -> T
        T -> E
    """


DATA = {"towns": ["Vinh", "Cửa Lò", "Nghi Lộc"], "undone": []}


@pytest.mark.parametrize("sequential", [True, False])
def test_each_instance_is_undone_once_with_its_own_data_the_last_first(sequential: bool) -> None:
    answer = played(repeated(many(sequential=sequential)), data=DATA)
    assert done(answer) == ["S", "A", "A", "A", "UA", "UA", "UA", "T", "E"]
    assert answer["data"]["undone"] == ["Nghi Lộc", "Cửa Lò", "Vinh"]


def test_parallel_instances_are_undone_in_reverse_order_of_completion() -> None:
    flow = load(lower(read(drawing(repeated(many()))))[0].content)
    step = start(flow, "P", Setting("0", AT), DATA)
    first, second, third = step.opened
    for number, task in enumerate((second, third, first)):
        step = complete(flow, step.state, task.id, {}, Setting(f"a{number}", AT))
    undone = []
    while step.opened:
        (task,) = step.opened
        step = complete(flow, step.state, task.id, {}, Setting(f"b{len(undone)}", AT))
        undone = step.data["undone"]
    assert undone == ["Vinh", "Nghi Lộc", "Cửa Lò"]
    assert step.finished


def test_only_instances_that_completed_are_undone() -> None:
    marker = many(sequential=True, until="numberOfCompletedInstances == 2")
    answer = played(repeated(marker), data=DATA)
    assert answer["data"]["undone"] == ["Cửa Lò", "Vinh"]


def test_an_activity_that_was_broken_off_is_not_undone() -> None:
    drawn = repeated(many(sequential=True), after="boundary X on=A timer:PT1H\nX -> T")
    answer = played(drawn, data=DATA, answers={"A": [{}, None]}, fire_timers=True)
    assert done(answer) == ["S", "A", "X", "T", "E"]
    assert answer["data"]["undone"] == []


def test_an_activity_without_instances_has_nothing_to_undo() -> None:
    answer = played(repeated(many()), data={"towns": [], "undone": []})
    assert done(answer) == ["S", "A", "T", "E"]


def test_each_round_of_a_loop_is_undone_the_last_first() -> None:
    loop = '<standardLoopCharacteristics loopMaximum="3"/>'
    answer = played(repeated(loop, "loopCounter"), data={"undone": []})
    assert done(answer) == ["S", "A", "A", "A", "UA", "UA", "UA", "T", "E"]
    assert answer["data"]["undone"] == [2, 1, 0]


def inner(marker: str, throw: str = "throw T compensate", handler: str = "") -> str:
    return f"""
        start S
        sub X {marker} {{
        start S1
        task A
        task B
        boundary BA on=A compensate
        boundary BB on=B compensate
        task UA isForCompensation=true {UNDO.format("'A ' + town")}
        task UB isForCompensation=true {UNDO.format("'B ' + town")}
        BA ~> UA
        BB ~> UB
        S1 -> A
        A -> B
        {handler}
        }}
        {throw}
        S -> X
        X -> T
    """


def test_each_instance_of_a_sub_process_is_undone_from_inside() -> None:
    answer = played(inner(many()).replace("{ ", "{\n"), data={**DATA, "towns": ["Vinh", "Sen"]})
    assert answer["data"]["undone"] == ["B Sen", "A Sen", "B Vinh", "A Vinh"]


def test_a_compensation_handler_inside_runs_once_for_each_instance() -> None:
    handler = f"""
        sub H event {{
        start HS compensate
        task HA {UNDO.format("town")}
        HS -> HA
        }}
    """
    answer = played(inner(many(), handler=handler), data={**DATA, "towns": ["Vinh", "Sen"]})
    assert answer["data"]["undone"] == ["Sen", "Vinh"]


def test_an_undoing_task_that_is_itself_repeated_sees_whose_it_is() -> None:
    marker = ("<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>"
              "</multiInstanceLoopCharacteristics>")
    answer = played(repeated(many(), undo="town").replace(
        "</extensionElements>", "</extensionElements>" + marker), data={**DATA, "towns": ["Vinh"]})
    assert answer["data"]["undone"] == ["Vinh", "Vinh"]


CALLED = f"""
    start S1
    script K kept = town
    task A
    boundary BA on=A compensate
    task UA isForCompensation=true {UNDO.format("kept")}
    BA ~> UA
    S1 -> K
    K -> A
"""


def calling(mark: str = "") -> tuple[str, dict[str, bytes]]:
    drawn = f"""
        start S
        call C calledElement=Q {mark}
        script L town = 'elsewhere'
        throw T compensate
        S -> C
        C -> L
        L -> T
    """
    return drawn, {"q.bpmn": drawing(CALLED, process="Q")}


def test_a_called_process_is_undone_from_inside_with_the_data_it_had() -> None:
    drawn, files = calling()
    answer = played(drawn, files=files, data={"town": "Vinh", "undone": []})
    assert done(answer) == ["S", "S1", "K", "A", "C", "L", "UA", "T"]
    assert answer["data"]["town"] == "elsewhere"


def test_a_thrower_that_does_not_wait_goes_on_while_the_handlers_run() -> None:
    drawn = repeated(many()).replace(
        "throw T compensate", 'throw T <compensateEventDefinition waitForCompletion="false"/>')
    answer = played(drawn, data={**DATA, "towns": ["Vinh", "Sen"]}, answers={"UA": [{}, None]})
    assert done(answer) == ["S", "A", "A", "T", "E", "UA"]
    assert answer["status"] == "waiting"
    assert played(drawn, data=DATA)["data"]["undone"] == ["Nghi Lộc", "Cửa Lò", "Vinh"]


def test_an_event_that_names_two_activities_undoes_both_the_first_named_first() -> None:
    answer = played("""
        start S
        task A
        task B
        boundary BA on=A compensate
        boundary BB on=B compensate
        task UA isForCompensation=true
        task UB isForCompensation=true
        BA ~> UA
        UB ~> BB
        throw T compensate:A compensate:B
        S -> A
        A -> B
        B -> T
    """)
    assert done(answer) == ["S", "A", "B", "UA", "UB", "T"]


def test_cancelling_a_transaction_undoes_what_was_done_in_its_running_parts() -> None:
    answer = played("""
        start S
        transaction O {
        start OS
        and F
        sub I {
        start IS
        sub J {
        start JS
        task JA
        boundary JB on=JA compensate
        task JU isForCompensation=true
        JB ~> JU
        user JW
        JS -> JA
        JA -> JW
        }
        IS -> J
        }
        end OC cancel
        OS -> F
        F -> I
        F -> W
        catch W timer:PT1H
        W -> OC
        }
        boundary CO on=O cancel
        task H
        S -> O
        CO -> H
    """, answers={"JW": None}, fire_timers=True)
    assert done(answer) == ["S", "OS", "F", "IS", "JS", "JA", "W", "JU", "OC", "CO", "H"]
    assert done(answer, "cancelled") == ["JW", "J", "I", "O"]


def test_an_ad_hoc_sub_process_is_undone_from_inside_and_not_done_again() -> None:
    answer = played("""
        start S
        adhoc X {
        task A
        boundary BA on=A compensate
        task UA isForCompensation=true
        BA ~> UA
        task B
        }
        throw T compensate
        S -> X
        X -> T
    """)
    assert done(answer) == ["S", "A", "B", "X", "UA", "T"]


def test_a_handler_that_its_own_border_breaks_off_does_not_hold_up_the_rest() -> None:
    drawn = repeated("").replace(f"isForCompensation=true {UNDO.format('town')}",
                                 "isForCompensation=true").replace("task UA", "user UA")
    answer = played(drawn + "\nboundary BU on=UA timer:PT1H\ntask H\nBU -> H",
                    answers={"UA": None}, fire_timers=True)
    assert done(answer) == ["S", "A", "BU", "T", "E", "H"]
    assert done(answer, "cancelled") == ["UA"]
    assert answer["status"] == "completed"


def wrong(lines: str) -> set[str]:
    return codes(drawing("start S\nuser A\nboundary B on=A compensate\nS -> A\n" + lines), "error")


@pytest.mark.parametrize(("lines", "code"), [
    ("", "compensation-without-handler"),
    ("xor G\nB ~> G", "compensation-handler-no-activity"),
    ("end G\nB ~> G", "compensation-handler-no-activity"),
    ("task U\nB ~> U", "compensation-handler-unmarked"),
    ("task U isForCompensation=true\nA -> U\nB ~> U", "compensation-handler-in-flow"),
    ("task U isForCompensation=true\nend E\nU -> E\nB ~> U", "compensation-handler-in-flow"),
    ("task U isForCompensation=true\ntask V isForCompensation=true\nB ~> U\nB ~> V",
     "compensation-several-handlers"),
    ("task U isForCompensation=true\nboundary C on=A compensate\nB ~> U\nC ~> U",
     "compensation-several-handlers"),
    ("task U isForCompensation=true\nend E\nB ~> U\nB -> E", "compensation-event-in-flow"),
    ("sub X {\ntask U isForCompensation=true\ntask V\n}\nA -> X\nB ~> U",
     "compensation-handler-elsewhere"),
])
def test_compensation_that_could_not_run_is_refused(lines: str, code: str) -> None:
    assert code in wrong(lines)


def test_a_handler_joined_from_either_end_is_well_drawn() -> None:
    assert wrong("task U isForCompensation=true\nU ~> B") == set()


def test_a_note_beside_the_event_is_not_its_handler() -> None:
    drawn = drawing("start S\nuser A\nboundary B on=A compensate\nS -> A\n"
                    "task U isForCompensation=true\nB ~> U\nB ~> N")
    noted = drawn.replace(b"</process>", b'<textAnnotation id="N"/></process>')
    assert codes(noted, "error") == set()


def test_an_undoing_task_that_no_event_leads_to_is_told() -> None:
    lines = "start S\nuser A\nS -> A\ntask U isForCompensation=true"
    assert "compensation-handler-unused" in codes(drawing(lines), "warning")


INSIDE = """
    sub {0} event {{
    start S{0} compensate
    task T{0}
    S{0} -> T{0}
    }}
"""


@pytest.mark.parametrize("lines", [
    f"sub X {{\ntask V\n{INSIDE.format('H')}{INSIDE.format('I')}}}\nA -> X",
    (f"sub X {{\ntask V\n{INSIDE.format('H')}}}\nboundary BX on=X compensate\n"
    "task UX isForCompensation=true\nBX ~> UX\nA -> X"),
])
def test_an_activity_has_one_way_of_being_undone(lines: str) -> None:
    found = wrong("task U isForCompensation=true\nB ~> U\n" + lines)
    assert found == {"compensation-several-handlers"}


@pytest.mark.parametrize(("throw", "well"), [
    ("throw T compensate:A\nA -> T", True), ("throw T compensate:Z\nA -> T", False),
    ("sub X {\nstart S1\nend T compensate:A\nS1 -> T\n}\nA -> X", False),
    ("sub X event {\nstart S1 error:Bad\nend T compensate:A\nS1 -> T\n}", True),
    ("xor G\nthrow T compensate:G\nA -> G\nG -> T", False),
])
def test_what_is_to_be_undone_must_be_visible_from_the_event(throw: str, well: bool) -> None:
    found = wrong("task U isForCompensation=true\nB ~> U\n" + throw)
    assert ("compensation-target" not in found) is well


def test_entries_of_states_written_before_still_undo() -> None:
    lines = ("start S\nuser A\nboundary BA on=A compensate\ntask UA isForCompensation=true\n"
             "BA ~> UA\nuser B\nthrow T compensate\nS -> A\nA -> B\nB -> T")
    flow = load(lower(read(drawing(lines)))[0].content)
    step = start(flow, "P", Setting("0", AT), {})
    step = complete(flow, step.state, step.opened[0].id, {}, Setting("1", AT))
    older = _shortened(step.state)
    (task,) = step.opened
    step = complete(flow, older, task.id, {}, Setting("2", AT))
    assert [opened.note.element for opened in step.opened] == ["UA"]


def _shortened(state: bytes) -> bytes:
    """Return a state whose entries have only the three parts that they had before."""
    body: Any = json.loads(zlib.decompress(state[1:]))
    marks = body[3][3][0][5]
    marks["completed"] = [entry[:3] for entry in marks["completed"]]
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return state[:1] + zlib.compress(text.encode(), 1)
