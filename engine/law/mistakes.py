"""Mistakes (sai sót): an official's error is corrected; a loss or error by the agency is made good.

Decree 61/2018 art. 21: the agency that loses or spoils papers pays and apologises. What was entered
stays in the history; a correction is an entry of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.law.acting import ActTask, Circumstances, Effect, need_text, needed, refused
from engine.law.consultation import answer_task
from engine.law.standing import Alert, Standing, Undo

#: Acts that can be taken back: they end no part, and move no timer by themselves.
CORRECTABLE = frozenset({
    "accept", "forward", "request-supplement", "request-payment", "consult", "extend", "settle",
})
FAULTS = ("loss", "error")
#: The act tasks that they open.
_OPENED: Mapping[str, tuple[str, ...]] = {
    "accept": ("take-over",), "request-supplement": ("receive-supplement", "close"),
    "request-payment": ("record-payment",),
}
#: Acts after which the act before them can still be taken back: they only add a note.
_NOTES = frozenset({"remedy", "acknowledge"})


def correct(standing: Standing, circumstances: Circumstances) -> Effect:
    """Take the last act back, as if it had not been performed; the reason stays in the history."""
    undo = standing.undo
    if undo is None:
        raise refused(
            "correct", circumstances, "Không có thao tác nào còn đính chính được",
            "There is no act that can still be corrected", "nothing-to-correct",
        )
    need_text(circumstances, "correct")
    restored: Any = undo.fields
    back = replace(standing, **restored, undo=None)
    known = {one.id for one in back.consultations}
    gone = [one for one in standing.consultations if one.id not in known]
    told = tuple(
        alert for alert in back.alerts
        if alert.kind != "consultation-late" or alert.about in known
    )
    return Effect(
        replace(back, alerts=told), shifts=False, opens=_again(undo.act, back, circumstances),
        cancels=(
            *_OPENED.get(undo.act, ()), *(answer_task(one).key for one in gone),
            *(f"acknowledge.consultation-late:{one.id}" for one in gone),
        ),
    )


def _again(act: str, back: Standing, circumstances: Circumstances) -> tuple[ActTask, ...]:
    """Return the act tasks that a result had made needless, and that are needed once more."""
    if act != "settle":
        return ()
    waits = back.clock_from is None and circumstances.elsewhere
    return (
        *(answer_task(one) for one in back.awaited()),
        *((ActTask("take-over", "competent"),) if waits else ()),
    )


def correctable(
    before: Standing, after: Standing, act: str, circumstances: Circumstances,
) -> Standing:
    """Return the standing after an act with what it can be taken back to, where it can be."""
    if act in _NOTES:
        return after
    if act not in CORRECTABLE or circumstances.drawn or after.on_the_spot:
        return replace(after, undo=None) if after.undo else after
    fields = {k: v for k, v in vars(before).items() if k != "undo" and vars(after)[k] != v}
    return replace(after, undo=Undo(act, circumstances.now, fields))


def remedy(standing: Standing, circumstances: Circumstances) -> Effect:
    """Record that the agency lost or spoiled papers, what it does about it, and its apology."""
    fault = circumstances.content.get("fault")
    if fault not in FAULTS:
        raise needed("remedy", circumstances, "fault", "Phải ghi mất (loss) hoặc sai sót (error)",
                     "The fault must be loss or error")
    need_text(circumstances, "remedy")
    need_text(circumstances, "remedy", "apology")
    noted = Alert("agency-fault", circumstances.now, str(fault))
    return Effect(replace(standing, alerts=(*standing.alerts, noted)))


def acknowledge(standing: Standing, _: Circumstances) -> Effect:
    """Record that who was warned has read the warning."""
    return Effect(standing)
