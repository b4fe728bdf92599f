"""Reminders (nhắc việc): when the law's clock speaks by itself, and what follows then.

They are set as timers in the transaction of the act that caused them, and each speaks once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from engine.errors import Conflict
from engine.history import instant
from engine.law.acting import ActTask, Circumstances, Effect
from engine.law.consultation import answered
from engine.law.forward import forward_due, received_at
from engine.law.rules import RuleSet
from engine.law.standing import Alert, Hold, Standing
from engine.worktime import Calendar, Duration, due, working_minutes

#: A term is exceeded when its last minute is over.
_PAST = timedelta(minutes=1)
#: The act task that a reminder opens for the one-stop unit; the others only warn.
_OPENS: Mapping[str, str] = {"supplement-late": "close", "consultation-late": "acknowledge"}


def reminders(
    standing: Standing, rules: RuleSet, calendar: Calendar, now: datetime, *,
    counter: Calendar | None = None,
) -> dict[str, datetime]:
    """Return the reminders that a standing gives, by key (kind, or kind:about), with their moments.

    What has spoken already is left out. `calendar` is that of the competent agency, `counter` that
    of the receiving one, whose duty it is to pass the dossier on.
    """
    spoken = {(alert.kind, alert.about) for alert in standing.alerts}
    found = {
        **_of_consultations(standing), **_of_hold(standing),
        **_of_passing_on(standing, rules, calendar, counter or calendar),
        **_of_deadline(standing, rules, calendar, now),
    }
    return {
        key: at for key, at in found.items() if (_kind(key), _about(key, standing)) not in spoken
    }


def remind(standing: Standing, key: str, circumstances: Circumstances) -> Effect:
    """Return what a reminder does that has come due; raise Conflict for one that stands no more."""
    standing_now = reminders(
        standing, circumstances.rules, circumstances.calendar, circumstances.now,
        counter=circumstances.counter)
    if key not in standing_now:
        raise Conflict(
            "Nhắc việc này không còn nữa.", "This reminder no longer stands.", code="wait-not-open",
        )
    kind, _, about = key.partition(":")
    if kind == "consultation-late" and circumstances.tacit_consent:
        asked = next(one for one in standing.awaited() if one.id == about)
        agreed = answered(standing, asked, circumstances, tacit=True)
        return replace(agreed, standing=replace(agreed.standing, undo=None))
    alert = Alert(kind, circumstances.now, _about(key, standing))
    warned = replace(standing, alerts=(*standing.alerts, alert))
    act = _OPENS.get(kind)
    opens = (ActTask(act, about="" if act == "close" else f"{kind}:{about}"),) if act else ()
    return Effect(warned, opens=opens)


def _of_passing_on(
    standing: Standing, rules: RuleSet, calendar: Calendar, counter: Calendar,
) -> dict[str, datetime]:
    received = received_at(standing)
    if received is None or standing.settled_at or standing.ended_at or standing.hold:
        return {}
    if standing.status == "received" and not standing.forwarded_at:
        return {"forward-late": forward_due(received, rules, counter) + _PAST}
    if standing.forwarded_at and standing.clock_from is None:
        # Of a dossier for another agency: its clock must not stand still for want of a click.
        return {"take-over-late": forward_due(standing.forwarded_at, rules, calendar) + _PAST}
    return {}


def _of_deadline(
    standing: Standing, rules: RuleSet, calendar: Calendar, now: datetime,
) -> dict[str, datetime]:
    if standing.settled_at or standing.ended_at or _stands_still(standing.hold, rules):
        return {}
    found: dict[str, datetime] = {}
    if standing.due is not None:
        found["overdue"] = standing.due + _PAST
        if now < found["overdue"]:  # what is late already is no longer near
            found["near-due"] = _near(standing, standing.due, rules, calendar, now)
    return found


def _stands_still(hold: Hold | None, rules: RuleSet) -> bool:
    """Tell whether the legal clock stands while the hold lasts: then nothing falls due."""
    if hold is None:
        return False
    return {
        "request-payment": rules.payment_pauses, "consult": rules.consultation_holds,
    }.get(hold.act, True)


def near_minutes(standing: Standing, rules: RuleSet, calendar: Calendar) -> int:
    """Return how many working minutes before its due date a dossier is near it.

    At most a quarter of its term: what is due within hours would be near from the start.
    """
    if standing.due is None or standing.clock_from is None:
        return rules.near_due_minutes
    term = working_minutes(standing.clock_from, standing.due, calendar)
    return min(rules.near_due_minutes, term // 4)


def _near(
    standing: Standing, last: datetime, rules: RuleSet, calendar: Calendar, now: datetime,
) -> datetime:
    left = working_minutes(now, last, calendar) - near_minutes(standing, rules, calendar)
    at = due(now, Duration("hours", left), calendar).at if left > 0 else None
    return at or min(now, last)


def _of_hold(standing: Standing) -> dict[str, datetime]:
    hold = standing.hold
    if hold is None or hold.due is None:
        return {}
    kinds = {"request-supplement": "supplement-late", "request-payment": "payment-late"}
    return {kinds[hold.act]: hold.due + _PAST} if hold.act in kinds else {}


def _of_consultations(standing: Standing) -> dict[str, datetime]:
    if standing.settled_at or standing.ended_at:
        return {}
    return {
        f"consultation-late:{one.id}": one.due + _PAST
        for one in standing.awaited() if one.due is not None
    }


#: What an alert of a kind is about: it speaks again only about another thing.
_ABOUT: Mapping[str, Callable[[Standing], datetime | None]] = {
    "near-due": lambda s: s.due, "overdue": lambda s: s.due,
    "forward-late": received_at, "take-over-late": lambda s: s.forwarded_at,
    "supplement-late": lambda s: s.hold.since if s.hold else None,
    "payment-late": lambda s: s.hold.since if s.hold else None,
}


def _kind(key: str) -> str:
    return key.partition(":")[0]


def _about(key: str, standing: Standing) -> str:
    kind, _, about = key.partition(":")
    moment = _ABOUT[kind](standing) if kind in _ABOUT else None
    return instant(moment) if moment is not None else about
