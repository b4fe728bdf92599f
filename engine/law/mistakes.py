"""Mistakes (sai sót): an official's error is corrected; a loss or error by the agency is made good.

Decree 61/2018 art. 21: the agency that loses or spoils papers pays and apologises. What was entered
stays in the history; a correction is an entry of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.errors import Fault, Invalid
from engine.law.acting import Circumstances, Effect, need_reason, refused
from engine.law.standing import Alert, Standing, Undo

#: Acts that can be taken back: they end no part, and move no timer by themselves.
CORRECTABLE = frozenset({
    "accept", "forward", "request-supplement", "request-payment", "consult", "extend", "settle",
})
FAULTS = ("loss", "error")
#: The act tasks that they open.
_OPENED: Mapping[str, tuple[str, ...]] = {
    "accept": ("take-over",), "request-supplement": ("receive-supplement",),
    "request-payment": ("record-payment",),
}


def correct(standing: Standing, circumstances: Circumstances) -> Effect:
    """Take the last act back, as if it had not been performed; the reason stays in the history."""
    undo = standing.undo
    if undo is None:
        raise refused(
            "correct", circumstances, "Không có thao tác nào còn đính chính được",
            "There is no act that can still be corrected", "nothing-to-correct",
        )
    need_reason(circumstances, "correct")
    restored: Any = undo.fields
    back = replace(standing, **restored, undo=None)
    gone = {c.id for c in standing.consultations} - {c.id for c in back.consultations}
    cancels = (*_OPENED.get(undo.act, ()), *(f"answer.{one}" for one in sorted(gone)))
    return Effect(back, shifts=False, cancels=cancels)


def correctable(
    before: Standing, after: Standing, act: str, circumstances: Circumstances,
) -> Standing:
    """Return the standing after an act with what it can be taken back to, where it can be."""
    if act not in CORRECTABLE or circumstances.drawn or after.on_the_spot:
        return replace(after, undo=None) if after.undo else after
    fields = {k: v for k, v in vars(before).items() if k != "undo" and vars(after)[k] != v}
    return replace(after, undo=Undo(act, circumstances.now, fields))


def remedy(standing: Standing, circumstances: Circumstances) -> Effect:
    """Record that the agency lost or spoiled papers, what it does about it, and its apology."""
    fault = circumstances.content.get("fault")
    if fault not in FAULTS:
        raise Invalid(
            "Phải ghi mất (loss) hoặc sai sót (error).", "The fault must be loss or error.",
            [Fault("/fault", "choice", "Chọn một trong hai.", "Choose one of the two.")],
            code="fault-required",
        )
    need_reason(circumstances, "remedy")
    need_reason(circumstances, "remedy", "apology")
    noted = Alert("agency-fault", circumstances.now, str(fault))
    return Effect(replace(standing, alerts=(*standing.alerts, noted)))


def acknowledge(standing: Standing, _: Circumstances) -> Effect:
    """Record that who was warned has read the warning."""
    return Effect(standing)
