"""A pool of a running dossier begins with it, at a time, by a signal or by a condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import town
from linked import Site
from sketch import body, diagram, process

from engine.clock import VIETNAM
from engine.commands import CompleteTask, DossierCommand, FireTimer, PerformAct, RegisterDossier
from engine.flow.lint import lint
from engine.flow.load import Flow, load
from engine.flow.play import PlayRequest, play
from engine.history import seal
from engine.jobs import Timers
from engine.law.rules import rules_on
from engine.proceed import Before, Facts, Registration, after, proceed, register
from engine.worktime import DEFAULT

CODE = "9.000999"
NOW = datetime(2026, 11, 9, 8, 0, tzinfo=VIETNAM)
POOLS = (
    '<bpmn:signal id="S" name="urgent"/><bpmn:message id="M" name="help"/>'
    '<bpmn:collaboration id="C"><bpmn:participant id="PA" name="A" processRef="A" '
    'motcua:agency="dossier.receiving_agency"/><bpmn:participant id="PB" name="B" processRef="B" '
    'motcua:agency="B1"/></bpmn:collaboration>'
)
SIGNAL = '<bpmn:signalEventDefinition signalRef="S"/>'
MESSAGE = '<bpmn:messageEventDefinition messageRef="M"/>'
LATER = ("<bpmn:timerEventDefinition><bpmn:timeDuration>P14D</bpmn:timeDuration>"
         "</bpmn:timerEventDefinition>")
RECEIVED = ('<bpmn:conditionalEventDefinition><bpmn:condition>dossier.status == "received"'
            "</bpmn:condition></bpmn:conditionalEventDefinition>")


def drawing(begins: str, throws: str = "", wait: str = "") -> bytes:
    """A commune that throws something between two tasks, and a second pool that begins somehow."""
    lead = body("start:s user:a throw:t user:z end:e", "s>a a>t t>z z>e", t=throws,
                f0='motcua:act="accept"' if wait == "accepts" else "")
    other = body("start:b user:w end:done", "b>w w>done", b=begins).replace('id="f', 'id="g')
    return diagram(POOLS, process(lead, 'motcua:procedureCode="T"', "A"), process(other, "", "B"))


def running(content: bytes) -> Flow:
    report = lint({"m.bpmn": content}, "m.bpmn")
    assert report.lowered is not None, [f.code for f in report.findings if f.severity == "error"]
    return load(report.lowered.content)


@dataclass
class Run:
    """A dossier on a flow, moved by one command after the other."""

    flow: Flow
    now: datetime = NOW
    before: Before | None = None

    def facts(self) -> Facts:
        calendars = {"A1": DEFAULT, "B1": DEFAULT}
        return Facts(self.now, "p1", self.flow, rules_on(NOW.date()), calendars, bytes(16))

    def register(self) -> Run:
        desks = {"dossier.receiving_agency": "A1", "B1": "B1"}
        outcome = register(RegisterDossier("T", "A1", "direct", {}),
                           Registration("A1-261109-0001", 1, desks), self.facts())
        self.before = after(Before(outcome.dossier), outcome, seal(outcome.draft))
        return self

    def does(self, command: DossierCommand) -> Run:
        assert self.before is not None
        outcome = proceed(self.before, command, self.facts())
        self.before = after(self.before, outcome, seal(outcome.draft))
        return self

    def completes(self, element: str) -> Run:
        (task, *_) = (t for t in self.dossier.tasks if t.element == element)
        return self.does(CompleteTask(task.id, {}))

    @property
    def dossier(self) -> Before:
        assert self.before is not None
        return self.before

    def open(self) -> list[str]:
        return sorted(task.element for task in self.dossier.tasks if task.act is None)


def test_a_pool_with_a_plain_start_begins_as_the_dossier_is_registered() -> None:
    assert Run(running(drawing(""))).register().open() == ["a", "w"]


def test_a_signal_begins_a_pool_each_time_it_is_thrown() -> None:
    content = drawing(SIGNAL, SIGNAL).replace(
        b'<bpmn:sequenceFlow id="f2" sourceRef="t" targetRef="z" ></bpmn:sequenceFlow>',
        b'<bpmn:sequenceFlow id="f2" sourceRef="t" targetRef="z"/>'
        b'<bpmn:sequenceFlow id="again" sourceRef="t" targetRef="a"/>')
    run = Run(running(content)).register()
    assert run.open() == ["a"]
    assert run.completes("a").open() == ["a", "w", "z"]
    assert run.completes("a").open() == ["a", "w", "w", "z", "z"]
    assert {part.id for part in run.dossier.parts} == {"A", "B", "B~2"}


def test_a_pool_that_waits_for_a_time_begins_so_long_after_the_registration() -> None:
    run = Run(running(drawing(LATER))).register()
    assert run.open() == ["a"]
    (part,) = (part for part in run.dossier.parts if part.process == "B")
    (wait,) = part.waits
    assert (wait.element, wait.kind, wait.due) == ("b", "timer", NOW + timedelta(days=14))
    run.now = NOW + timedelta(days=14)
    assert run.does(FireTimer("A1-261109-0001", part.id, wait.id)).open() == ["a", "w"]
    assert [part.waits for part in run.dossier.parts if part.process == "B"] == [()]


def test_what_guards_a_pool_waits_only_once_the_pool_has_begun() -> None:
    guard = ('<bpmn:subProcess id="v" triggeredByEvent="true"><bpmn:startEvent id="vs">'
             + SIGNAL + '</bpmn:startEvent></bpmn:subProcess><bpmn:endEvent id="done"')
    content = drawing(LATER, SIGNAL).replace(b'<bpmn:endEvent id="done"', guard.encode())
    run = Run(running(content)).register().completes("a")
    (part,) = (part for part in run.dossier.parts if part.process == "B")
    run.does(FireTimer("A1-261109-0001", part.id, part.waits[0].id))
    assert run.open() == ["w", "z"]
    assert {wait.kind for part in run.dossier.parts for wait in part.waits} == {"signal"}


def test_a_condition_on_the_dossier_begins_a_pool_once_it_becomes_true() -> None:
    run = Run(running(drawing(RECEIVED))).register()
    assert run.open() == ["a"]
    run.does(PerformAct("A1-261109-0001", "accept", {}))
    assert run.open() == ["a", "w"]
    assert run.completes("a").open() == ["w", "z"]


def test_a_part_that_waits_for_a_condition_sees_the_dossier_change() -> None:
    content = drawing("", RECEIVED).replace(b"intermediateThrowEvent", b"intermediateCatchEvent")
    run = Run(running(content)).register().completes("a")
    assert run.open() == ["w"]
    assert run.does(PerformAct("A1-261109-0001", "accept", {})).open() == ["w", "z"]


def test_a_message_without_a_message_flow_reaches_who_waits_for_its_name() -> None:
    content = drawing(MESSAGE, MESSAGE)
    assert Run(running(content)).register().completes("a").open() == ["w", "z"]
    told = play({"m": content}, "m", PlayRequest(NOW))
    assert "w" in {item["element"] for item in told["trace"]}


def test_a_message_flow_to_a_pool_reaches_whichever_of_its_nodes_waits() -> None:
    other = body("start:b and:k catch:c1 catch:c2 user:w1 user:w2", "b>k k>c1 k>c2 c1>w1 c2>w2",
                 c1=SIGNAL, c2=MESSAGE).replace('id="f', 'id="g')
    other += '<bpmn:intermediateCatchEvent id="c0">' + MESSAGE + "</bpmn:intermediateCatchEvent>"
    pools = POOLS.replace("</bpmn:collaboration>", (
        '<bpmn:messageFlow id="mf" sourceRef="t" targetRef="PB"/></bpmn:collaboration>'))
    lead = body("start:s user:a throw:t user:z", "s>a a>t t>z", t=MESSAGE)
    content = diagram(pools, process(lead, 'motcua:procedureCode="T"', "A"),
                      process(other, "", "B"))
    assert "w2" in Run(running(content)).register().completes("a").open()


@pytest.mark.parametrize("begins", [SIGNAL, MESSAGE, LATER, RECEIVED])
def test_a_lead_pool_that_no_person_begins_is_refused(begins: str) -> None:
    lead = body("start:s user:a end:e", "s>a a>e", s=begins)
    content = diagram(POOLS, process(lead, 'motcua:procedureCode="T"', "A"),
                      process(body("start:b user:w", "b>w").replace('id="f', 'id="g'), "", "B"))
    errors = {f.code for f in lint({"m": content}, "m").findings if f.severity == "error"}
    assert errors == {"lead-start"}


def test_a_start_that_looks_at_data_is_refused_for_nothing_has_brought_them() -> None:
    content = drawing(RECEIVED.replace("dossier.status", "urgency"))
    assert "start-reads-data" in {f.code for f in lint({"m": content}, "m").findings}


def test_a_pool_that_begins_by_a_message_nobody_sends_is_told() -> None:
    found = {f.code: f.severity for f in lint({"m": drawing(MESSAGE)}, "m").findings}
    assert found["pool-never-begins"] == "warning"


def test_a_rehearsal_begins_all_that_a_signal_starts() -> None:
    more = body("start:cb user:cw", "cb>cw", cb=SIGNAL).replace('id="f', 'id="h')
    third = process(more, "", "C3")
    content = drawing(SIGNAL, SIGNAL).replace(b"</bpmn:definitions>", third.encode()
                                              + b"</bpmn:definitions>")
    told = play({"m": content}, "m", PlayRequest(NOW))
    assert {"w", "cw"} <= {item["element"] for item in told["trace"]}


def linked(begins: str) -> Mapping[str, bytes]:
    """The same, the second pool at the police, which are elsewhere."""
    return {"m.bpmn": drawing(begins, SIGNAL).replace(
        b'motcua:agency="B1"', b'motcua:agency="dossier.receiving_agency.police"').replace(
        b'procedureCode="T"', b'procedureCode="9.000999" motcua:timeLimit="5 ng\xc3\xa0y" '
        b'motcua:decision="1/Q\xc4\x90-UBND" motcua:field="T" motcua:level="x\xc3\xa3"').replace(
        b'id="w" name="w"', b'id="w" name="w" motcua:role="specialist"').replace(
        b'id="a" name="a"', b'id="a" name="a" motcua:role="one_stop_officer"').replace(
        b'id="z" name="z"', b'id="z" name="z" motcua:role="one_stop_officer"')}


@pytest.mark.parametrize("begins", ["", SIGNAL, LATER], ids=["plain", "signal", "timer"])
def test_a_pool_at_another_node_begins_without_a_message(
    three_nodes: list[Site], begins: str,
) -> None:
    commune, police, _ = three_nodes
    for site in (commune, police):
        town.bring_into_force(site.office, CODE, linked(begins), site.clock)
    code = commune.register(CODE)
    commune.pump()
    (task,) = (task for task in commune.open(code) if task.element == "a")
    commune.complete(task, {})
    commune.pump()
    if begins == LATER:
        assert police.open(code) == []
        police.clock.advance(timedelta(days=14))
        assert Timers(police.store, police.office, police.clock).drain() == 1
    assert [task.element for task in police.open(code)] == ["w"]
    police.need_whole(code)
    commune.need_whole(code)
