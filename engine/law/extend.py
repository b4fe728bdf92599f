"""Extend (gia hạn, hẹn lại): a late dossier gets a new date, with an apology and a reason.

Decree 61/2018 art. 19.9: at the latest one day before the due date, at most once; the one-stop unit
edits the date and tells the applicant (mẫu 04).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from engine.clock import local
from engine.errors import Fault, Invalid
from engine.law.acting import (
    Circumstances,
    Effect,
    need_no_hold,
    need_term,
    need_text,
    refused,
)
from engine.law.standing import Extension, Standing
from engine.worktime import Duration, due


def extend(standing: Standing, circumstances: Circumstances) -> Effect:
    """Give the dossier a later due date; its reason goes into the apology."""
    need_no_hold(standing)
    was = _need_time(standing, circumstances)
    need_text(circumstances, "extend")
    then = _new_due(was, circumstances)
    if then <= was:
        raise _wrong("Ngày hẹn lại phải sau ngày hẹn cũ.", "The new date must be after the old.")
    line = (
        f"Gia hạn: {local(was):%H:%M %d/%m/%Y} → {local(then):%H:%M %d/%m/%Y} "
        f"({circumstances.rules.article('extend')})."
    )
    granted = Extension(circumstances.now, was, then)
    return Effect(
        replace(
            standing, due=then, extensions=(*standing.extensions, granted),
            derivation=(*standing.derivation, line),
        ),
        papers=("apology",),
    )


def _need_time(standing: Standing, circumstances: Circumstances) -> datetime:
    rules = circumstances.rules
    if standing.due is None or standing.settled_at or standing.ended_at:
        raise refused(
            "extend", circumstances, "Hồ sơ không có hạn trả để gia hạn",
            "The dossier has no due date to extend", "nothing-to-extend",
        )
    if len(standing.extensions) >= rules.extensions:
        raise refused(
            "extensions", circumstances, f"Chỉ được hẹn lại {rules.extensions} lần",
            f"It may be extended {rules.extensions} time(s) only", "extended-before",
        )
    last = local(standing.due).date() - timedelta(days=rules.extend_before_days)
    if local(circumstances.now).date() > last:
        raise refused(
            "extend_before_days", circumstances,
            f"Phải gia hạn trước ngày hẹn trả ít nhất {rules.extend_before_days} ngày",
            f"It must be extended at least {rules.extend_before_days} day(s) before it is due",
            "extended-too-late",
        )
    return standing.due


def _new_due(was: datetime, circumstances: Circumstances) -> datetime:
    """Return the new date: a day (its close, or that of the next working day) or a term added."""
    day, term = circumstances.content.get("due"), circumstances.content.get("duration")
    if isinstance(term, str) and term.strip():
        return due(was, need_term(circumstances), circumstances.calendar).at or was
    try:
        asked = date.fromisoformat(str(day))
    except ValueError:
        raise _wrong("Phải ghi ngày hẹn lại, như 2026-11-23.",
                     "The new date is needed, as in 2026-11-23.") from None
    opening = datetime.combine(asked, datetime.min.time(), tzinfo=local(was).tzinfo)
    close = due(opening, Duration("days", 0), circumstances.calendar).at
    return close or was


def _wrong(vi: str, en: str) -> Invalid:
    return Invalid(vi, en, [Fault("/due", "not-date", vi, en)], code="due-invalid")
