"""The deadline (thời hạn giải quyết): from a start and a time limit to the legal due date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from engine.clock import local
from engine.law.acting import Circumstances
from engine.law.standing import Pause, Standing
from engine.worktime import Calendar, Duration, due, parse, working_minutes


def start_clock(standing: Standing, at: datetime, circumstances: Circumstances) -> Standing:
    """Return the standing with its due date counted from a receipt at that instant.

    A receipt after the cut-off counts as at the opening of the next working day (Decree 61/2018
    art. 18; Decree 118/2025 art. 18.2). No limit, or one that is not counted, gives no due date.
    """
    if circumstances.limit is None:
        return replace(standing, clock_from=at, limit=None, due=None, derivation=())
    duration = parse(
        circumstances.limit, calendar_days=circumstances.calendar_days, iso_as_working=True)
    counted = due(
        at, duration, circumstances.calendar, received=True,
        cutoff=circumstances.rules.receipt_cutoff,
    )
    return replace(
        standing, clock_from=at, limit=circumstances.limit, due=counted.at,
        derivation=counted.derivation,
    )


def resumed(standing: Standing, circumstances: Circumstances) -> Standing:
    """Return the standing whose clock goes on after its last pause, by the minutes left then."""
    return _without(standing, standing.pauses[-1], circumstances.calendar)


def recounted(standing: Standing, circumstances: Circumstances) -> Standing:
    """Return the standing counted anew from the same receipt, its pauses taken off again."""
    since = standing.clock_from
    if since is None:
        return standing
    counted = start_clock(standing, since, circumstances)
    for pause in standing.pauses:
        if pause.since >= since and not pause.runs and not pause.restarts:
            counted = _without(counted, pause, circumstances.calendar)
    return counted


#: Which parameter of the rule set lets the clock stand still, by the act that held the dossier.
_PARAMETERS: Mapping[str, str] = {
    "request-supplement": "supplement_restarts", "request-payment": "payment_pauses",
    "consult": "consultation_holds",
}


def _without(standing: Standing, pause: Pause, calendar: Calendar) -> Standing:
    if standing.due is None:
        return standing
    moved = shift(standing.due, pause.since, pause.until, calendar)
    line = (
        f"Trừ thời gian tạm dừng «{pause.act}» từ {local(pause.since):%H:%M %d/%m/%Y} đến "
        f"{local(pause.until):%H:%M %d/%m/%Y} (tham số {_PARAMETERS[pause.act]})."
    )
    return replace(standing, due=moved, derivation=(*standing.derivation, line))


def shift(moment: datetime, held_from: datetime, now: datetime, calendar: Calendar) -> datetime:
    """Return a due moment moved by a hold: the working minutes left then are left again now.

    A moment that had passed when the hold began stays where it is: the lateness is kept.
    """
    if moment <= held_from:
        return moment
    left = working_minutes(held_from, moment, calendar)
    moved = due(now, Duration("hours", left), calendar).at if left else now
    return moved if moved is not None else moment


def shift_elapsed(moment: datetime, held_from: datetime, now: datetime) -> datetime:
    """Return an elapsed-time moment moved by the whole length of a hold."""
    held: timedelta = now - held_from
    return moment + held if moment > held_from else moment
