"""Lint knows a procedure: who works, which form, how long, which acts and statuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sketch import body, codes, diagram, draw, only, process, report, timer

from engine.flow.lint import Known, lint

ROOT = Path(__file__).resolve().parent.parent
CODE = 'motcua:procedureCode="1.1" motcua:timeLimit="2 ngày"'
NODES = "start:s user:a xor:g user:b user:c end:e end:n"
FLOWS = "s>a a>g g>b g>n b>c c>e"
GOOD = {
    "a": 'motcua:role="one_stop_officer" motcua:duration="04 giờ"',
    "b": 'motcua:role="specialist" motcua:duration="08 giờ" motcua:status="in_process"',
    "c": 'motcua:role="leader" motcua:duration="0,5 ngày"',
    "f2": 'motcua:act="accept"', "f3": 'motcua:act="not-accept"',
    "f4": 'motcua:act="settle"', "f5": 'motcua:act="return"',
}


def drawn(**changes: str) -> bytes:
    return draw(NODES, FLOWS, changes.pop("attributes", CODE), **{**GOOD, **changes})


@pytest.mark.parametrize("name", ["m001", "p088", "p094", "p106"])
def test_the_pack_is_clean(name: str) -> None:
    folders = (ROOT / "bpmn" / name, ROOT / "forms" / name)
    files = {p.name: p.read_bytes() for folder in folders for p in folder.iterdir()}
    found = lint(files, f"{name}.bpmn")
    assert [f for f in found.findings if f.severity != "info"] == []
    assert found.facts is not None
    assert sum(pool.lead for pool in found.pools) == 1


def test_a_good_procedure_has_no_finding() -> None:
    assert codes(drawn(), "error", "warning") == set()
    assert report(drawn()).facts is not None


def test_steps_longer_than_the_limit_are_told_step_by_step() -> None:
    found = only(drawn(b=GOOD["b"].replace("08 giờ", "12 giờ")), "duration-over-limit")
    assert found.severity == "warning"
    assert "20" in found.vi
    assert "b 12" in found.vi


def test_parallel_steps_count_once_and_loops_are_passed_once() -> None:
    content = draw(
        "start:s and:p user:a user:b and:j xor:m user:c xor:g end:e",
        "s>p p>a p>b a>j b>j j>m m>c c>g g>m g>e", CODE,
        a='motcua:duration="1 ngày"', b='motcua:duration="08 giờ"', c='motcua:duration="1 ngày"',
    )
    assert "duration-over-limit" not in codes(content)


def test_a_sub_process_shares_its_duration_with_its_steps() -> None:
    inner = body("start:t user:x user:y end:z", "t>x x>y y>z").replace('id="f', 'id="g')
    content = draw("start:s subProcess:q end:e", "s>q q>e", CODE, q=inner)
    shared = content.replace(b'id="q"', 'id="q" motcua:duration="2 ngày"'.encode())
    assert "duration-over-limit" not in codes(shared)
    longer = shared.replace(b'duration="2', b'duration="3')
    assert "duration-over-limit" in codes(longer)


def test_time_in_another_pool_counts_along_the_message_flows() -> None:
    message = '<bpmn:messageEventDefinition messageRef="M"/>'
    lead = body("start:s user:a throw:t catch:c end:e", "s>a a>t t>c c>e",
                a='motcua:duration="1 ngày"', t=message, c=message.replace("M", "N"))
    other = body("start:o user:x end:f", "o>x x>f", o=message, f=message.replace("M", "N"),
                 x='motcua:duration="2 ngày"').replace('id="f', 'id="g').replace('id="gn', 'id="fn')
    content = diagram(
        '<bpmn:message id="M" name="M"/><bpmn:message id="N" name="N"/>',
        '<bpmn:collaboration id="co"><bpmn:participant id="P" processRef="main"/>'
        '<bpmn:participant id="Q" processRef="other"/>'
        '<bpmn:messageFlow id="m1" sourceRef="t" targetRef="o"/>'
        '<bpmn:messageFlow id="m2" sourceRef="g" targetRef="c"/></bpmn:collaboration>',
        process(lead, CODE), process(other.replace('id="g" name', 'id="g" name'), key="other"),
    ).replace(b'targetRef="f"', b'targetRef="g"')
    assert "24" in only(content, "duration-over-limit").vi


def test_a_duration_that_cannot_be_read_is_an_error_in_a_procedure_only() -> None:
    assert only(drawn(b='motcua:duration="lâu"'), "duration-unreadable").severity == "error"
    plain = drawn(attributes="", b='motcua:duration="lâu"')
    assert only(plain, "duration-unreadable").severity == "warning"
    limit = drawn(attributes=CODE.replace("2 ngày", "sớm"))
    assert only(limit, "duration-unreadable").element == "main"


def test_unknown_acts_and_statuses_are_errors() -> None:
    assert "accept" in only(drawn(f2='motcua:act="acept"'), "unknown-act").hint_en
    assert only(drawn(b='motcua:status="doing"'), "unknown-status").severity == "error"


def test_a_status_or_act_that_the_table_never_allows_is_a_warning() -> None:
    assert only(drawn(a='motcua:status="settled"'), "status-never-moves").element == "a"
    assert only(drawn(b='motcua:role="leader"'), "act-never-allowed").element == "f4"


def test_every_path_must_decide_about_receiving_and_answer_the_applicant() -> None:
    assert only(drawn(f3=""), "law-no-receiving-step").element == "n"
    assert only(drawn(f5=""), "law-no-answer").element == "e"
    assert not {"law-no-receiving-step", "law-no-answer"} & codes(drawn(attributes="", f3=""))


def test_unknown_roles_agencies_and_forms_are_warnings_here_and_errors_beside_a_register() -> None:
    content = drawn(a='motcua:role="wizard" motcua:agency="X" motcua:form="none"')
    expected = {"unknown-role", "unknown-agency", "form-missing"}
    assert codes(content, "warning") == expected
    known = Known(agencies={"000.00.17.H41"}, roles={"specialist", "leader"})
    found = report(content, known).findings
    assert {f.code for f in found if f.severity == "error"} == expected


def test_a_task_that_nobody_does_is_said() -> None:
    assert only(drawn(c=""), "task-without-role").element == "c"


def test_lanes_name_each_step_once() -> None:
    lanes = (
        '<bpmn:laneSet id="ls"><bpmn:lane id="l1" motcua:role="leader"><bpmn:flowNodeRef>a'
        '</bpmn:flowNodeRef></bpmn:lane><bpmn:lane id="l2"><bpmn:flowNodeRef>a</bpmn:flowNodeRef>'
        "<bpmn:flowNodeRef>zz</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"
    )
    content = diagram(process(lanes + body("start:s user:a user:b end:e", "s>a a>b b>e")))
    assert codes(content, "warning") == {"in-two-lanes", "in-no-lane", "dangling-lane-member"}


def test_forms_are_read_and_give_the_names_of_data() -> None:
    form = json.dumps({"type": "default", "components": [
        {"type": "select", "key": "ket_qua"}, {"type": "number", "key": "so_tien"},
    ]}).encode()
    content = draw("start:s user:a xor:g user:b end:e",
                   "s>a a>g g>b[ket_qa == 'dat' and so_tien > 1] g>e b>e",
                   a='motcua:form="f"', b='motcua:form="f"')
    found = only(content, "expression-unknown-name", f=form)
    assert "ket_qua" in found.hint_vi
    assert only(content, "form-unreadable", f=b"{").severity == "error"
    twice = form.replace(b"so_tien", b"ket_qua")
    assert "ket_qua" in only(content, "form-unreadable", f=twice).en


PACK = sorted((ROOT / "bpmn").glob("*/*.bpmn"))
MISSED = {
    "accept": "law-no-receiving-step", "not-accept": "law-no-receiving-step",
    "settle": "act-never-allowed", "return": "law-no-answer",
}


@pytest.mark.parametrize("path", PACK, ids=lambda path: path.stem)
@pytest.mark.parametrize("act", sorted(MISSED))
def test_each_act_that_a_drawing_of_the_pack_forgets_is_missed(path: Path, act: str) -> None:
    content = path.read_bytes()
    drawn = f' motcua:act="{act}"'.encode()
    assert content.count(drawn) == 1
    law = {"law-no-receiving-step", "law-no-answer", "act-never-allowed", "status-never-moves"}
    assert not codes(content) & law
    assert codes(content.replace(drawn, b"")) & law == {MISSED[act]}
@pytest.mark.parametrize(("name", "wrong", "right"), [
    ("tacitConsent", ["yes", "có"], ["true", "false", "1", "0"]),
    ("calendarDays", ["yes", "True"], ["true", "false"]),
    ("supplementDays", ["0", "-3", "3 ngày", "1,5", "1000"], ["1", "5", "30"]),
])
def test_a_parameter_that_cannot_be_read_is_an_error(
    name: str, wrong: list[str], right: list[str],
) -> None:
    for value in wrong:
        found = only(drawn(attributes=f'{CODE} motcua:{name}="{value}"'), "parameter-unreadable")
        assert (found.severity, name in found.vi) == ("error", True)
        assert found.hint_vi
    for value in right:
        said = drawn(attributes=f'{CODE} motcua:{name}="{value}"')
        assert "parameter-unreadable" not in codes(said)


@pytest.mark.parametrize("on_flow", [False, True])
def test_a_timer_that_performs_an_act_nobody_explains_is_an_error(on_flow: bool) -> None:
    def timed(act: str) -> bytes:
        said = f'motcua:act="{act}"'
        inside = body("start:s catch:t user:a end:e", "s>t t>a a>e", t=timer("P5D"),
                      **({"f1": said} if on_flow else {}))
        drawn_on = inside if on_flow else inside.replace('id="t"', f'id="t" {said}')
        return diagram(process(drawn_on, CODE))

    found = only(timed("request-supplement"), "act-unsaid")
    assert (found.severity, "reason" in found.vi) == ("error", True)
    assert "act-unsaid" not in codes(timed("forward"))
