"""Parts (phần việc): opening them, moving their instances, taking over what a move did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.dossier import Part, PartState
from engine.errors import Conflict
from engine.flow import run
from engine.law.drawn import follow
from engine.law.settle import RESULTS, moot
from engine.proceed import acts, linked, tasks
from engine.proceed.work import Work
from engine.step import DrawnAct, Step, Wait


def begin(
    work: Work, process: str, data: Mapping[str, Any], message: run.Message | None = None,
) -> str:
    """Open the part of a pool and let it run; return the part's id."""
    return _enter(work, process, run.start(
        work.facts.flow, process, work.setting(), data, message))


def expect(work: Work, process: str, start_event: str) -> str:
    """Open the part of a pool that has yet to begin, at the time of a start event; return its id.

    It counts from now and stands still while the dossier is held, as every timer.
    """
    return _enter(work, process, run.expect(
        work.facts.flow, process, start_event, work.setting()))


def _enter(work: Work, process: str, step: Step) -> str:
    pool = next(p for p in work.facts.flow.pools if p.process == process)
    work.instances[process] = count = work.instances.get(process, 0) + 1
    part_id = process if count == 1 else f"{process}~{count}"
    work.parts[part_id] = Part(
        id=part_id, process=process, name=pool.name,
        agency=work.desk(pool.agency, work.dossier.competent_agency), lead=pool.lead,
        state=step.state, digest=step.digest,
    )
    absorb(work, part_id, step)
    return part_id


def absorb(work: Work, part_id: str, step: Step) -> None:
    """Take over everything that a move of an instance did; messages wait in `work.outgoing`."""
    part = work.parts[part_id]
    status: PartState = "finished" if step.finished else part.status
    part = replace(
        part, state=step.state, digest=step.digest, status=status,
        waits=_kept_due(part.waits, step.waits),
    )
    work.parts[part_id] = part
    work.trace.setdefault(part_id, []).extend(step.trace)
    tasks.close_tasks(work, step.closed)
    tasks.close_tasks(work, step.cancelled, "cancelled")
    work.forget_undo()
    for drawn in step.acts:
        if linked.ask_origin(work, drawn.act, _content(work, step), drawn.element, part_id):
            continue
        acts.perform(work, drawn.act, _content(work, step), acts.Place(drawn.element, part_id))
    if part.lead:
        _move_status(work, step)
        work.data = step.data
        acts.review_limit(work)
    if work.parts[part_id].status == "cancelled":
        return
    for opened in step.opened:
        tasks.open_task(work, part, opened)
    work.outgoing.extend((part_id, sent) for sent in step.sent)
    work.signals.extend((part_id, name) for name in step.signals)


def fire(work: Work, part_id: str, wait_id: str) -> None:
    """Let a timer of a part happen, at the moment to which holds have moved it."""
    part = running(work, part_id)
    due = next((wait.due for wait in part.waits if wait.id == wait_id), None)
    step = run.fire(work.facts.flow, part.state, wait_id, work.setting(), due)
    # A timer that comes again keeps its id; when, only the instance knows.
    others = tuple(wait for wait in part.waits if wait.id != wait_id)
    work.parts[part.id] = replace(part, waits=others)
    absorb(work, part.id, step)


def let_pass(work: Work, act: str) -> None:
    """Let the events pass that are drawn for an act, which was performed without the drawing.

    In each part the first one that waits goes on (of an answer the first in all): its token would
    wait for ever for what has happened already.
    """
    for key, part in list(work.parts.items()):
        wait = next((w for w in part.waits if work.facts.flow.acts.get(w.element) == act), None)
        if part.status != "running" or wait is None:
            continue
        step = run.happen(work.facts.flow, part.state, wait.id, work.setting())
        own = DrawnAct(act, wait.element)
        work.acts.append({"act": act, "element": wait.element, "skipped": "already done"})
        absorb(work, key, replace(step, acts=tuple(drawn for drawn in step.acts if drawn != own)))
        if act == "answer":
            return


def running(work: Work, part_id: str | None) -> Part:
    """Return a part that still runs; raise Conflict when it has ended."""
    part = work.parts.get(part_id or "")
    if part is None or part.status != "running":
        raise Conflict(
            "Phần việc này đã kết thúc.", "This part has already ended.", code="part-ended",
        )
    return part


def _content(work: Work, step: Step) -> Mapping[str, Any]:
    """Return what a drawn act is told: the answers of now, and the result decided earlier on.

    The result is decided by one person and issued by another, so it comes from the part's data.
    """
    result = step.data.get("result")
    if result in RESULTS and "result" not in work.content:
        return {**work.content, "result": result}
    return work.content


def _kept_due(before: tuple[Wait, ...], after: tuple[Wait, ...]) -> tuple[Wait, ...]:
    """Keep the due moments of waits that still stand: a hold may have moved them."""
    known = {wait.id: wait.due for wait in before}
    return tuple(replace(wait, due=known.get(wait.id, wait.due)) for wait in after)


def _move_status(work: Work, step: Step) -> None:
    """Follow the drawn statuses; with a result nobody need answer or take over any more."""
    before = work.standing
    for status in step.statuses:
        known: Any = status  # lint has checked it
        work.set_standing(follow(work.standing, known, work.facts.now))
    if work.standing.settled_at is not None and before.settled_at is None:
        tasks.close_act_tasks(work, moot(before), "cancelled")
