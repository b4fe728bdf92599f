"""Recount (tính lại hạn): where dates lie when the calendar that they were counted by has changed.

Counting from the start gives the same date however often it is done; what has no start of its own
keeps the working minutes that were left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from engine.clock import local
from engine.law.acting import Circumstances
from engine.law.deadline import shift, start_clock
from engine.law.standing import Pause, Standing
from engine.law.status import ENDED
from engine.worktime import Calendar, Duration, due, working_minutes


def recount_due(standing: Standing, circumstances: Circumstances, why: str) -> Standing:
    """Return the standing with its legal due date counted anew in another calendar.

    From the start of the clock by the limit in force, then moved by every pause since; a date that
    an extension has set stands, on the next working day when it has become a day off. `why` is the
    line that the derivation begins with. Nothing moves once the dossier has settled or ended.
    """
    began = standing.clock_from
    if began is None or standing.due is None or standing.settled_at or standing.status in ENDED:
        return standing
    counted = start_clock(standing, began, replace(circumstances, limit=standing.limit))
    moment, lines = counted.due, (why, *counted.derivation)
    paused = [p for p in standing.pauses if p.since >= began and not (p.restarts or p.runs)]
    granted = [extension for extension in standing.extensions if extension.at >= began]
    if granted:
        moment = still_worked(granted[-1].due, circumstances.calendar)
        lines = (*lines, f"Đã gia hạn đến {_told(granted[-1].due)}.")
        paused = [pause for pause in paused if pause.since >= granted[-1].at]
    if moment is None:
        return standing
    moment = paused_by(moment, paused, circumstances.calendar)
    lines = (*lines, *(f"Trừ thời gian tạm dừng từ {_told(p.since)} đến {_told(p.until)}."
                       for p in paused))
    if moment == standing.due:
        return standing
    # Whatever else the start of a clock sets stands as it stood.
    ends = (f"Đến hạn: {_told(moment)}.",) if granted or paused else ()
    return replace(standing, due=moment, derivation=(*lines, *ends))


def paused_by(moment: datetime, pauses: Iterable[Pause], calendar: Calendar) -> datetime:
    """Return a due moment moved by pauses, in their order: minutes left then are left again."""
    for pause in sorted(pauses, key=lambda pause: pause.since):
        moment = shift(moment, pause.since, pause.until, calendar)
    return moment


def still_worked(moment: datetime, calendar: Calendar) -> datetime:
    """Return a fixed date, or the close of the next working day where it is a day off.

    Civil Code 2015, article 148.5.
    """
    here = local(moment)
    if calendar.index.is_worked(here.toordinal()):
        return moment
    return calendar.index.closing(calendar.index.at_or_after(here.toordinal()))


def same_left(moment: datetime, now: datetime, was: Calendar, then: Calendar) -> datetime:
    """Return a due moment at which as many working minutes are left as were in the old calendar.

    A moment that has passed, or before which nothing was left to work, stays where it is.
    """
    left = working_minutes(now, moment, was) if moment > now else 0
    moved = due(now, Duration("hours", left), then).at if left > 0 else None
    return moment if moved is None or working_minutes(now, moment, then) == left else moved


def _told(at: datetime) -> str:
    return f"{local(at):%H:%M ngày %d/%m/%Y}"
