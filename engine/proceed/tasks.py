"""Tasks (bước xử lý): opening them with desk and due date, closing them, moving them in a hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

from engine.dossier import MACHINE, Part, ServiceCall, Task
from engine.law.acting import ActTask
from engine.law.acts import act_named
from engine.law.deadline import shift, shift_elapsed
from engine.law.standing import Hold
from engine.proceed.work import Work
from engine.step import OpenTask, TaskNote, Wait
from engine.worktime import due, parse

#: What the element of an act task begins with; its key follows.
ACT_TASK = "motcua.act."


def open_task(work: Work, part: Part, opened: OpenTask) -> None:
    """Put a task on the desk that the drawing names, due at the end of its own budget.

    One that a machine does stands on nobody's desk: its call waits for the machine.
    """
    note, service = opened.note, opened.note.service
    agency = work.desk(note.agency, part.agency)
    if service is not None:
        work.calls[opened.id] = ServiceCall(
            opened.id, part.id, note.element, agency, service, opened.inputs,
            {**work.visible(), "official": _acting(work, part)},
        )
    work.put_task(Task(
        id=opened.id, part=part.id, element=note.element, name=note.name, agency=agency,
        role=MACHINE if service else note.role, step=note.step, form=note.form,
        opened_at=work.facts.now, due=_budget_end(work, part, note, agency), budget=note.budget,
    ))


def _acting(work: Work, part: Part) -> str | None:
    """Return the official whose completed step led here in this very command, None without one."""
    actor = work.facts.actor
    own = any(
        task.part == part.id and task.role != MACHINE and task.closed_by == actor
        and task.closed_at == work.facts.now for task in work.tasks.values()
    )
    return actor if own else None


def open_act_task(work: Work, asked: ActTask) -> None:
    """Open the task that an act of the law asks of a desk; no drawing shows it."""
    dossier = work.dossier
    seed = f"urn:motcua:{dossier.code}/{dossier.entries + 1}/act/{asked.key}"
    at = {"receiving": dossier.receiving_agency, "competent": dossier.competent_agency}
    called = act_named(asked.act).vi
    work.put_task(Task(
        id=str(uuid5(NAMESPACE_URL, seed)), part=None, element=f"{ACT_TASK}{asked.key}",
        name=f"{called}: {asked.title}" if asked.title else called,
        agency=asked.agency or at[asked.relation], role=asked.role, act=asked.act,
        opened_at=work.facts.now, due=asked.due,
    ))


def close_act_tasks(
    work: Work, keys: Iterable[str], state: Literal["done", "cancelled"] = "done",
) -> None:
    """Close the open act tasks of those keys."""
    named = {f"{ACT_TASK}{key}" for key in keys}
    close_tasks(work, [task.id for task in work.open_tasks() if task.element in named], state)


def close_tasks(
    work: Work, ids: Iterable[str], state: Literal["done", "cancelled"] = "done",
) -> None:
    """Close open tasks: done by the actor, or cancelled by what happened."""
    for task_id in ids:
        task = work.tasks.get(task_id)
        if task is None or task.state != "open":
            continue
        if task.part is not None and task.budget is not None:
            work.budgets[task.part, task.budget] = task.due
        work.put_task(replace(
            task, state=state, closed_at=work.facts.now,
            closed_by=work.facts.actor if state == "done" else None,
        ))


def shift_all(work: Work, hold: Hold) -> None:
    """Move the due dates of tasks and the timers of parts by the hold on them that has ended.

    A task of the law keeps its date, which no hold stops: it is the term of the hold itself, or the
    one that the notice to a consulted agency states (Decree 61/2018 art. 19.5).
    """
    now, held_from = work.facts.now, hold.since
    for task in work.open_tasks():
        if task.due is not None and task.act is None and hold.holds(task.part):
            moved = shift(task.due, held_from, now, work.calendar(task.agency))
            work.put_task(replace(task, due=moved))
    for part in list(work.parts.values()):
        if not hold.holds(part.id):
            continue
        waits = tuple(_freed(work, wait, held_from) for wait in part.waits)
        work.parts[part.id] = replace(part, waits=waits)


def _freed(work: Work, wait: Wait, held_from: datetime) -> Wait:
    """Move a timer by a hold: in working time by the minutes left, else by the clock."""
    if wait.due is None:
        return wait
    if wait.working:
        calendar = work.calendar(work.dossier.competent_agency)
        return replace(wait, due=shift(wait.due, held_from, work.facts.now, calendar))
    return replace(wait, due=shift_elapsed(wait.due, held_from, work.facts.now))


def _budget_end(work: Work, part: Part, note: TaskNote, agency: str) -> datetime | None:
    if note.duration is None:
        return None
    shared = note.budget is not None and note.budget != note.element
    key = (part.id, note.budget or note.element)
    if shared:
        # Steps that share one duration share its end: it runs on from the step before.
        for task in work.open_tasks():
            if (task.part, task.budget) == key:
                return task.due
        if key in work.budgets:
            return work.budgets[key]
    duration = parse(note.duration, iso_as_working=True)
    end = due(work.facts.now, duration, work.calendar(agency)).at
    if shared:
        work.budgets[key] = end
    return end
