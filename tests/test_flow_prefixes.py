"""References with a namespace prefix, as Eclipse and jBPM write them, point at what they name."""

from __future__ import annotations

from flow_drawings import AT, done, drawing

from engine.flow.play import PlayRequest, play

INSIDE = """
    <subProcess id="X"><startEvent id="S1"/>
    <sequenceFlow id="g" sourceRef="S1" targetRef="E1"/>
    <endEvent id="E1"><errorEventDefinition errorRef="t:bad"/></endEvent></subProcess>
    <boundaryEvent id="A" attachedToRef="t:X"><errorEventDefinition errorRef="t:other"/>
    </boundaryEvent>
    <boundaryEvent id="B" attachedToRef="t:X"><errorEventDefinition errorRef=" t:bad "/>
    </boundaryEvent>
    <sequenceFlow id="h" sourceRef="t:B" targetRef="t:C"/>
    <intermediateCatchEvent id="C"><eventDefinitionRef>t:tell</eventDefinitionRef>
    </intermediateCatchEvent>"""
ROOTS = """<error id="bad" errorCode="1"/><error id="other" errorCode="2"/>
    <message id="m" name="M"/><messageEventDefinition id="tell" messageRef="t:m"/>"""


def prefixed(inside: str, roots: str = "", process: str = "P") -> bytes:
    return drawing("", extra=roots, process=process).replace(
        b"<definitions", b'<definitions xmlns:t="urn:test"').replace(
        b"</process>", f"{inside}</process>".encode())


def test_prefixed_references_run_as_the_ids_they_name() -> None:
    start = '<startEvent id="S"/><sequenceFlow id="f" sourceRef="t:S" targetRef="t:X"/>'
    main = prefixed(start + INSIDE, ROOTS)
    answer = play({"m.bpmn": main}, "m.bpmn", PlayRequest(at=AT, messages=({"name": "M"},)))
    assert done(answer) == ["S", "S1", "E1", "B", "C"]
    assert answer["status"] == "completed"


def test_a_called_diagram_keeps_its_own_prefixes() -> None:
    start = '<startEvent id="S"/><sequenceFlow id="f" sourceRef="t:S" targetRef="t:X"/>'
    files = {"m.bpmn": drawing("start T\ncall L calledElement=Q\nT -> L"),
             "q.bpmn": prefixed(start + INSIDE, ROOTS, "Q")}
    answer = play(files, "m.bpmn", PlayRequest(at=AT, messages=({"name": "M"},)))
    assert done(answer) == ["T", "S", "S1", "E1", "B", "C", "L"]


def test_an_id_with_a_colon_is_not_cut() -> None:
    main = prefixed('<startEvent id="t:S"/><sequenceFlow id="f" sourceRef="t:S" targetRef="A"/>'
                    '<task id="A"/>')
    assert done(play({"m.bpmn": main}, "m.bpmn", PlayRequest(at=AT))) == ["t:S", "A"]
