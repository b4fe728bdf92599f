"""An analyst rehearses a drawing on the command line: `motcua play`, in one shape for tools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flow_drawings import AT, drawing

from api.cli.play import play
from engine.flow.play import PlayRequest
from engine.flow.play import play as rehearse

TWO = """
    start S
    user A
    xor G
    user B
    catch T timer:P1D
    end E
    S -> A
    A -> G
    again: G -> A
    on: G -> B
    B -> T
    T -> E
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "main.bpmn"
    path.write_bytes(drawing(TWO))
    return path


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = play([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_question_without_answer_takes_the_first_flow_then_the_next(
    file: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    code, told = answer(capsys, str(file), "--at", "2026-11-23T09:00:00+07:00")
    assert code == 0
    assert told["status"] == "waiting"
    assert told["waiting"] == [{"element": "T", "kind": "timer"}]
    assert [item["element"] for item in told["trace"] if item["event"] == "completed"] == [
        "S", "A", "G", "A", "G", "B"]
    assert set(told) == {"status", "trace", "waiting", "data", "error", "findings"}
    assert all(set(item) <= {"element", "name", "event", "instance"} for item in told["trace"])


def test_answers_may_stand_in_a_file_and_timers_may_be_fired(
    file: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path,
) -> None:
    answers = tmp_path / "answers.json"
    answers.write_text('{"A": [{"G": "on", "x": 1}], "B": {"y": "Ánh"}}', encoding="utf-8")
    code, told = answer(capsys, str(file), "--answers", f"@{answers}", "--fire-timers",
                        "--data", '{"z": null}')
    assert (code, told["status"]) == (0, "completed")
    assert told["data"] == {"z": None, "x": 1, "y": "Ánh"}


def test_an_answer_of_null_leaves_the_task_open(
    file: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    code, told = answer(capsys, str(file), "--answers", '{"A": null}')
    assert (code, told["waiting"]) == (0, [{"element": "A", "kind": "task"}])


def test_an_answer_that_names_no_flow_fails_the_rehearsal(
    file: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    code, told = answer(capsys, str(file), "--answers", '{"A": {"G": "sideways"}}')
    assert (code, told["status"]) == (1, "failed")
    assert told["error"]["code"] == "question-unanswered"


def test_a_file_that_is_no_drawing_is_answered_by_findings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "x.bpmn"
    path.write_text("not xml", encoding="utf-8")
    code, told = answer(capsys, str(path))
    assert (code, told["status"], told["trace"]) == (1, "failed", [])
    assert told["findings"][0]["severity"] == "error"


def test_code_in_an_expression_is_refused_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "x.bpmn"
    path.write_bytes(drawing("""
        start S
        script X x = __import__('os').getcwd()
        S -> X
    """))
    code, told = answer(capsys, str(path))
    assert (code, told["status"], told["trace"]) == (1, "failed", [])


@pytest.mark.parametrize("arguments", [
    ["nowhere.bpmn"], [], ["FILE", "--data", "{"], ["FILE", "--data", "[]"],
    ["FILE", "--messages", "[1]"], ["FILE", "--at", "2026-11-23"], ["FILE", "--unknown"],
    ["FILE", "--answers", "@/nowhere.json"],
])
def test_bad_arguments_exit_with_2_and_still_print_json(
    arguments: list[str], file: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    given = [str(file) if word == "FILE" else word for word in arguments]
    code, told = answer(capsys, *given)
    assert code == 2
    assert told["status"] == "failed"
    assert told["error"]["message"]["vi"]


def test_without_json_a_person_reads_the_way(
    file: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    assert play([str(file)]) == 0
    shown = capsys.readouterr().out
    assert "✓ A" in shown
    assert shown.rstrip().endswith("waiting")


def test_two_pools_play_as_parts_and_early_messages_are_kept(tmp_path: Path) -> None:
    content = drawing("""
        start S
        throw T message:Go
        catch C message:Back
        end E
        S -> T
        T -> C
        C -> E
    """, extra="""
        <process id="Q" isExecutable="true"><startEvent id="QS"/><userTask id="QA"/>
        <intermediateCatchEvent id="QC"><messageEventDefinition messageRef="Go"/>
        </intermediateCatchEvent><endEvent id="QE"><messageEventDefinition messageRef="Back"/>
        </endEvent><sequenceFlow id="q1" sourceRef="QS" targetRef="QA"/>
        <sequenceFlow id="q2" sourceRef="QA" targetRef="QC"/>
        <sequenceFlow id="q3" sourceRef="QC" targetRef="QE"/></process>
        <collaboration id="K"><participant id="PP" processRef="P"/><participant id="PQ"
        processRef="Q"/><messageFlow id="m1" sourceRef="T" targetRef="QC"/><messageFlow id="m2"
        sourceRef="QE" targetRef="C"/></collaboration>""")
    told = rehearse({"m": content}, "m", PlayRequest(AT, answers={"QA": {"x": 1}}))
    assert told["status"] == "completed", told["error"]
    assert told["data"] == {"P": {}, "Q": {"x": 1}}


PACK = Path(__file__).resolve().parent.parent / "bpmn"


@pytest.mark.parametrize("name", ["m001", "p088", "p094", "p106"])
def test_a_procedure_of_the_pack_plays_by_its_file_with_its_forms_and_nothing_else_said(
    name: str, capsys: pytest.CaptureFixture[str],
) -> None:
    code, told = answer(capsys, str(PACK / name / f"{name}.bpmn"))
    assert (code, told["status"], told["error"]) == (0, "completed", None)
    assert "form-missing" not in {found["code"] for found in told["findings"]}


def test_a_box_that_nobody_ticked_is_not_ticked_and_one_that_was_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = str(PACK / "m001" / "m001.bpmn")
    _, plain = answer(capsys, file)
    _, ticked = answer(capsys, file, "--answers", '{"Task_Check": {"verification_needed": true}}')
    ways = [{item["element"] for item in told["trace"]} for told in (plain, ticked)]
    assert ["Task_Verify" in way for way in ways] == [False, True]


def test_data_that_is_missing_is_named_with_both_ways_to_give_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "main.bpmn").write_bytes(drawing("""
        start S
        user A
        xor G
        user B
        end E
        S -> A
        A -> G
        large: G -> B : fee > 5
        small: G -> E : fee <= 5
        B -> E
    """).replace(b'<userTask id="A"', b'<userTask id="A" motcua:form="ask"'))
    (tmp_path / "ask.form").write_text(
        '{"type": "default", "components": [{"type": "number", "key": "fee"}]}', encoding="utf-8")
    code, told = answer(capsys, str(tmp_path / "main.bpmn"))
    assert (code, told["status"]) == (1, "failed")
    for said in told["error"]["message"].values():
        assert "fee" in said
        assert """--data '{"fee": "…"}'""" in said
        assert """--answers '{"A": {"fee": "…"}}'""" in said
    for more in (("--data", '{"fee": 7}'), ("--answers", '{"A": {"fee": 7}}')):
        code, told = answer(capsys, str(tmp_path / "main.bpmn"), *more)
        assert (code, told["status"]) == (0, "completed")


def test_data_that_no_form_asks_for_is_named_with_the_one_way_to_give_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "main.bpmn").write_bytes(drawing("""
        start S
        script X x = fee + 1
        end E
        S -> X
        X -> E
    """))
    assert play([str(tmp_path / "main.bpmn")]) == 1
    shown = capsys.readouterr().out
    assert """--data '{"fee": "…"}'""" in shown
    assert "--answers" not in shown
