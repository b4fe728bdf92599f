"""Consultation (lấy ý kiến): another agency is asked, with content and deadline, and answers.

Decree 61/2018 art. 19.5: the notice states content and deadline; a late answer is told to the head
of the one-stop unit. Silence is agreement only where the procedure says so.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from engine.errors import Conflict, Fault, Invalid
from engine.law.acting import (
    ActTask,
    Circumstances,
    Effect,
    need_no_hold,
    need_reason,
    refused,
    released,
)
from engine.law.deadline import resumed
from engine.law.standing import Consultation, Hold, Standing
from engine.worktime import due, parse


def consult(standing: Standing, circumstances: Circumstances) -> Effect:
    """Ask an agency; its answer is a task there, and the clock runs on unless it is held."""
    if not circumstances.rules.consultation_holds:
        need_no_hold(standing)
    if standing.accepted_at is None or standing.settled_at or standing.ended_at:
        raise refused(
            "consult", circumstances, "Chỉ lấy ý kiến khi hồ sơ đang được giải quyết",
            "An agency is consulted only while the dossier is being settled", "not-in-process",
        )
    question = need_reason(circumstances, "consult", "question")
    asked = Consultation(
        id=str(len(standing.consultations) + 1), agency=str(circumstances.content.get("agency")),
        asked_at=circumstances.now, due=_until(circumstances),
    )
    held = replace(standing, consultations=(*standing.consultations, asked))
    if circumstances.rules.consultation_holds and standing.hold is None:
        article = circumstances.rules.article("consult")
        held = replace(held, hold=Hold("consult", circumstances.now, article, "answer"))
    task = ActTask("answer", role=None, agency=asked.agency, about=asked.id, due=asked.due,
                   title=question[:200])
    return Effect(held, opens=(task,))


def answer(standing: Standing, circumstances: Circumstances) -> Effect:
    """Record the opinion of the agency that was asked, late or not."""
    asked = _asked(standing, circumstances)
    need_reason(circumstances, "answer", "opinion")
    return answered(standing, asked, circumstances)


def answered(
    standing: Standing, asked: Consultation, circumstances: Circumstances, *, tacit: bool = False,
) -> Effect:
    """Return the effect of a consultation that ends, by an opinion or by silence."""
    done = replace(asked, answered_at=circumstances.now, tacit=tacit)
    told = replace(standing, consultations=tuple(
        done if one.id == asked.id else one for one in standing.consultations
    ))
    hold = told.hold
    if hold is not None and hold.act == "consult" and not told.awaited():
        told = resumed(released(told, circumstances.now), circumstances, "consultation_holds")
    return Effect(told, closes=(f"answer.{asked.id}",))


def _until(circumstances: Circumstances) -> datetime | None:
    text = circumstances.content.get("duration")
    if not isinstance(text, str) or not text.strip():
        raise Invalid(
            "Phải nêu thời hạn trả lời.", "The deadline of the answer is needed.",
            [Fault("/duration", "required", "Ví dụ: 05 ngày làm việc.",
                   "For example: 05 ngày làm việc.")], code="duration-required",
        )
    calendar = circumstances.consulted or circumstances.calendar
    return due(circumstances.now, parse(text), calendar).at


def _asked(standing: Standing, circumstances: Circumstances) -> Consultation:
    """Return the consultation that is answered: the one named, else the only one that waits."""
    waiting = standing.awaited()
    named = circumstances.content.get("consultation")
    found = [one for one in waiting if named in (None, "", one.id)]
    if len(found) == 1:
        return found[0]
    numbers = ", ".join(one.id for one in waiting)
    if not found:
        raise Conflict(
            f"Không có lấy ý kiến nào chờ trả lời{f'; đang chờ: {numbers}' if numbers else ''}.",
            f"No such consultation waits{f'; these do: {numbers}' if numbers else ''}.",
            code="no-consultation",
        )
    raise Invalid(
        f"Hãy ghi trả lời cho lần lấy ý kiến nào: {numbers}.",
        f"Say which consultation is answered: {numbers}.",
        [Fault("/consultation", "required", f"Chọn: {numbers}.", f"Choose: {numbers}.")],
        code="consultation-required",
    )
