"""Random acts by random hands at random moments: nothing impossible, no minute lost, all replays.

A machine of states over the heart in memory: P088 (three agencies) and M001 (parallel parts) of the
pack, and a small drawing; under the rule sets of the law, and under ones that hold a part only, or
while another agency is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import town
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from in_hand import InHand, clean
from test_spine_pure import DESKS, WALKS, flow_of

from engine.commands import CompleteTask, DossierCommand, FireTimer, PerformAct
from engine.errors import Conflict, Forbidden, Invalid
from engine.law.acting import need_no_hold
from engine.law.acts import ACTS
from engine.law.reminders import reminders
from engine.law.rules import rules_by_id
from engine.law.standing import Standing
from engine.law.status import ENDED, MOVES
from engine.proceed import dry_run
from engine.proceed.record import REMINDERS
from engine.worktime import DEFAULT, Duration, due, parse, working_minutes

RULES = {
    "ND61/2018": rules_by_id("ND61/2018"),
    "ND118/2025": rules_by_id("ND118/2025+ND309/2026"),
    "part": replace(rules_by_id("ND118/2025"), holds_parts=True, supplement_restarts=False),
    "goes on": replace(
        rules_by_id("ND118/2025"), consultation_holds=True, supplement_restarts=False,
        supplement_notice_days=None, supplements_at_reception=None, extensions=3),
    "runs": replace(rules_by_id("ND118/2025"), payment_pauses=False),
}
AGENCIES = (town.POLICE, town.INSURANCE, town.DEPARTMENT)
CONTENT: dict[str, Callable[[int], dict[str, Any]]] = {
    "accept": lambda _: {}, "not-accept": lambda _: {"reason": "Không thuộc thẩm quyền"},
    "request-supplement": lambda n: {"reason": "Thiếu", "days": n % 4 + 1},
    "request-payment": lambda n: {"amount": n + 1, **({"days": n % 3 + 1} if n % 2 else {})},
    "record-payment": lambda n: {"receipt": f"BL {n}"},
    "consult": lambda n: {
        "agency": AGENCIES[n % 3], "question": "Ý kiến?", "duration": f"{n % 5 + 1} ngày"},
    "answer": lambda n: {"opinion": "Có", **({"consultation": str(n % 3 + 1)} if n % 2 else {})},
    "extend": lambda n: {"reason": "Chậm", "duration": f"{n % 7 + 1} ngày"},
    "stop": lambda _: {"reason": "Theo đơn"},
    "refuse": lambda _: {"reason": "Không đủ", "apology": "Xin lỗi"},
    "settle": lambda n: {
        "on_the_spot": n % 5 == 0, **({"result": "refused", "reason": "Không", "apology": "Lỗi"}
                                      if n % 3 == 0 else {})},
    "return": lambda n: {"informed": n % 2 == 0},
    "correct": lambda _: {"reason": "Nhầm"},
    "remedy": lambda n: {"fault": ("loss", "error")[n % 2], "reason": "Mất", "apology": "Lỗi"},
}
#: Two agencies at work at once, in loops; each may ask for a supplement along its own drawing.
PARALLEL = f"""<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:m="urn:motcua:bpmn:1"
    id="D" targetNamespace="urn:test"><message id="M" name="help"/>
  <collaboration id="C">
    <participant id="PA" name="A" processRef="A" m:agency="dossier.receiving_agency"/>
    <participant id="PB" name="B" processRef="B" m:agency="{town.POLICE}"/>
    <messageFlow id="MF" sourceRef="A_send" targetRef="B_start"/>
  </collaboration>
  <process id="A" isExecutable="true" m:procedureCode="T" m:timeLimit="6 ngày">
    <startEvent id="A_start"/><sequenceFlow id="a1" sourceRef="A_start" targetRef="A_send"/>
    <intermediateThrowEvent id="A_send"><messageEventDefinition id="x1" messageRef="M"/>
    </intermediateThrowEvent><sequenceFlow id="a2" sourceRef="A_send" targetRef="A_merge"/>
    <exclusiveGateway id="A_merge"/><sequenceFlow id="a3" sourceRef="A_merge" targetRef="A_task"/>
    <userTask id="A_task" m:status="in_process" m:duration="12 giờ"/>
    <sequenceFlow id="a4" sourceRef="A_task" targetRef="A_which"/>
    <exclusiveGateway id="A_which"/>
    <sequenceFlow id="a_again" sourceRef="A_which" targetRef="A_merge"/>
    <sequenceFlow id="a_ask" sourceRef="A_which" targetRef="A_merge" m:act="request-supplement"/>
  </process>
  <process id="B" isExecutable="true">
    <startEvent id="B_start"><messageEventDefinition id="x3" messageRef="M"/></startEvent>
    <sequenceFlow id="b1" sourceRef="B_start" targetRef="B_merge"/>
    <exclusiveGateway id="B_merge"/><sequenceFlow id="b2" sourceRef="B_merge" targetRef="B_task"/>
    <userTask id="B_task" m:duration="2 ngày"/>
    <boundaryEvent id="B_late" attachedToRef="B_task" cancelActivity="false">
      <timerEventDefinition id="x4"><timeDuration>05 giờ</timeDuration></timerEventDefinition>
    </boundaryEvent><sequenceFlow id="b3" sourceRef="B_late" targetRef="B_look"/>
    <userTask id="B_look"/><sequenceFlow id="b4" sourceRef="B_task" targetRef="B_which"/>
    <exclusiveGateway id="B_which"/>
    <sequenceFlow id="b_again" sourceRef="B_which" targetRef="B_merge"/>
    <sequenceFlow id="b_ask" sourceRef="B_which" targetRef="B_wait" m:act="request-supplement"/>
    <intermediateCatchEvent id="B_wait" m:act="receive-supplement">
      <messageEventDefinition id="x5" messageRef="M"/></intermediateCatchEvent>
    <sequenceFlow id="b5" sourceRef="B_wait" targetRef="B_merge"/>
  </process>
</definitions>""".encode()
LOOPS: dict[str, list[dict[str, Any]]] = {
    "A_task": [{"A_which": "a_again"}, {"A_which": "a_ask", "reason": "Thiếu"}],
    "B_task": [{"B_which": "b_again"}, {"B_which": "b_ask", "reason": "Thiếu"}],
}
#: Acts that end a dossier are rarer than the others, else nothing ever gets far.
RARELY = ["not-accept", "close", "stop", "withdraw", "refuse", "settle", "remedy"]
OFTEN = [name for name, deed in ACTS.items() if deed.by_hand and name not in RARELY]
FINAL = {"settled", "returned", *ENDED}


class Machine(RuleBasedStateMachine):
    """What officials do to one dossier, and what must hold whatever they do."""

    @initialize(
        name=st.sampled_from(["p088", "m001", "clean", "parallel"]),
        rules=st.sampled_from(sorted(RULES)), elsewhere=st.booleans(),
    )
    def register(self, name: str, rules: str, elsewhere: bool) -> None:
        competent = town.DEPARTMENT if elsewhere else None
        self.dossier = InHand(
            "09/11/2026 08:00", PARALLEL if name == "parallel" else clean(),
            flow_of(name) if name in WALKS else None, desks=DESKS, competent=competent,
            rules=RULES[rules])
        paths = WALKS.get(name, {"paths": {}})["paths"]
        self.left: dict[str, list[dict[str, Any]]] = {key: [*said] for key, said in LOOPS.items()}
        for path in sorted(paths, key=lambda one: one != "happy"):
            for element, answers in paths[path]["answers"].items():
                self.left.setdefault(element, []).extend(answers)
        self.statuses = [self.dossier.status]

    # What people do

    @rule(act=st.sampled_from(OFTEN), number=st.integers(0, 30))
    def perform(self, act: str, number: int) -> None:
        content = CONTENT.get(act, lambda _: {})(number)
        self.ask(PerformAct(self.dossier.before.dossier.code, act, content))

    @rule(data=st.data(), number=st.integers(0, 30))
    def perform_what_is_offered(self, data: st.DataObject, number: int) -> None:
        offered = [act for act in OFTEN if self.offers(act)]
        if offered:
            self.perform(data.draw(st.sampled_from(offered)), number)

    def offers(self, act: str) -> bool:
        try:
            dry_run(self.dossier.before, act, self.dossier.facts())
        except Conflict:
            return False
        return True

    @precondition(lambda self: len(self.dossier.entries) > 6)
    @rule(act=st.sampled_from(RARELY), number=st.integers(0, 30))
    def perform_rarely(self, act: str, number: int) -> None:
        self.perform(act, number)

    @precondition(lambda self: self.dossier.before.tasks)
    @rule(data=st.data(), number=st.integers(0, 30))
    def complete(self, data: st.DataObject, number: int) -> None:
        before = self.dossier.before
        tasks = sorted(before.tasks, key=lambda one: one.id)
        task = tasks[data.draw(st.integers(0, len(tasks) - 1))]
        if task.act is None:
            try:  # as the desk does, before anything else
                need_no_hold(before.dossier.standing, task.part)
            except Conflict:
                return
            answers = self.left.get(task.element, [{}])
            # The way to the result is gone twice as often as any other.
            said = dict(answers[number % len(answers) if number % 3 == 0 else 0])
        else:
            said = CONTENT.get(task.act, lambda _: {})(number)
        self.ask(CompleteTask(task.id, said))

    @rule(hours=st.sampled_from([1, 3, 7, 16, 24, 40, 70, 120]), minutes=st.integers(0, 59))
    def time_passes(self, hours: int, minutes: int) -> None:
        self.dossier.now += timedelta(hours=hours, minutes=minutes)
        self.fire()

    @rule(working=st.integers(1, 300))
    def a_little_passes(self, working: int) -> None:
        self.dossier.now += timedelta(minutes=working)
        self.fire()

    def fire(self) -> None:
        """Let everything that is due happen, as the worker does: reminders, then timers."""
        for _ in range(20):
            standing, now = self.dossier.standing, self.dossier.now
            stand = reminders(standing, self.dossier.rules, DEFAULT, now)  # type: ignore[arg-type]
            ready = [(at, "", key) for key, at in stand.items() if at <= now]
            ready += [
                (wait.due, part.id, wait.id) for part in self.dossier.before.parts
                for wait in part.waits if wait.due and wait.due <= now
                and not (standing.hold and standing.hold.holds(part.id))
            ]
            if not ready:
                return
            _, part, wait = min(ready)
            command = FireTimer(self.dossier.before.dossier.code, part or REMINDERS, wait)
            assert self.ask(command), wait
            after = reminders(self.dossier.standing, self.dossier.rules, DEFAULT, now)  # type: ignore[arg-type]
            assert part or wait not in after, f"{wait} would speak twice"

    def ask(self, command: DossierCommand) -> bool:
        """Do a command; one that is refused has changed nothing at all."""
        stood = (self.dossier.before, list(self.dossier.entries))
        try:
            self.dossier.do(command)
        except (Conflict, Invalid, Forbidden):
            assert (self.dossier.before, self.dossier.entries) == stood
            return False
        self.statuses.append(self.dossier.status)
        self.recount(stood[0].dossier.standing)
        return True

    def recount(self, before: Standing) -> None:
        """Count the due date again on its own: the term from the receipt, and the pauses after it.

        The minutes worked outside of all pauses from receipt to due date are those of the term.
        """
        now = self.dossier.standing
        if now.due is None or now.clock_from is None or now.extensions or now.ended_at:
            return
        assert now.limit is not None
        term = due(now.clock_from, parse(now.limit, iso_as_working=True), DEFAULT, received=True)
        assert term.at is not None
        off = sum(
            working_minutes(pause.since, pause.until, DEFAULT) for pause in now.pauses
            if pause.since >= now.clock_from and not pause.runs and not pause.restarts
            and pause.since < self.due_at(now, pause.since, term.at)
        )
        assert working_minutes(term.at, now.due, DEFAULT) == off, (before, now)

    @staticmethod
    def due_at(now: Standing, moment: datetime, term: datetime) -> datetime:
        """The due date as it stood at a moment: moved by the pauses that had ended by then."""
        at = term
        for pause in now.pauses:
            assert now.clock_from is not None
            if (pause.since >= now.clock_from and pause.until <= moment and not pause.runs
                    and not pause.restarts and at > pause.since):
                left = working_minutes(pause.since, at, DEFAULT)
                at = pause.until
                if left:
                    at = due(pause.until, Duration("hours", left), DEFAULT).at or at
        return at

    # What must hold

    @invariant()
    def its_status_is_possible(self) -> None:
        standing = self.dossier.standing
        held = standing.hold.act if standing.hold else None
        assert (standing.status == "supplement_requested") == (held == "request-supplement")
        assert (standing.status == "payment_requested") == (held == "request-payment")
        assert (standing.settled_at is not None) == (standing.status in ("settled", "returned"))
        assert (standing.returned_at is not None) == (standing.status == "returned")
        assert (standing.ended_at is not None) == (standing.status in ENDED)
        assert standing.status == "newly_registered" or standing.accepted_at or (
            standing.status in ("received", "supplement_requested", "not_accepted", "withdrawn",
                                "stopped"))
        assert standing.due is None or standing.clock_from is not None
        if standing.status in FINAL:
            assert standing.hold is None

    @invariant()
    def it_moved_along_the_table_or_was_corrected(self) -> None:
        told = [one["act"] for one in self.dossier.told()] if self.dossier.entries else []
        if len(self.statuses) > 1 and "correct" not in told and len(told) <= 1:
            was, now = self.statuses[-2:]
            steps = {now} if was == now else MOVES[was]
            beyond = {then for step in steps for then in MOVES.get(step, ())}
            assert now in {was, *steps, *beyond, *(x for b in beyond for x in MOVES[b])}

    @invariant()
    def nothing_is_open_after_an_end_but_what_the_law_opens(self) -> None:
        standing = self.dossier.standing
        open_acts = {act for act, _ in self.dossier.waiting()}
        if standing.status in ENDED or standing.on_the_spot:
            assert self.dossier.before.parts == ()
            assert self.dossier.steps() == []
        if standing.status in ENDED:
            assert open_acts <= set()
        if standing.status in ("settled", "returned"):
            assert open_acts <= {"return", "acknowledge"}
        if standing.status == "returned":
            assert "return" not in open_acts

    @invariant()
    def every_task_of_the_law_answers_what_stands(self) -> None:
        standing = self.dossier.standing
        held = standing.hold.act if standing.hold else None
        for act, agency in self.dossier.waiting():
            if act in ("receive-supplement", "close"):
                assert held == "request-supplement"
            if act == "record-payment":
                assert held == "request-payment"
            if act == "answer":
                assert agency in {one.agency for one in standing.awaited()}
            if act == "take-over":
                assert standing.accepted_at
                assert standing.clock_from is None
        if standing.awaited() and standing.status not in FINAL:
            answers = [act for act, _ in self.dossier.waiting() if act == "answer"]
            assert len(answers) == len(standing.awaited())

    @invariant()
    def a_token_that_waits_for_the_law_waits_for_what_is_to_come(self) -> None:
        standing = self.dossier.standing
        drawn = self.dossier.drawn.acts if self.dossier.drawn else {}
        for part in self.dossier.before.parts:
            for wait in part.waits:
                if drawn.get(wait.element) == "receive-supplement":
                    assert standing.hold
                    assert standing.hold.act == "request-supplement"

    @invariant()
    def only_the_part_that_asked_is_held_where_the_rules_say_so(self) -> None:
        hold = self.dossier.standing.hold
        if hold and hold.part is not None:
            assert self.dossier.rules
            assert self.dossier.rules.holds_parts

    @invariant()
    def no_warning_speaks_twice(self) -> None:
        said = [(one.kind, one.about) for one in self.dossier.standing.alerts
                if one.kind != "agency-fault"]
        assert len(said) == len(set(said))

    def teardown(self) -> None:
        """The whole history verifies, and can be done again byte for byte."""
        if hasattr(self, "dossier"):
            assert self.dossier.replays()


Machine.TestCase.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestActs = Machine.TestCase
