"""The desk (bàn xử lý): commands on a dossier that exists, from permission to commit."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

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
from engine.errors import Conflict, Fault, Invalid
from engine.law.acting import need_no_hold
from engine.law.acts import act_named
from engine.law.rules import rules_by_id
from engine.office import adopting, permits
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
from engine.proceed import Before, Facts, Outcome, dry_run, proceed, sealed, task_of
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
            check_timer(before, command, now, facts.calendars[before.dossier.competent_agency])
            outcome = self._save(unit, before, command, facts)
            unit.commit()
            return Result(dossier_json(outcome.dossier), dossier_etag(outcome.dossier))

    def _on_task(
        self, unit: Unit, command: TaskCommand, actor: Actor, now: datetime,
        guards: tuple[Request | None, frozenset[str] | None],
    ) -> Result:
        request, if_match = guards
        found = unit.find_task(command.task)
        permits.see_task(found[0] if found else None, actor)
        assert found is not None  # noqa: S101 - see_task has refused
        before = unit.load(found[1], (actor.id, request) if request else None)
        rules = rules_by_id(before.dossier.rule_set)
        permits.do_task(found[0], actor, rules)
        if request and (kept := unit.take_key(actor.id, request)):
            return Result.repeat(kept)
        task = task_of(before, command.task)
        _check_task(before, command, task, actor)
        match(task_etag(task), if_match)
        command = self._clean(unit, before, command, task, now)
        outcome = self.proceed(unit, before, command, actor, now)
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
        permits.see_dossier(before, actor, unit.part_agencies(command.dossier))
        deed = act_named(command.act)
        permits.do_act(before, command.act, actor, rules)
        if request and (kept := unit.take_key(actor.id, request)):
            return Result.repeat(kept)
        asked = command.content.get("agency") if deed.name == "consult" else None
        facts = self.facts(unit, before, actor, now, asked)
        dry_run(before, command.act, facts)
        match(dossier_etag(before.dossier), if_match)
        command = replace(command, content=forms.clean(deed.form, command.content, pointer=""))
        _need_known(asked, facts)
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
            outcome = self._save(unit, before, command, facts)
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

    def facts(
        self, unit: Unit, before: Before, actor: Actor, now: datetime, asked: object = None,
    ) -> Facts:
        """Return everything from outside that a command on a dossier needs.

        `asked` names an agency that the command brings in, whose calendar then counts too.
        """
        dossier = before.dossier
        desks = {dossier.receiving_agency, dossier.competent_agency, *dossier.desks.values()}
        desks |= {one.agency for one in dossier.standing.consultations}
        if isinstance(asked, str):
            desks.add(asked)
        return Facts(
            now=now, actor=actor.id, flow=self._library.flow(dossier.flow_hash),
            rules=rules_by_id(dossier.rule_set), calendars=unit.calendars(desks),
            salt=secrets.token_bytes(16), **self._asked(unit, asked),
        )

    def _asked(self, unit: Unit, agency: object) -> dict[str, Any]:
        """Return where an agency works that the command brings in, when that is another node."""
        homes = unit.homes(frozenset({agency})) if isinstance(agency, str) else {}
        return {"node": self._node, "homes": homes} if homes else {}

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
        outcome, entry = sealed(proceed(before, command, facts))
        unit.save(outcome, entry)
        self._wakes.rouse(unit, before, outcome)
        return outcome


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


def _need_known(agency: object, facts: Facts) -> None:
    """Raise Invalid for an agency to be consulted that the register does not hold."""
    if isinstance(agency, str) and agency not in facts.calendars:
        raise Invalid(
            f"Danh bạ không có cơ quan «{agency}».", f"The register has no agency {agency!r}.",
            [Fault("/agency", "choice", "Chọn một cơ quan trong danh bạ.",
                   "Choose an agency of the register.")], code="unknown-agency", agency=agency,
        )

