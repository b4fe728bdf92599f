"""The desk (bàn xử lý): commands on a dossier that exists, from permission to commit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from engine import forms
from engine.clock import local
from engine.commands import (
    AdoptCalendar,
    AssignTask,
    ClaimTask,
    CompleteTask,
    DossierCommand,
    FireTimer,
    PerformAct,
    Request,
    UnclaimTask,
)
from engine.dossier import Task
from engine.errors import Conflict, Invalid
from engine.law.acting import need_no_hold
from engine.law.acts import Deed, act_named
from engine.law.rules import rules_by_id
from engine.office import adopting, permits
from engine.office.deciding import decide, facts_of, keep
from engine.office.library import Library
from engine.office.result import (
    Result,
    dossier_etag,
    dossier_json,
    finish,
    match,
    outcome_json,
    task_etag,
    task_json,
)
from engine.office.waking import Wakes, check_timer
from engine.people import SYSTEM, Actor
from engine.proceed import Before, Facts, Outcome, dry_run, proceed, task_of
from engine.step import Service

if TYPE_CHECKING:
    from engine.store import Store, Unit

TaskCommand = CompleteTask | ClaimTask | UnclaimTask | AssignTask


class Desk:
    """Executes commands on tasks, acts and timers of dossiers that exist."""

    def __init__(self, store: Store, library: Library, wakes: Wakes, node: str = "") -> None:
        self._store = store
        self._library = library
        self._wakes = wakes
        self._node = node

    def execute(
        self, command: DossierCommand, actor: Actor, now: datetime,
        request: Request | None, if_match: frozenset[str] | None,
    ) -> Result:
        """Do the command in one transaction; nothing is written when it is refused."""
        with self._store.unit() as unit:
            if isinstance(command, TaskCommand):
                return self._on_task(unit, command, actor, now, (request, if_match))
            if isinstance(command, PerformAct):
                return self._on_dossier(unit, command, actor, now, (request, if_match))
            if isinstance(command, AdoptCalendar):
                return self._adopt(unit, command, actor, now)
            assert isinstance(command, FireTimer)  # noqa: S101 - the union has no other member
            before = unit.load(command.dossier)
            facts = self.facts(unit, before, SYSTEM, now)
            check_timer(before, command, now, facts.calendars)
            outcome = self._save(unit, before, command, facts)
            unit.commit()
            return Result(dossier_json(outcome.dossier), dossier_etag(outcome.dossier))

    def _on_task(
        self, unit: Unit, command: TaskCommand, actor: Actor, now: datetime,
        guards: tuple[Request | None, frozenset[str] | None],
    ) -> Result:
        request, if_match = guards
        found = unit.load_of_task(command.task, (actor.id, request) if request else None)
        seen = permits.see_task(found[0] if found else None, actor)
        assert found is not None  # noqa: S101 - see_task has refused
        before = found[1]
        permits.do_task(seen, actor, rules_by_id(before.dossier.rule_set))
        if request and (kept := unit.take_key(actor.id, request)):
            return Result.repeat(kept)
        task = task_of(before, command.task)
        _check_task(before, command, task, actor)
        facts = None
        if isinstance(command, CompleteTask) and task.act is not None:
            facts = self.facts(unit, before, actor, now)  # no act task asks another agency
            dry_run(before, task.act, facts)
        match(task_etag(task), if_match)
        command = self._clean(unit, before, command, task, now)
        facts = facts or self.facts(unit, before, actor, now, self._asked(before, command))
        outcome = self._save(unit, before, command, facts)
        changed = next(t for t in outcome.changed if t.id == task.id)
        body = {
            **task_json(changed, before.dossier.code), **outcome_json(outcome, actor.agencies()),
            "dossier": before.dossier.code, "standing": dossier_json(outcome.dossier),
        }
        return finish(unit, actor, request, Result(body, task_etag(changed)))

    def _on_dossier(
        self, unit: Unit, command: PerformAct, actor: Actor, now: datetime,
        guards: tuple[Request | None, frozenset[str] | None],
    ) -> Result:
        request, if_match = guards
        before = unit.load(command.dossier, (actor.id, request) if request else None)
        rules = rules_by_id(before.dossier.rule_set)
        permits.see_dossier(before, actor, unit.taking_part(command.dossier))
        deed = act_named(command.act)
        # Before the permission: an act may end what gave it, such as the part of one's agency.
        if request and (kept := unit.take_key(actor.id, request)):
            return Result.repeat(kept)
        permits.do_act(before, command.act, actor, rules)
        if deed.name == "answer":
            content = permits.own_consultation(before, command.content, actor, rules)
            command = replace(command, content=content)
        facts = self.facts(unit, before, actor, now, self._asked(before, command))
        _need_by_hand(deed)
        dry_run(before, command.act, facts)
        match(dossier_etag(before.dossier), if_match)
        command = replace(command, content=forms.clean(deed.form, command.content, pointer=""))
        outcome = self._save(unit, before, command, facts)
        result = Result(
            {**dossier_json(outcome.dossier), **outcome_json(outcome, actor.agencies())},
            dossier_etag(outcome.dossier),
        )
        return finish(unit, actor, request, result)

    def _adopt(self, unit: Unit, command: AdoptCalendar, actor: Actor, now: datetime) -> Result:
        permits.do_calendar(actor)
        before = unit.load(command.dossier)
        facts = adopting.turned(unit, command, self.facts(unit, before, actor, now))
        outcome = proceed(before, command, facts)
        moved = adopting.told(before, outcome)
        if moved or outcome.reminders is not None:
            outcome = keep(unit, before, outcome, facts, self._wakes)
        adopting.adopted(unit, command, facts)
        unit.commit()
        body = {**dossier_json(outcome.dossier), "moved": moved}
        return Result(body, dossier_etag(outcome.dossier))

    def _clean(
        self, unit: Unit, before: Before, command: TaskCommand, task: Task, now: datetime,
    ) -> TaskCommand:
        """Clean answers against the task's form; check that the assignee holds the role."""
        if isinstance(command, AssignTask):
            person = unit.person(command.person, local(now).date())
            if person is None or not person.holds(task.agency, task.role):
                raise Invalid(
                    f"{command.person} không giữ vai trò {task.role} tại {task.agency}.",
                    f"{command.person} does not hold the role {task.role} at {task.agency}.",
                    code="assignee-lacks-role",
                )
        if not isinstance(command, CompleteTask):
            return command
        dossier = before.dossier
        note = self._library.flow(dossier.flow_hash).notes.get(task.element)
        asked = {q.gateway for q in note.questions} if note else set()
        choices = {k: v for k, v in command.answers.items() if k in asked}
        written = {k: v for k, v in command.answers.items() if k not in asked}
        if task.act is not None:
            cleaned = forms.clean(act_named(task.act).form, written)
        elif task.form is None:
            cleaned = forms.clean_plain(written)
        else:
            form = self._library.form(dossier.procedure, dossier.version, task.form)
            cleaned = forms.clean(form, written)
        return replace(command, answers={**cleaned, **choices})

    def _asked(self, before: Before, command: DossierCommand) -> object:
        """Return the agency that a command asks for its opinion, by hand or along the drawing."""
        if isinstance(command, PerformAct):
            return command.content.get("agency") if command.act == "consult" else None
        if not isinstance(command, CompleteTask):
            return None
        drawn = self._library.flow(before.dossier.flow_hash).acts
        return command.answers.get("agency") if "consult" in drawn.values() else None

    def facts(
        self, unit: Unit, before: Before, actor: Actor, now: datetime, asked: object = None,
    ) -> Facts:
        """Return everything from outside that a command on a dossier needs.

        `asked` names an agency that the command brings in, whose calendar then counts too.
        """
        return facts_of(
            unit, self._library, before.dossier, (actor, now), asked=asked, node=self._node,
        )

    def service_of(self, before: Before, element: str) -> Service | None:
        """Return who does a task in place of a person, as drawn."""
        note = self._library.flow(before.dossier.flow_hash).notes.get(element)
        return note.service if note else None

    def proceed(
        self, unit: Unit, before: Before, command: DossierCommand, actor: Actor, now: datetime,
    ) -> Outcome:
        """Do a command on a dossier that was loaded; it is kept when the unit commits."""
        return self._save(unit, before, command, self.facts(unit, before, actor, now))

    def _save(
        self, unit: Unit, before: Before, command: DossierCommand, facts: Facts,
    ) -> Outcome:
        return decide(unit, before, command, facts, self._wakes)


def _check_task(before: Before, command: TaskCommand, task: Task, actor: Actor) -> None:
    """Raise Conflict when the task is held or in other hands (409, before ETags)."""
    held_by_other = task.assignee not in (None, actor.id)
    if held_by_other and not isinstance(command, AssignTask):
        raise Conflict(
            f"{task.assignee} đang giữ bước này; hãy nhờ người đó trả hoặc phân công lại.",
            f"{task.assignee} holds this task; ask them to give it back, or assign it anew.",
            code="claimed-by-another", assignee=task.assignee,
        )
    if isinstance(command, UnclaimTask) and task.assignee is None:
        raise Conflict("Chưa ai nhận bước này.", "Nobody holds this task.", code="not-claimed")
    if isinstance(command, CompleteTask) and task.act is None:
        need_no_hold(before.dossier.standing, task.part)


def _need_by_hand(deed: Deed) -> None:
    """Raise Conflict for what answers a warning and is done in its task alone."""
    if not deed.by_hand:
        raise Conflict(
            f"«{deed.vi}» làm trong việc được giao ở hộp việc.",
            f"{deed.name} is done in its task in the inbox.", code="act-task-only",
        )

