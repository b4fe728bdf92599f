"""Consultation (lấy ý kiến): another agency is asked, with content and deadline, and answers.

Decree 61/2018 art. 19.5: the notice states content and deadline; a late answer is told to the head
of the one-stop unit. Silence is agreement only where the procedure says so.
"""

from __future__ import annotations

from dataclasses import replace

from engine.errors import Conflict, Fault, Invalid
from engine.law.acting import (
    ActTask,
    Circumstances,
    Effect,
    need_no_hold,
    need_term,
    need_text,
    needed,
    refused,
    released,
)
from engine.law.deadline import resumed
from engine.law.standing import Consultation, Hold, Standing
from engine.worktime import Calendar, due


def consult(standing: Standing, circumstances: Circumstances) -> Effect:
    """Ask an agency; its answer is a task there, and the clock runs on unless it is held."""
    if standing.hold is None or standing.hold.act != "consult":
        need_no_hold(standing)
    _need_in_process(standing, "consult", circumstances)
    agency, calendar = _other(circumstances)
    question = need_text(circumstances, "consult", "question")
    asked = Consultation(
        id=str(len(standing.consultations) + 1), agency=agency, asked_at=circumstances.now,
        due=due(circumstances.now, need_term(circumstances), calendar).at,
    )
    held = replace(standing, consultations=(*standing.consultations, asked))
    if circumstances.rules.consultation_holds and standing.hold is None:
        article = circumstances.rules.article("consult")
        held = replace(held, hold=Hold("consult", circumstances.now, article, "answer"))
    return Effect(held, opens=(replace(answer_task(asked), title=question[:200]),))


def answer_task(asked: Consultation) -> ActTask:
    """Return the task of the agency that was asked: to answer, whoever it is there."""
    return ActTask("answer", role=None, agency=asked.agency, about=asked.id, due=asked.due)


def answer(standing: Standing, circumstances: Circumstances) -> Effect:
    """Record the opinion of the agency that was asked, late or not, while it can still help."""
    _need_in_process(standing, "answer", circumstances)
    asked = _asked(standing, circumstances)
    need_text(circumstances, "answer", "opinion")
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
        told = resumed(released(told, circumstances.now), circumstances)
    key = (answer_task(asked).key,)
    return Effect(told, cancels=key) if tacit else Effect(told, closes=key)


def _need_in_process(standing: Standing, act: str, circumstances: Circumstances) -> None:
    if standing.accepted_at is None or standing.settled_at or standing.ended_at:
        raise refused(
            act, circumstances, "Chỉ lấy ý kiến, trả lời khi hồ sơ đang được giải quyết",
            "Opinions are asked for and given only while the dossier is being settled",
            "not-in-process",
        )


def _other(circumstances: Circumstances) -> tuple[str, Calendar]:
    """Return the agency to be asked and its calendar: one of the register, and another one."""
    agency, calendar = circumstances.content.get("agency"), circumstances.consulted
    if not isinstance(agency, str) or calendar is None:
        raise Invalid(
            f"Danh bạ không có cơ quan «{agency or ''}».",
            f"The register has no agency {agency!r}.",
            [Fault("/agency", "choice", "Chọn một cơ quan trong danh bạ.",
                   "Choose an agency of the register.")], code="unknown-agency",
        )
    if agency == circumstances.competent:
        raise needed("consult", circumstances, "agency",
                     "Phải lấy ý kiến một cơ quan khác", "Another agency must be asked")
    return agency, calendar


def _asked(standing: Standing, circumstances: Circumstances) -> Consultation:
    """Return the consultation that is answered: the one named, else the only one that waits."""
    waiting = standing.awaited()
    named = circumstances.content.get("consultation")
    found = [one for one in waiting if named in (None, "", one.id)]
    if len(found) == 1:
        return found[0]
    numbers = ", ".join(one.id for one in waiting)
    if not waiting:
        raise Conflict(
            "Không có lấy ý kiến nào chờ trả lời.", "No consultation waits for an answer.",
            code="no-consultation",
        )
    raise Invalid(
        f"Hãy ghi trả lời cho lần lấy ý kiến nào: {numbers}.",
        f"Say which consultation is answered: {numbers}.",
        [Fault("/consultation", "required", f"Chọn: {numbers}.", f"Choose: {numbers}.")],
        code="consultation-required",
    )
