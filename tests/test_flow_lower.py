"""Each rewrite of lowering, against what the drawing means; and what rewriting never does."""

from __future__ import annotations

from pathlib import Path

import pytest
from flow_drawings import AT, drawing
from lxml import etree

from engine.flow.bpmn import BPMN
from engine.flow.load import load
from engine.flow.lower import VERSION, lower
from engine.flow.play import PlayRequest, play
from engine.flow.read import read
from engine.procedure import Lowered
from engine.step import Finding

ROOT = Path(__file__).parent.parent
HEAD = ('<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
        'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:motcua="urn:motcua:bpmn:1" '
        'targetNamespace="urn:t" id="d">')


def lowered(xml: str) -> tuple[Lowered, list[Finding]]:
    return lower(read((HEAD + xml + "</definitions>").encode()))


def completed(xml: str) -> list[str]:
    told = play({"m": (HEAD + xml + "</definitions>").encode()}, "m", PlayRequest(AT))
    assert told["error"] is None
    return [item["element"] for item in told["trace"] if item["event"] == "completed"]


def test_flows_without_ids_get_one_and_are_taken() -> None:
    xml = ('<process id="P"><startEvent id="S"/><task id="A"/><task id="B"/>'
           '<sequenceFlow sourceRef="S" targetRef="A"/><sequenceFlow sourceRef="A" targetRef="B"/>'
           "</process>")
    assert completed(xml) == ["S", "A", "B"]
    bytes_, findings = lowered(xml)
    assert bytes_.source_map == {"motcua.S.to.A": "S", "motcua.A.to.B": "A"}
    assert {found.code for found in findings} == {"flow-without-id"}


@pytest.mark.parametrize("executable", ["", 'isExecutable="1"', 'isExecutable="false"'])
def test_a_process_runs_whatever_is_executable_says(executable: str) -> None:
    assert completed(f'<process id="P" {executable}><startEvent id="S"/></process>') == ["S"]


def test_text_split_by_comments_and_cdata_is_one_expression() -> None:
    xml = ('<process id="P"><startEvent id="S"/><scriptTask id="X"><script> x <!-- tổng -->= '
           '<![CDATA[ 1 + ]]>2 </script></scriptTask><exclusiveGateway id="G" default="d"/>'
           '<task id="A"/><task id="B"/><sequenceFlow id="a" sourceRef="S" targetRef="X"/>'
           '<sequenceFlow id="b" sourceRef="X" targetRef="G"/><sequenceFlow id="c" sourceRef="G" '
           'targetRef="A"><conditionExpression>\n x <!-- ba -->== <![CDATA[3]]>\n'
           '</conditionExpression></sequenceFlow><sequenceFlow id="d" sourceRef="G" '
           'targetRef="B"/></process>')
    assert completed(xml) == ["S", "X", "G", "A"]


def test_a_shared_event_definition_is_copied_to_the_event_that_refers_to_it() -> None:
    xml = ('<timerEventDefinition id="T1"><timeDuration>PT1H</timeDuration></timerEventDefinition>'
           '<process id="P"><startEvent id="S"/><intermediateCatchEvent id="C"><eventDefinitionRef>'
           ' T1 </eventDefinitionRef></intermediateCatchEvent>'
           '<sequenceFlow id="a" sourceRef="S" targetRef="C"/></process>')
    told = play({"m": (HEAD + xml + "</definitions>").encode()}, "m", PlayRequest(AT))
    assert told["waiting"] == [{"element": "C", "kind": "timer"}]


def test_a_link_becomes_a_flow_named_after_its_source() -> None:
    content, _ = lower(read(drawing("""
        start S
        throw T link:L
        catch C link:L
        S -> T
    """)))
    root = etree.fromstring(content.content)
    flows = {flow.get("id"): flow.get("targetRef") for flow in root.iter(f"{{{BPMN}}}sequenceFlow")}
    assert flows["motcua.T.link"] == "C"
    assert content.source_map["motcua.T.link"] == "T"


def test_a_link_without_its_other_end_is_an_error() -> None:
    _, findings = lower(read(drawing("""
        start S
        throw T link:L
        S -> T
    """)))
    assert [(found.severity, found.element) for found in findings] == [("error", "T")]


def test_a_group_lends_its_duration_to_the_tasks_inside_its_shape() -> None:
    xml = ('<process id="P"><userTask id="A"/><userTask id="B"/><userTask id="C" '
           'motcua:duration="01 giờ"/><group id="G" motcua:duration="2 ngày"/></process>'
           "<bpmndi:BPMNDiagram><bpmndi:BPMNPlane>"
           + "".join(f'<bpmndi:BPMNShape bpmnElement="{key}"><dc:Bounds x="{x}" y="0" width="{w}" '
                     'height="50"/></bpmndi:BPMNShape>'
                     for key, x, w in (("A", 10, 50), ("B", 200, 50), ("C", 70, 20), ("G", 0, 100)))
           + "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>")
    notes = load(lowered(xml)[0].content).notes
    assert {key: (note.budget, note.duration) for key, note in notes.items()} == {
        "A": ("G", "2 ngày"), "B": (None, None), "C": ("C", "01 giờ")}


def test_a_lane_lends_role_agency_and_duration() -> None:
    xml = ('<process id="P"><laneSet id="L"><lane id="L1" name="Một cửa" motcua:role="clerk" '
           'motcua:agency="000.00.01.H41" motcua:duration="1 ngày"><flowNodeRef> A '
           "</flowNodeRef></lane></laneSet><userTask id=\"A\" motcua:role=\"head\"/></process>")
    note = load(lowered(xml)[0].content).notes["A"]
    assert (note.lane, note.role, note.agency) == ("Một cửa", "head", "000.00.01.H41")
    assert (note.budget, note.duration) == ("L1", "1 ngày")


def test_a_global_task_can_be_called() -> None:
    xml = ('<process id="P"><startEvent id="S"/><callActivity id="C" calledElement="G"/>'
           '<sequenceFlow id="a" sourceRef="S" targetRef="C"/></process>'
           '<globalUserTask id="G" name="Ký"/>')
    flow = load(lowered(xml)[0].content)
    assert set(flow.levels) == {"P", "G"}
    assert list(flow.notes) == ["G"]
    assert completed(xml) == ["S", "G", "C"]


def test_an_id_that_looks_like_ours_is_refused() -> None:
    _, findings = lowered('<process id="P"><task id="motcua.A.link"/></process>')
    assert [found.code for found in findings if found.severity == "error"] == ["reserved-id"]


def test_several_tokens_at_once_are_given_and_taken() -> None:
    xml = ('<process id="P"><startEvent id="S"/><task id="A" completionQuantity="4"/>'
           '<task id="B" startQuantity="2"/><sequenceFlow id="a" sourceRef="S" targetRef="A"/>'
           '<sequenceFlow id="b" sourceRef="A" targetRef="B"/></process>')
    assert completed(xml) == ["S", "A", "B", "B"]


@pytest.mark.parametrize(("xml", "code"), [
    ('<task id="A" completionQuantity="0"/>', "token-quantity"),
    ('<task id="A" startQuantity="1000000000"/>', "token-quantity"),
    ('<task id="A"><multiInstanceLoopCharacteristics behavior="One"/></task>',
     "multi-instance-behavior"),
    ('<eventBasedGateway id="G" instantiate="true" eventGatewayType="Parallel"/>',
     "parallel-event-gateway"),
    ('<startEvent id="S" parallelMultiple="true"/>', "parallel-multiple-start"),
])
def test_what_is_deliberately_not_run_is_a_finding(xml: str, code: str) -> None:
    _, findings = lowered(f'<process id="P">{xml}</process>')
    assert [(found.severity, found.code) for found in findings] == [("error", code)]


def test_shapes_and_words_leave_and_the_source_is_not_touched() -> None:
    document = read((ROOT / "bpmn/p088/p088.bpmn").read_bytes())
    before = etree.tostring(document.root)
    result, findings = lower(document)
    assert etree.tostring(document.root) == before
    assert findings == []
    assert b"BPMNShape" not in result.content
    assert b"documentation" not in result.content
    assert (result.version, lower(document)[0]) == (VERSION, result)


@pytest.mark.parametrize("name", ["p088", "m001", "p094", "p106"])
def test_what_can_become_a_task_keeps_its_id_and_kind(name: str) -> None:
    document = read((ROOT / f"bpmn/{name}/{name}.bpmn").read_bytes())
    kinds = {e.get("id"): e.tag for e in document.root.iter(f"{{{BPMN}}}userTask",
                                                            f"{{{BPMN}}}task")}
    again = etree.fromstring(lower(document)[0].content)
    assert kinds == {e.get("id"): e.tag for e in again.iter(f"{{{BPMN}}}userTask",
                                                            f"{{{BPMN}}}task")}


def test_lowering_what_is_lowered_changes_nothing() -> None:
    first, _ = lower(read((ROOT / "bpmn/p088/p088.bpmn").read_bytes()))
    assert lower(read(first.content))[0].content == first.content
