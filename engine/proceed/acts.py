"""Acts (hành vi) on a dossier in hand: the law says what an act does, this room does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import Conflict
from engine.expressions import Surroundings, holds
from engine.law import reminders
from engine.law.acting import Circumstances, Effect
from engine.law.acts import act_named, already_done
from engine.law.deadline import recounted
from engine.law.mistakes import correctable
from engine.law.standing import Standing
from engine.proceed import linked, tasks
from engine.proceed.ending import end_all
from engine.proceed.work import Work


@dataclass(frozen=True)
class Place:
    """Where a drawing performs an act: the element, and the part that it belongs to."""

    element: str
    part: str


def perform(
    work: Work, name: str, content: Mapping[str, Any], drawn: Place | None = None,
) -> None:
    """Perform an act; one that is drawn and only repeats what stands is skipped, and recorded so.

    Raises Conflict off the table of moves, Invalid where the law demands a reason.
    """
    note: dict[str, Any] = {"act": name, "element": drawn.element if drawn else ""}
    if drawn is not None and already_done(name, work.standing):
        work.acts.append({**note, "skipped": "already done"})
        return
    if drawn is None and work.dossier.links.origin:
        _perform_at_origin(work, name, content)
        return
    before, situation = work.standing, circumstances(work, content, drawn)
    effect = act_named(name).perform(before, situation)
    work.acts.append({**note, "papers": list(effect.papers)} if effect.papers else note)
    after = effect.standing if name == "correct" else correctable(
        before, effect.standing, name, situation)
    apply(work, replace(effect, standing=after, closes=(name, *effect.closes)))


def _perform_at_origin(work: Work, name: str, content: Mapping[str, Any]) -> None:
    """Send the answer to a consultation home; every other act is performed there alone."""
    origin = work.dossier.links.origin
    if name != "answer":
        raise Conflict(
            f"Hồ sơ do nút {origin} tiếp nhận; hãy thực hiện «{name}» tại đó.",
            f"The dossier was received at node {origin}; perform {name} there.",
            code="act-at-origin", node=origin,
        )
    linked.ask_origin(work, name, content)
    work.acts.append({"act": name, "element": "", "asked": origin})
    tasks.close_act_tasks(work, [f"answer.{content.get('consultation')}"])


def remind(work: Work, key: str) -> None:
    """Let a reminder of the law speak that has come due."""
    work.acts.append({"act": "remind", "element": key})
    apply(work, reminders.remind(work.standing, key, circumstances(work, {})))


def apply(work: Work, effect: Effect) -> None:
    """Give the dossier what an act made of it: standing, ends, act tasks, moved due dates."""
    held = work.standing.hold
    work.set_standing(effect.standing)
    tasks.close_act_tasks(work, effect.closes)
    if effect.ends_parts:
        end_all(work)
    tasks.close_act_tasks(work, effect.cancels, "cancelled")
    if held is not None and effect.standing.hold is None and effect.shifts:
        tasks.shift_all(work, held)
    for opened in effect.opens:
        if not linked.consult_elsewhere(work, opened):
            tasks.open_act_task(work, opened)


def circumstances(
    work: Work, content: Mapping[str, Any], drawn: Place | None = None,
) -> Circumstances:
    """Return what an act is performed in, for this dossier now."""
    dossier, procedure = work.dossier, work.facts.drawn
    return Circumstances(
        now=work.facts.now, content=content, rules=work.facts.rules, limit=_limit(work),
        calendar=work.calendar(dossier.competent_agency),
        calendar_days=procedure.calendar_days, drawn=drawn is not None,
        part=drawn.part if drawn else None, competent=dossier.competent_agency,
        elsewhere=dossier.competent_agency != dossier.receiving_agency,
        tacit_consent=procedure.tacit_consent, notice_days=procedure.supplement_days,
        counter=work.calendar(dossier.receiving_agency),
        consulted=work.facts.calendars.get(str(content.get("agency"))),
    )


def review_limit(work: Work) -> None:
    """Count the due date anew when the data have made another time limit of the drawing apply."""
    standing: Standing = work.standing
    limit = _limit(work)
    if standing.clock_from is None:
        # Noted for the acceptance to come, which may be performed without the data at hand.
        known = None if limit == work.facts.drawn.limit else limit
        work.set_standing(replace(standing, limit=known))
        return
    if standing.settled_at is not None or standing.ended_at is not None or limit == standing.limit:
        return
    if standing.extensions:
        return  # the date that the applicant was told with an apology stands
    work.set_standing(recounted(standing, circumstances(work, {})))


def _limit(work: Work) -> str | None:
    facts = work.facts.drawn
    if not work.data:
        # The lead part did not move in this command: what was in force stays in force.
        return work.standing.limit or facts.limit
    surroundings = Surroundings(now=work.facts.now, facts={"dossier": work.visible()})
    for when, value in facts.limits:
        if holds(when, work.data, surroundings):
            return value
    return facts.limit
