"""What ordinary people draw is told to them by the name of the shape, with what to change."""

from __future__ import annotations

import pytest
from sketch import body, codes, diagram, draw, only, process

TIMER = "<bpmn:timerEventDefinition/>"
MANY = "<bpmn:multiInstanceLoopCharacteristics/>"


@pytest.mark.parametrize(("content", "code", "severity", "named"), [
    (draw("start:s catch:Chờ end:e", "s>Chờ Chờ>e", Chờ=TIMER),
     "timer-without-time", "error", "“Chờ”"),
    (draw("start:s user:Họp end:e", "s>Họp Họp>e", Họp=MANY),
     "repetition-without-number", "error", "“Họp”"),
    (draw("start:s user:Họp end:e", "s>Họp Họp>e", Họp="<bpmn:standardLoopCharacteristics/>"),
     "loop-without-condition", "error", "“Họp”"),
    (draw("start:s subProcess:Họp end:e", "s>Họp Họp>e"),
     "empty-subprocess", "warning", "“Họp”"),
    (draw("start:s user:Duyệt end:e", "s>Duyệt Duyệt>e", Duyệt='camunda:assignee="an"'),
     "extension-ignored", "warning", "assignee của “Duyệt”"),
    (draw("start:s user:Duyệt end:e", "s>Duyệt Duyệt>e", Duyệt='id="Tiếp nhận"').replace(
        b' id="Duy\xe1\xbb\x87t"', b"").replace(b'"Duy\xe1\xbb\x87t"', "'Tiếp nhận'".encode()),
     "id-with-blank", "warning", "“Tiếp nhận”"),
    (draw("start:s user:A xor:g user:b end:e", "s>A A>g g>b[hồ sơ hợp lệ] g>e b>e"),
     "expression-syntax", "error", "ở “f2”, ký tự 4"),
    (draw("start:s user:A xor:g user:b end:e", "s>A A>g g>b g>e b>e", f2='name="Có"',
          f3='name="Có"'), "answers-alike", "error", "“Có”"),
    (draw("start:s user:A xor:g user:b end:e", "s>A A>g g>b g>e b>e"),
     "answer-without-name", "info", "“f2”, “f3”"),
    (draw("start:s user:A user:A end:e", "s>A A>e"), "duplicate-id", "error", "cho “A”"),
])
def test_a_finding_names_the_shape_and_says_what_to_change(
    content: bytes, code: str, severity: str, named: str,
) -> None:
    found = only(content, code)
    assert found.severity == severity
    assert named in found.vi
    assert found.line
    assert found.hint_vi
    assert found.hint_en


def test_a_lane_that_names_a_lost_step_is_named_itself() -> None:
    lanes = ('<bpmn:laneSet id="ls"><bpmn:lane id="l" name="Chuyên viên">'
             "<bpmn:flowNodeRef>gone</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>")
    content = diagram(process(lanes + body("start:s user:a end:e", "s>a a>e")))
    assert "“Chuyên viên”" in only(content, "dangling-lane-member").vi


def test_plain_tasks_of_two_pools_joined_by_a_message_flow_are_told_to_draw_events() -> None:
    pools = ('<bpmn:collaboration id="c"><bpmn:participant id="P" processRef="one"/>'
             '<bpmn:participant id="Q" processRef="two"/>'
             '<bpmn:messageFlow id="m" sourceRef="a" targetRef="b"/></bpmn:collaboration>')
    content = diagram(
        pools, process(body("start:s task:a end:e", "s>a a>e"), key="one"),
        process(body("start:s2 task:b end:e2", "s2>b b>e2").replace(' id="f', ' id="g'), key="two"))
    assert "sự kiện gửi" in only(content, "message-never-received").hint_vi


def test_two_pools_of_one_process_are_refused() -> None:
    pools = ('<bpmn:collaboration id="c"><bpmn:participant id="P" name="Sở" processRef="main"/>'
             '<bpmn:participant id="Q" name="Sở (2)" processRef="main"/></bpmn:collaboration>')
    content = diagram(pools, process(body("start:s task:a end:e", "s>a a>e")))
    found = only(content, "process-in-two-pools")
    assert (found.element, found.severity) == ("Q", "error")


def test_a_list_to_repeat_over_is_enough() -> None:
    content = draw("start:s user:a end:e", "s>a a>e", a=(
        '<bpmn:multiInstanceLoopCharacteristics camunda:collection="items"/>'))
    assert not codes(content, "error", "warning")
