"""Acts (hành vi) on a dossier in hand: the law says what an act does, this room does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.errors import MotcuaError
from engine.expressions import Surroundings, compile_expression
from engine.law.acts import act_named, already_done
from engine.law.deadline import start_clock
from engine.law.standing import Circumstances, Standing
from engine.proceed import tasks
from engine.proceed.ending import end_all
from engine.proceed.work import Work


def perform(
    work: Work, name: str, content: Mapping[str, Any], element: str | None = None,
) -> None:
    """Perform an act; one that is drawn and only repeats what stands is skipped, and recorded so.

    Raises Conflict off the table of moves, Invalid where the law demands a reason.
    """
    note = {"act": name, "element": element or ""}
    if element is not None and already_done(name, work.standing):
        work.acts.append({**note, "skipped": "already done"})
        return
    work.acts.append(note)
    held = work.standing.hold
    effect = act_named(name)(work.standing, circumstances(work, content))
    work.set_standing(effect.standing)
    tasks.close_tasks(work, [task.id for task in work.open_tasks() if task.act == name])
    if held is not None and effect.standing.hold is None:
        tasks.shift_all(work, held.since)
    if effect.opens is not None:
        tasks.open_act_task(work, effect.opens, work.dossier.receiving_agency, "one_stop_officer")
    if effect.ends_parts:
        end_all(work)


def circumstances(work: Work, content: Mapping[str, Any]) -> Circumstances:
    """Return what an act is performed in, for this dossier now."""
    return Circumstances(
        now=work.facts.now, content=content, rules=work.facts.rules, limit=_limit(work),
        calendar=work.calendar(work.dossier.competent_agency),
        calendar_days=work.facts.drawn.calendar_days,
    )


def review_limit(work: Work) -> None:
    """Count the due date anew when the data have made another time limit of the drawing apply."""
    standing: Standing = work.standing
    limit = _limit(work)
    if standing.clock_from is None or standing.settled_at is not None or limit == standing.limit:
        return
    counted = start_clock(standing, standing.clock_from, circumstances(work, {}))
    work.set_standing(replace(counted, clock_from=standing.clock_from))


def _limit(work: Work) -> str | None:
    facts = work.facts.drawn
    if not work.data:
        # The lead part did not move in this command: what was in force stays in force.
        return work.standing.limit or facts.limit
    for when, value in facts.limits:
        if _holds(when, work):
            return value
    return facts.limit


def _holds(when: str, work: Work) -> bool:
    condition = compile_expression(when)
    known = {**work.data, "dossier": work.visible()}
    if not condition.names <= known.keys():
        return False  # a name not yet answered: the alternative does not apply yet
    surroundings = Surroundings(now=work.facts.now, facts={"dossier": work.visible()})
    try:
        return condition.evaluate(work.data, surroundings) is True
    except MotcuaError:
        return False  # an answer of another kind than the drawing compares with
