"""Proceed (xử lý): the pure heart, (dossier, parts, command, facts) -> Outcome.

The office calls it for every command on a dossier, and the auditor calls it again with what the
entry pinned: the same inputs give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from engine.commands import (
    AdoptCalendar,
    AssignTask,
    ClaimTask,
    CompleteService,
    CompleteTask,
    DossierCommand,
    FireTimer,
    PerformAct,
    ReceiveEnvelope,
    RegisterDossier,
    UnclaimTask,
)
from engine.dossier import Dossier, Task
from engine.errors import Conflict, Invalid, below
from engine.flow import run
from engine.law.acts import act_named
from engine.paperwork import (
    AddPaper,
    ErasePaper,
    ErasePersonal,
    HandBackPapers,
    PrintPaper,
    WithdrawPaper,
)
from engine.proceed import acts, beginning, linked, papers, parts, recount, signing
from engine.proceed.carrying import carry
from engine.proceed.outcome import Before, Facts, Outcome, Registration, after, sealed
from engine.proceed.receiving import dossier_from, receive
from engine.proceed.record import REMINDERS, as_kept, outcome_of
from engine.proceed.tasks import ACT_TASK, close_tasks
from engine.proceed.work import Work
from engine.signing import AskSignature, BringSignature, WithdrawSignature

__all__ = [
    "Before", "Facts", "Outcome", "Registration", "after", "dry_run", "open_from", "proceed",
    "register", "sealed", "task_of",
]


def register(command: RegisterDossier, born: Registration, facts: Facts) -> Outcome:
    """Return the outcome of registering a dossier: status 1, its lead part under way."""
    command = as_kept(command)
    dossier = Dossier(
        code=born.code, procedure=command.procedure, version=born.version,
        flow_hash=facts.flow.hash, rule_set=facts.rules.id, channel=command.channel,
        receiving_agency=command.receiving_agency,
        competent_agency=command.competent_agency or command.receiving_agency,
        registered_at=facts.now, desks=born.desks, links=born.links,
    )
    work = Work(Before(dossier), facts, {})
    beginning.with_dossier(work, command.answers)
    carry(work)
    linked.tell(work)
    return outcome_of(work, command, born)


def open_from(command: ReceiveEnvelope, born: Registration, facts: Facts) -> Outcome:
    """Return the outcome of the first envelope of a dossier that another node registered."""
    command = as_kept(command)
    before = Before(dossier_from(command, born, facts))
    return receive(before, command, facts, born)


def proceed(before: Before, command: DossierCommand, facts: Facts) -> Outcome:
    """Return everything that a command does to a dossier.

    Raises Conflict when its state does not allow the command, Invalid when the command's content
    does not fit, NotFound when it names something that is not there.
    """
    command = as_kept(command)
    if isinstance(command, ReceiveEnvelope):
        return receive(before, command, facts)
    work = Work(before, facts, _content(command))
    _DOES[type(command)](work, command)
    carry(work)
    linked.tell(work)
    return outcome_of(work, command, None)


def task_of(before: Before, task_id: str) -> Task:
    """Return an open task of the dossier; raise Conflict when it is open no longer."""
    for task in before.tasks:
        if task.id == task_id:
            return task
    raise Conflict(
        "Bước xử lý này đã đóng.", "This task is no longer open.", code="task-not-open",
    )


def dry_run(before: Before, act: str, facts: Facts) -> None:
    """Raise Conflict when the state of the dossier does not allow the act, whatever its content."""
    work = Work(before, facts, {})
    if before.dossier.links.origin:
        acts.perform(work, act, {})
        return
    # What the content lacks is told later (422), after the ETag (docs/decisions.md, 8).
    with suppress(Invalid):
        act_named(act).perform(work.standing, acts.circumstances(work, {}))


def _bring(work: Work, command: CompleteService) -> None:
    """Bring in what a machine made of a service task: its result, or the error that is caught."""
    task = task_of(work.before, command.task)
    part = parts.running(work, task.part)
    flow, state, setting = work.facts.flow, part.state, work.setting()
    if command.error is None:
        step = run.complete(flow, state, task.id, command.answers, setting)
    else:
        step = run.fail(flow, state, task.id, (command.error, command.answers), setting)
    parts.absorb(work, part.id, step)


def _receive_by_working(work: Work, task: Task) -> None:
    """Take the dossier over where the competent agency begins to work on it without saying so.

    Its clock must not stand still for want of a click.
    """
    standing, dossier = work.standing, work.dossier
    if standing.accepted_at and standing.clock_from is None and (
        task.agency == dossier.competent_agency != dossier.receiving_agency
    ):
        acts.perform(work, "take-over", {}, acts.Place(task.element, task.part or ""))


def _holder(command: ClaimTask | UnclaimTask | AssignTask, facts: Facts) -> str | None:
    """Return who holds a task after it changed hands, None where it went back to its desk."""
    if isinstance(command, AssignTask):
        return command.person
    return facts.actor if isinstance(command, ClaimTask) else None


def _content(command: DossierCommand) -> Mapping[str, Any]:
    if isinstance(command, CompleteTask):
        return command.answers
    return command.content if isinstance(command, PerformAct) else {}


def _fire(work: Work, part_id: str, wait: str) -> None:
    if part_id == REMINDERS:
        _remind(work, wait)
    else:
        parts.fire(work, part_id, wait)


def _remind(work: Work, key: str) -> None:
    awaited = work.standing.awaited()
    acts.remind(work, key)
    if work.standing.awaited() != awaited:  # silence was the answer
        parts.let_pass(work, "answer")


def _perform(work: Work, command: PerformAct) -> None:
    acts.perform(work, command.act, command.content)
    parts.let_pass(work, command.act)


def _complete(work: Work, task: Task) -> None:
    # Completing an unclaimed task claims it (docs/decisions.md, 8).
    work.put_task(replace(task, assignee=work.facts.actor))
    try:
        _do(work, task)
    except Invalid as fault:
        raise below(fault, "/answers") from fault


def _do(work: Work, task: Task) -> None:
    if task.act is not None:
        about = task.element.removeprefix(f"{ACT_TASK}{task.act}").removeprefix(".")
        named = {"consultation": about} if task.act == "answer" else {}
        acts.perform(work, task.act, {**work.content, **named})
        close_tasks(work, [task.id])
        parts.let_pass(work, task.act)
        return
    part = parts.running(work, task.part)
    _receive_by_working(work, task)
    step = run.complete(
        work.facts.flow, part.state, task.id, work.content, work.setting(),
    )
    parts.absorb(work, part.id, step)


def _assign(work: Work, command: ClaimTask | UnclaimTask | AssignTask) -> None:
    task = task_of(work.before, command.task)
    work.put_task(replace(task, assignee=_holder(command, work.facts)))


def _never_again(_: Work, __: RegisterDossier) -> None:
    msg = "a dossier that exists cannot be registered again"
    raise TypeError(msg)


#: What each command does to a dossier that exists.
_DOES: Mapping[type[DossierCommand], Callable[[Work, Any], None]] = {
    CompleteTask: lambda work, asked: _complete(work, task_of(work.before, asked.task)),
    ClaimTask: _assign, UnclaimTask: _assign, AssignTask: _assign,
    PerformAct: _perform,
    FireTimer: lambda work, asked: _fire(work, asked.part, asked.wait),
    CompleteService: _bring,
    AdoptCalendar: recount.adopt,
    **dict.fromkeys((AddPaper, WithdrawPaper, HandBackPapers), papers.change),
    ErasePaper: papers.erase, ErasePersonal: papers.erase_all,
    AskSignature: signing.ask, WithdrawSignature: signing.withdraw,
    BringSignature: signing.bring,
    PrintPaper: lambda *_: None,  # it moves nothing: the entry alone is its effect
    RegisterDossier: _never_again,
}
