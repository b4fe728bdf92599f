"""A signal thrown in one part is heard by every other part of the dossier that waits for it."""

from __future__ import annotations

from datetime import datetime

from engine.clock import VIETNAM
from engine.commands import CompleteTask, RegisterDossier
from engine.flow.load import load
from engine.flow.lower import lower
from engine.flow.read import read
from engine.history import seal
from engine.law.rules import rules_on
from engine.proceed import Before, Facts, Outcome, Registration, after, proceed, register
from engine.worktime import DEFAULT

DRAWING = """<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:m="urn:motcua:bpmn:1"
    id="D" targetNamespace="urn:test">
  <signal id="S" name="urgent"/><message id="M" name="help"/>
  <collaboration id="C">
    <participant id="PA" name="A" processRef="A" m:agency="dossier.receiving_agency"/>
    <participant id="PB" name="B" processRef="B" m:agency="B1"/>
    <messageFlow id="MF" sourceRef="A_send" targetRef="B_start"/>
  </collaboration>
  <process id="A" isExecutable="true" m:procedureCode="T">
    <startEvent id="A_start"/><sequenceFlow id="a1" sourceRef="A_start" targetRef="A_send"/>
    <intermediateThrowEvent id="A_send"><messageEventDefinition id="x1" messageRef="M"/>
    </intermediateThrowEvent><sequenceFlow id="a2" sourceRef="A_send" targetRef="A_task"/>
    <userTask id="A_task" m:role="specialist"/>
    <sequenceFlow id="a3" sourceRef="A_task" targetRef="A_throw"/>
    <intermediateThrowEvent id="A_throw"><signalEventDefinition id="x2" signalRef="S"/>
    </intermediateThrowEvent><sequenceFlow id="a4" sourceRef="A_throw" targetRef="A_end"/>
    <endEvent id="A_end"/>
  </process>
  <process id="B" isExecutable="true">
    <startEvent id="B_start"><messageEventDefinition id="x3" messageRef="M"/></startEvent>
    <sequenceFlow id="b1" sourceRef="B_start" targetRef="B_wait"/>
    <intermediateCatchEvent id="B_wait"><signalEventDefinition id="x4" signalRef="S"/>
    </intermediateCatchEvent><sequenceFlow id="b2" sourceRef="B_wait" targetRef="B_task"/>
    <userTask id="B_task" m:role="specialist"/>
    <sequenceFlow id="b3" sourceRef="B_task" targetRef="B_end"/><endEvent id="B_end"/>
  </process>
</definitions>"""
NOW = datetime(2026, 11, 9, 8, 0, tzinfo=VIETNAM)


def test_another_part_that_waits_for_the_signal_goes_on() -> None:
    flow = load(lower(read(DRAWING.encode()))[0].content)
    facts = Facts(NOW, "p1", flow, rules_on(NOW.date()), {"A1": DEFAULT, "B1": DEFAULT}, bytes(16))

    def kept(before: Before | None, outcome: Outcome) -> Before:
        return after(before or Before(outcome.dossier), outcome, seal(outcome.draft))

    born = Registration("A1-261109-0001", 1, {"dossier.receiving_agency": "A1", "B1": "B1"})
    before = kept(None, register(RegisterDossier("T", "A1", "direct", {}), born, facts))
    assert [task.element for task in before.tasks] == ["A_task"]
    before = kept(before, proceed(before, CompleteTask(before.tasks[0].id, {}), facts))
    assert [task.element for task in before.tasks] == ["B_task"]
    assert [part.id for part in before.parts] == ["B"]
