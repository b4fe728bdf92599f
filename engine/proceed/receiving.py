"""Receiving (nhận liên thông): an envelope of another node, taken in as one command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.commands import ReceiveEnvelope
from engine.dossier import Dossier
from engine.errors import MotcuaError
from engine.handoff import (
    ACT,
    CANCEL,
    CONSULT,
    FAILED,
    OWN,
    PROGRESS,
    SIGNAL,
    Envelope,
    HandedPaper,
)
from engine.history import read_instant
from engine.law.acting import ActTask, Effect
from engine.law.standing import Alert, Hold, Standing
from engine.proceed import acts, authority, beginning, linked, tasks
from engine.proceed.carrying import carry, hear, take_in
from engine.proceed.ending import end_all
from engine.proceed.outcome import Before, Facts, Outcome, Registration
from engine.proceed.record import outcome_of
from engine.proceed.work import Work
from engine.step import Outgoing


def receive(
    before: Before, command: ReceiveEnvelope, facts: Facts, born: Registration | None = None,
) -> Outcome:
    """Return the outcome of an envelope that comes next in its sequence.

    One whose content cannot be carried out is taken in all the same, and its sender is told why:
    it would otherwise block all that follow it.
    """
    work = _work(before, facts, born)
    if not command.content:
        return _erased(work, command)
    try:
        authority.need(work, command)
        _take(work, command)
    except MotcuaError as error:
        work = _work(before, facts, born)
        _fail(work, command, error.code)
    except (LookupError, TypeError, ValueError, AttributeError, StopIteration):
        # Signed by a node that is known, and yet not of the form that was agreed on.
        work = _work(before, facts, born)
        _fail(work, command, "content-unreadable")
    linked.heard(work, command.node, command.sequence)
    linked.tell(work)
    return outcome_of(work, command, born)


def _erased(work: Work, command: ReceiveEnvelope) -> Outcome:
    """Return the outcome of one whose content a decision erased before its turn came."""
    _fail(work, command, "content-erased")
    linked.heard(work, command.node, command.sequence)
    return outcome_of(work, command, None)


def dossier_from(command: ReceiveEnvelope, born: Registration, facts: Facts) -> Dossier:
    """Return the dossier that an envelope tells of, as it is opened at this node."""
    said = command.content["dossier"]
    return Dossier(
        code=born.code, procedure=said["procedure"], version=born.version,
        flow_hash=facts.flow.hash, rule_set=facts.rules.id, channel=said["channel"],
        receiving_agency=said["receiving_agency"], competent_agency=said["competent_agency"],
        registered_at=read_instant(said["registered_at"]), desks=born.desks, links=born.links,
        standing=standing_from(said["standing"]),
    )


def standing_from(said: Mapping[str, Any]) -> Standing:
    """Return the legal side of a dossier as its origin tells it."""
    found = {name: said[name] for name in linked.MIRRORED if said.get(name) is not None}
    for name in ("accepted_at", "clock_from", "due"):
        if name in found:
            found[name] = read_instant(found[name])
    if "hold" in found:
        hold = dict(found["hold"])
        moments = {k: read_instant(hold[k]) for k in ("since", "due") if k in hold}
        found["hold"] = Hold(**{**hold, **moments})
    return Standing(**found)


def _work(before: Before, facts: Facts, born: Registration | None) -> Work:
    """Return the work on a dossier; with one that is new here, the parts that begin by it."""
    work = Work(before, facts, {})
    if born is not None:
        beginning.with_dossier(work, {})
    return work


def _take(work: Work, command: ReceiveEnvelope) -> None:
    said, message = command.content["dossier"], command.content["message"]
    if command.node == work.dossier.links.origin:
        _mirror(work, said["standing"])
    name, payload = message["name"], message["payload"]
    if name == ACT:
        # Without an element it is no drawn one, yet is performed for who may not perform it here.
        place = acts.Place(message["element"] or "", message["sender"] or "")
        acts.perform(work, payload["act"], payload["content"], place)
    elif name == PROGRESS:
        linked.told_of(work, command.node, payload["parts"])
    elif name == CONSULT:
        due = payload["due"]
        tasks.open_act_task(work, ActTask(
            payload["act"], role=None, agency=payload["agency"], about=payload["about"],
            due=None if due is None else read_instant(due), title=payload["title"],
        ))
    elif name == CANCEL:
        end_all(work)
    elif name == FAILED:
        _warn(work, payload)
    elif name == SIGNAL:
        hear(work, payload["name"])
    elif not name.startswith(OWN):
        take_in(work, _envelope(command, message, work.facts.now), command.node)
    carry(work)


def _mirror(work: Work, said: Mapping[str, Any]) -> None:
    """Follow the origin's status, due date and hold; a hold that has ended moves what it held."""
    held, told = work.standing.hold, standing_from(said)
    work.set_standing(replace(
        work.standing, **{name: getattr(told, name) for name in linked.MIRRORED},
    ))
    if held is not None and told.hold is None:
        tasks.shift_all(work, held)


def _envelope(command: ReceiveEnvelope, message: Mapping[str, Any], now: datetime) -> Envelope:
    return Envelope(
        id=command.id, dossier=command.dossier, number=0, message=message["name"],
        key=message["key"], sender=message["sender"], receiver=message["process"],
        receiver_name="", element=message["element"], starts=bool(message["starts"]),
        payload=message["payload"], sent_at=now, state="kept",
        papers=tuple(HandedPaper(**one) for one in message.get("papers", ())),
    )


def _warn(work: Work, payload: Mapping[str, Any]) -> None:
    """Tell the one-stop unit that another node could not carry out what was sent."""
    alert = Alert("handoff-failed", work.facts.now, str(payload.get("id", "")))
    warned = replace(work.standing, alerts=(*work.standing.alerts, alert))
    about = f"handoff-failed:{alert.about}"
    acts.apply(work, Effect(warned, opens=(ActTask("acknowledge", about=about),)))


def _fail(work: Work, command: ReceiveEnvelope, code: str) -> None:
    """Tell the sender by the code alone: words may change, and an entry is done again for ever."""
    work.acts.append({"act": "failed", "element": "", "reason": code})
    if command.event == "failed":
        return  # never answer a failure by another one
    payload = {"id": command.id, "code": code}
    told = Outgoing(element="", message=FAILED, payload=payload)
    linked.hand_over(work, command.node, "failed", told, "")
