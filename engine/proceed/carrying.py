"""Carrying (chuyển thư): envelopes and signals between parts, until nothing is left to move."""

from __future__ import annotations

from dataclasses import replace
from uuid import NAMESPACE_URL, uuid5

from engine.dossier import Part
from engine.flow import run
from engine.handoff import Envelope
from engine.proceed import beginning, linked, papers
from engine.proceed.parts import absorb, begin
from engine.proceed.work import Work
from engine.step import Outgoing


def carry(work: Work) -> None:
    """Deliver what was sent, and what had come early, until no envelope can move a part."""
    while True:
        if work.outgoing:
            sender, sent = work.outgoing.popleft()
            _send(work, sender, sent)
            continue
        if work.signals:
            _broadcast(work, *work.signals.popleft())
            continue
        ready = next((e for e in work.kept if _receiver(work, e) is not None), None)
        if ready is None and beginning.look(work):
            continue
        if ready is None:
            return
        work.kept.remove(ready)
        _deliver(work, ready)


def take_in(work: Work, envelope: Envelope, node: str) -> None:
    """Deliver a message that came from another node, or keep it until somebody waits for it.

    Raises Forbidden where it carries papers that it does not declare.
    """
    papers.take_in(work, envelope, node)
    number = work.dossier.envelopes + 1
    work.dossier = replace(work.dossier, envelopes=number)
    numbered = replace(envelope, number=number)
    work.envelopes[envelope.id] = numbered
    _deliver(work, numbered)


def _broadcast(work: Work, sender: str, name: str) -> None:
    """Let all parts but the sender hear a signal, those at other nodes too: it is not kept."""
    hear(work, name, sender)
    linked.spread(work, sender, name)


def hear(work: Work, name: str, sender: str = "") -> None:
    """Let the parts at this node hear a signal that wait for it, and those begin that it starts."""
    signal = run.Message(name=name, kind="signal")
    for key in [key for key in work.parts if key != sender]:
        part = work.parts[key]
        if part.status == "running" and any(
            wait.kind == "signal" and wait.message == name for wait in part.waits
        ):
            absorb(work, key, run.deliver(work.facts.flow, part.state, signal, work.setting()))
    beginning.by_signal(work, name)


def _send(work: Work, sender: str, sent: Outgoing) -> None:
    home = linked.home_of(work, sent.target_process)
    if home is not None:
        linked.hand_over(work, home, linked.way(work, home), sent, sender)
        return
    number = work.dossier.envelopes + 1
    work.dossier = replace(work.dossier, envelopes=number)
    envelope = Envelope(
        id=str(uuid5(NAMESPACE_URL, f"urn:motcua:{work.dossier.code}/envelope/{number}")),
        dossier=work.dossier.code, number=number, message=sent.message, key=sent.key,
        sender=sender, receiver=sent.target_process, receiver_name=sent.target_pool or "",
        element=sent.target_element, starts=sent.starts, payload=sent.payload,
        sent_at=work.facts.now, state="kept" if sent.target_process else "outside",
        papers=papers.declared(work, sent) if sent.target_process else (),
    )
    work.envelopes[envelope.id] = envelope
    papers.reach(work, envelope)
    if sent.target_process is not None:
        _deliver(work, envelope)


def _deliver(work: Work, envelope: Envelope) -> None:
    message = run.Message(
        name=envelope.message, payload=envelope.payload, key=envelope.key,
        element=envelope.element,
    )
    receiver = _receiver(work, envelope)
    if receiver is not None:
        step = run.deliver(work.facts.flow, receiver.state, message, work.setting())
        absorb(work, receiver.id, step)
    elif envelope.starts and envelope.receiver is not None:
        begin(work, envelope.receiver, {}, message)
    else:
        # It came before anyone waits for it: it stays until a part does.
        work.kept.append(envelope)
        return
    work.envelopes[envelope.id] = replace(envelope, state="delivered")


def _receiver(work: Work, envelope: Envelope) -> Part | None:
    for part in work.parts.values():
        if part.process == envelope.receiver and part.status == "running" and any(
            wait.kind == "message" and wait.message == envelope.message
            and envelope.element in (None, wait.element)
            and wait.key in (None, envelope.key) for wait in part.waits
        ):
            return part
    return None
