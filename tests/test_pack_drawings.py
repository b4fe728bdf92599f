"""Each diagram of the pack is pleasant to read: by its DI, and as bpmn-js draws it."""

from __future__ import annotations

from pathlib import Path

import pytest
from rendering import browser, geometry

ROOT = Path(__file__).parent.parent
TEMPLATE = ROOT / "examples" / "pack_template"
DIAGRAMS = sorted([*(ROOT / "bpmn").glob("*/*.bpmn"), *TEMPLATE.glob("*/*.bpmn")])

each_diagram = pytest.mark.parametrize("path", DIAGRAMS, ids=lambda p: p.stem)


@pytest.fixture(scope="module")
def renderings(tmp_path_factory):
    return browser.render(DIAGRAMS, tmp_path_factory.mktemp("drawings"))


@each_diagram
def test_every_element_is_drawn(path):
    assert geometry.read(path).undrawn == ()


@each_diagram
def test_no_two_shapes_overlap(path):
    assert geometry.overlapping(geometry.read(path)) == []


@each_diagram
def test_no_flow_crosses_a_foreign_shape_or_lies_on_another_flow(path):
    assert geometry.crossing(geometry.read(path)) == []


@each_diagram
def test_labels_stand_beside_their_shapes_and_on_nothing_else(path):
    assert geometry.mislabelled(geometry.read(path)) == []


@pytest.mark.browser
@each_diagram
def test_bpmn_js_imports_the_diagram_without_a_warning(path, renderings):
    assert renderings[path].warnings == ()
    assert renderings[path].picture.stat().st_size > 10_000


@pytest.mark.browser
@each_diagram
def test_texts_stay_inside_their_tasks_lanes_and_labels_in_the_browser(path, renderings):
    rendering, drawing = renderings[path], geometry.read(path)
    if not rendering.like_arial:
        pytest.skip("no font of Arial's widths here (fonts-liberation), so texts wrap elsewhere")
    boxes = {s.id: s.box for s in drawing.shapes.values()}
    boxes |= {f"{s.id}_label": s.label for s in drawing.shapes.values() if s.label}
    boxes |= {f"{e.id}_label": e.label for e in drawing.edges.values() if e.label}
    outside = [i for i, text in rendering.texts.items() if not geometry.holds(boxes[i], text)]
    assert rendering.texts
    assert outside == []


BENT = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
 xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI">
<bpmn:process id="p"><bpmn:task id="a"/><bpmn:task id="b"/><bpmn:task id="c"/>
<bpmn:endEvent id="e" name="Xong"/><bpmn:task id="lost"/>
<bpmn:sequenceFlow id="f" name="Đi" sourceRef="a" targetRef="b"/></bpmn:process>
<bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="p">
<bpmndi:BPMNShape bpmnElement="a">
<dc:Bounds x="0" y="0" width="100" height="80"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape bpmnElement="b">
<dc:Bounds x="300" y="0" width="100" height="80"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape bpmnElement="c">
<dc:Bounds x="150" y="20" width="100" height="80"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape bpmnElement="e"><dc:Bounds x="380" y="60" width="36" height="36"/>
<bpmndi:BPMNLabel><dc:Bounds x="380" y="200" width="30" height="14"/></bpmndi:BPMNLabel>
</bpmndi:BPMNShape>
<bpmndi:BPMNEdge bpmnElement="f"><di:waypoint x="100" y="40"/><di:waypoint x="300" y="40"/>
<bpmndi:BPMNLabel><dc:Bounds x="110" y="36" width="30" height="14"/></bpmndi:BPMNLabel>
</bpmndi:BPMNEdge></bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>"""


def test_the_ruler_itself_finds_what_is_untidy(tmp_path):
    (tmp_path / "bent.bpmn").write_text(BENT, encoding="utf-8")
    drawing = geometry.read(tmp_path / "bent.bpmn")
    assert drawing.undrawn == ("lost",)
    assert geometry.overlapping(drawing) == ["b lies on e"]
    assert geometry.crossing(drawing) == ["f runs through c"]
    assert geometry.mislabelled(drawing) == [
        "the label of e is far from it", "the label of f lies on f",
    ]
