"""A business rule task decides by the table that was approved, without a service in between."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from dmn_tables import decision, file, table
from flow_drawings import AT, done

from api.cli.lint import lint as lint_command
from api.cli.play import play as play_command
from engine.errors import Corrupt
from engine.flow import run
from engine.flow.dmn.folder import decisions_beside
from engine.flow.lint import Known, lint
from engine.flow.load import load
from engine.flow.lower import lower
from engine.flow.play import PlayRequest, play
from engine.flow.read import read
from engine.flow.setting import FlowFailed, Setting

RULES = ['< 5; 10000; "thấp"', '[5..9]; 20000; "vừa"', '> 9; 30000; "cao"']
FEES = file(decision(table(["pages: number"], ["fee", "level"], RULES), "fees", "Lệ phí"))
LISTING = file(decision(table(["pages"], ["paper"], ['> 1; "A"', '> 2; "B"'], "COLLECT"), "papers"))
INTO = ' camunda:resultVariable="r" camunda:mapDecisionResult="'
TASK = 'motcua:decision="fees"'


def drawn(attributes: str = TASK, inside: str = "", script: str = "total = fee * 2") -> bytes:
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:t"'
        ' xmlns:motcua="urn:motcua:bpmn:1" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
        ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d"'
        ' xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core">'
        '<process id="P" isExecutable="true"><startEvent id="S"/>'
        f'<businessRuleTask id="R" name="Tính phí" {attributes}><extensionElements>{inside}'
        f'</extensionElements></businessRuleTask><scriptTask id="C"><script>{script}</script>'
        '</scriptTask><endEvent id="E"/><sequenceFlow id="f1" sourceRef="S" targetRef="R"/>'
        '<sequenceFlow id="f2" sourceRef="R" targetRef="C"/>'
        '<sequenceFlow id="f3" sourceRef="C" targetRef="E"/></process></definitions>'
    ).encode()


def told(content: bytes, files: dict[str, bytes] | None = None, **data: Any) -> dict[str, Any]:
    beside = {"fees.dmn": FEES, "papers.dmn": LISTING} if files is None else files
    return play({"m.bpmn": content, **beside}, "m.bpmn", PlayRequest(at=AT, data=data))


def found(content: bytes, files: dict[str, bytes], known: Known | None = None) -> dict[str, str]:
    report = lint({"m.bpmn": content, **files}, "m.bpmn", known)
    return {f.code: f.severity for f in report.findings if f.element == "R"}


def test_the_table_beside_the_diagram_decides_and_its_outputs_become_data() -> None:
    answer = told(drawn(), pages=7)
    assert answer["error"] is None
    assert answer["data"] == {"pages": 7, "fee": 20000, "level": "vừa", "total": 40000}
    assert done(answer) == ["S", "R", "C", "E"]


@pytest.mark.parametrize(("attributes", "inside", "script", "expected"), [
    ('motcua:decision="fees" motcua:result="r"', "", "total = r.fee", 20000),
    ('camunda:decisionRef="fees" camunda:resultVariable="r"', "", "total = r[0].fee", 20000),
    (f'camunda:decisionRef="fees"{INTO}singleResult"', "", "total = r.level", "vừa"),
    (f'camunda:decisionRef="papers"{INTO}collectEntries"', "", "total = r", ["A", "B"]),
    ("", '<zeebe:calledDecision decisionId="papers" resultVariable="r"/>', "total = r", ["A", "B"]),
    ("", "<spiffworkflow:calledDecisionId>fees</spiffworkflow:calledDecisionId>", "total = fee",
     20000),
    ('camunda:decisionRef="papers"', "", "total = paper", ["A", "B"]),
])
def test_tasks_of_other_tools_call_their_decision_and_map_its_result(
    attributes: str, inside: str, script: str, expected: Any,
) -> None:
    answer = told(drawn(attributes, inside, script), pages=7)
    assert answer["error"] is None
    assert answer["data"]["total"] == expected


def test_a_mapping_that_takes_one_value_refuses_more() -> None:
    one = f'{INTO}singleEntry"'
    answer = told(drawn(f'camunda:decisionRef="papers"{one}'), pages=7)
    assert answer["error"]["element"] == "R"
    assert "2 matching rules" in answer["error"]["message"]["en"]
    answer = told(drawn(f'camunda:decisionRef="fees"{one}'), pages=7)
    assert "2 outputs" in answer["error"]["message"]["en"]


def test_a_decision_that_fails_names_the_task_the_rule_and_the_column() -> None:
    answer = told(drawn(), pages="bảy")
    assert (answer["status"], answer["error"]["element"]) == ("failed", "R")
    assert "Lệ phí" in answer["error"]["message"]["vi"]
    assert "pages" in answer["error"]["message"]["vi"]


def test_where_no_rule_matches_the_outputs_are_null() -> None:
    gap = {"fees.dmn": file(decision(table(["pages"], ["fee"], ["< 5; 1"]), "fees"))}
    assert told(drawn(script="total = fee == null"), gap, pages=7)["data"]["total"] is True


def lowered(content: bytes = FEES) -> bytes:
    report = lint({"m.bpmn": drawn(), "fees.dmn": content}, "m.bpmn")
    assert report.lowered is not None
    return report.lowered.content


def test_what_was_approved_is_what_runs_without_any_file_beside_it() -> None:
    flow = load(lowered())
    step = run.start(flow, "P", Setting(seed="s", at=AT), {"pages": 3})
    assert step.finished
    assert step.data["total"] == 20000


def test_another_table_makes_another_hash_and_the_drawing_of_a_table_does_not() -> None:
    assert lowered() != lowered(FEES.replace(b"10000", b"10001"))
    moved = FEES.replace(b"</definitions>", b'<d:DMNDI xmlns:d="urn:di"/><!-- x --></definitions>')
    first, second = lowered(), lowered(moved)
    pattern = rb'motcua:source="[0-9a-f]{64}"'
    assert re.sub(pattern, b"", first) == re.sub(pattern, b"", second)


def test_a_table_changed_where_it_is_kept_is_not_run() -> None:
    with pytest.raises(Corrupt):
        load(lowered().replace(b"10000", b"99999"))


def test_lowering_what_is_lowered_changes_nothing() -> None:
    content = lowered()
    assert lower(read(content))[0].content == content
    assert found(content, {}) == {}


def test_a_forged_table_in_an_upload_is_dropped_and_its_task_warned_of() -> None:
    forged = lowered().replace(b"10000", b"99999")
    assert found(forged, {}) == {"decision-missing": "warning"}
    again, _ = lower(read(forged))
    assert b"99999" not in again.content


def test_a_missing_decision_is_a_warning_and_an_error_on_submission() -> None:
    assert found(drawn(), {}) == {"decision-missing": "warning"}
    assert found(drawn(), {}, Known((), ())) == {"decision-missing": "error"}
    answer = play({"m.bpmn": drawn()}, "m.bpmn", PlayRequest(at=AT, answers={"R": {"fee": 1}}))
    assert answer["data"] == {"fee": 1, "total": 2}


def test_what_is_wrong_with_a_table_is_told_of_the_task_with_file_and_line() -> None:
    broken = file(decision(table(["pages"], ["fee"], ["> ; 1"]), "fees"))
    report = lint({"m.bpmn": drawn(), "fees.dmn": broken}, "m.bpmn")
    assert [f.vi.split(":")[0] for f in report.findings if f.element == "R"] == ["fees.dmn, dòng 5"]
    assert report.lowered is None
    assert told(drawn(), {"fees.dmn": broken})["status"] == "failed"


@pytest.mark.parametrize(("attributes", "code"), [
    ('camunda:decisionRef="${which}"', "decision-dynamic"),
    ('camunda:decisionRef="fees" camunda:resultVariable="r" camunda:mapDecisionResult="single"',
     "decision-mapping"),
])
def test_what_cannot_be_pinned_or_mapped_is_an_error(attributes: str, code: str) -> None:
    assert found(drawn(attributes), {"fees.dmn": FEES})[code] == "error"


def test_two_files_with_the_same_decision_are_a_warning_and_the_first_counts() -> None:
    other = FEES.replace(b"20000", b"1")
    files = {"b.dmn": other, "a.dmn": FEES}
    assert found(drawn(), files) == {"decision-in-two-files": "warning"}
    assert told(drawn(), files, pages=7)["data"]["fee"] == 20000


def test_names_that_the_table_reads_must_come_from_the_diagram() -> None:
    form = json.dumps({"components": [{"key": "page", "type": "number"}]}).encode()
    content = drawn().replace(b'<startEvent id="S"/>', b'<startEvent id="S"/><userTask id="U" '
                              b'motcua:form="ask"/>').replace(
        b'sourceRef="S" targetRef="R"/>',
        b'sourceRef="S" targetRef="U"/><sequenceFlow id="f0" sourceRef="U" targetRef="R"/>')
    report = lint({"m.bpmn": content, "fees.dmn": FEES, "ask.form": form}, "m.bpmn")
    named = [f for f in report.findings if f.code == "expression-unknown-name"]
    assert [(f.element, f.hint_en) for f in named] == [("R", "Did you mean page?")]


def test_a_repeated_decision_sees_its_own_element() -> None:
    loop = ('<multiInstanceLoopCharacteristics camunda:collection="all" isSequential="true" '
            'camunda:elementVariable="pages"/>')
    content = drawn(script="total = fee").replace(
        b"</businessRuleTask>", loop.encode() + b"</businessRuleTask>")
    answer = told(content, all=[1, 7, 12])
    assert answer["error"] is None
    assert done(answer).count("R") == 3
    assert answer["data"]["total"] == 30000


def test_a_global_task_decides_too() -> None:
    content = drawn().replace(
        b"<process id", b'<globalBusinessRuleTask id="G" camunda:decisionRef="fees"/><process id',
    ).replace(b"businessRuleTask id=\"R\" name", b"callActivity id=\"R\" calledElement=\"G\" name")
    content = content.replace(b"</businessRuleTask>", b"</callActivity>").replace(
        b'motcua:decision="fees">', b">")
    answer = told(content, pages=7)
    assert answer["error"] is None
    assert answer["data"]["total"] == 40000


def test_both_commands_find_the_table_in_the_folder_of_the_diagram(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "m.bpmn").write_bytes(drawn())
    (tmp_path / "lệ phí.dmn").write_bytes(FEES)
    assert play_command([str(tmp_path / "m.bpmn"), "--data", '{"pages": 7}', "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["data"]["total"] == 40000
    assert lint_command([str(tmp_path / "m.bpmn"), "--json"]) == 0
    assert "decision-missing" not in capsys.readouterr().out


def test_a_loop_of_decisions_without_a_person_ends_at_the_budget() -> None:
    content = drawn().replace(b'sourceRef="C" targetRef="E"', b'sourceRef="C" targetRef="R"')
    content = content.replace(b'<endEvent id="E"/>', b"")
    with pytest.raises(FlowFailed, match="automatic steps"):
        run.start(_with_table(content), "P", Setting(seed="s", at=AT), {"pages": 1})


def _with_table(content: bytes) -> Any:
    document = read(content)
    return load(lower(document, (), decisions_beside([document], {"f.dmn": FEES}))[0].content)
