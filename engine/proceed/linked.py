"""Linked dossiers (hồ sơ liên thông): what goes to other nodes, and what comes from them.

The dossier stands where it was registered, its origin; another node runs only its own parts, under
the same code, and mirrors status, due date and hold as the origin last told them. An act that is
drawn in such a part is sent to the origin, which performs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from engine.dossier import Peer
from engine.flow import starting
from engine.handoff import (
    ACT,
    CANCEL,
    CONSULT,
    PROGRESS,
    SIGNAL,
    STANDING,
    TYPE,
    Envelope,
    Kind,
    Sent,
)
from engine.history import canonical, instant
from engine.law.acting import ActTask
from engine.law.standing import Standing, kept
from engine.proceed import papers
from engine.proceed.work import Work
from engine.step import Outgoing

#: What a node is told of the legal side of a dossier that it works on.
MIRRORED = ("status", "accepted_at", "clock_from", "limit", "due", "hold", "result")


def home_of(work: Work, process: str | None) -> str | None:
    """Return the node at which a pool's part lives, None where it is this one."""
    pool = next((p for p in work.facts.flow.pools if p.process == process), None)
    if pool is None:
        return None
    return work.dossier.links.homes.get(work.desk(pool.agency, work.dossier.competent_agency))


def hand_over(work: Work, node: str, kind: Kind, sent: Outgoing, sender: str) -> None:
    """Put a message into an envelope for another node, next in its sequence."""
    links = work.dossier.links
    peer = links.peers.get(node, Peer())
    number, sequence = work.dossier.envelopes + 1, peer.sent + 1
    _set_peer(work, node, replace(peer, sent=sequence), envelopes=number)
    envelope = Envelope(
        id=str(uuid5(NAMESPACE_URL, f"urn:motcua:{links.node}/{work.dossier.code}/{number}")),
        dossier=work.dossier.code, number=number, message=sent.message, key=sent.key,
        sender=sender, receiver=sent.target_process, receiver_name=sent.target_pool or "",
        element=sent.target_element, starts=sent.starts, payload=sent.payload,
        sent_at=work.facts.now, state="outgoing", node=node, sequence=sequence, kind=kind,
        papers=papers.declared(work, sent),
    )
    work.envelopes[envelope.id] = envelope


def way(work: Work, node: str) -> Kind:
    """Return whether a message goes out, or back to where the dossier came from."""
    return "answered" if node == work.dossier.links.origin else "sent"


def ask_origin(
    work: Work, act: str, content: Mapping[str, Any], element: str = "", part: str = "",
) -> bool:
    """Send an act, drawn at an element of a part or not, to the origin where that is elsewhere.

    Returns whether it was sent.
    """
    origin = work.dossier.links.origin
    if not origin:
        return False
    payload = {"act": act, "content": dict(content)}
    asked = Outgoing(element=element, message=ACT, payload=payload, target_element=element)
    hand_over(work, origin, "answered", asked, part)
    return True


def consult_elsewhere(work: Work, asked: ActTask) -> bool:
    """Ask an agency of another node for its opinion; tell whether it works at one."""
    facts, links = work.facts, work.dossier.links
    node = facts.homes.get(asked.agency or "", links.homes.get(asked.agency or ""))
    if node is None:
        return False
    if not links.node:
        work.dossier = replace(work.dossier, links=replace(links, node=facts.node))
    payload = {
        "act": asked.act, "agency": asked.agency, "about": asked.about, "title": asked.title,
        "due": None if asked.due is None else instant(asked.due),
    }
    _say(work, node, "sent", CONSULT, payload)
    return True


def make_known(work: Work) -> None:
    """Tell nodes of a dossier born here in which a part begins by itself, without a message."""
    flow = work.facts.flow
    nodes = {home_of(work, pool.process) for pool in flow.pools
             if pool.starts or starting.begins_alone(flow, pool.process)} - {None}
    if not work.dossier.links.origin:
        for node in sorted(node for node in nodes if node):
            _say(work, node, "sent", STANDING, {})


def spread(work: Work, sender: str, signal: str) -> None:
    """Send a signal to the nodes at which a pool could hear it."""
    flow = work.facts.flow
    nodes = {home_of(work, pool.process) for pool in flow.pools
             if starting.hears(flow, pool.process, signal)}
    for node in sorted(node for node in nodes if node):
        said = Outgoing(element="", message=SIGNAL, payload={"name": signal})
        hand_over(work, node, way(work, node), said, sender)


def tell(work: Work) -> None:
    """Tell the other nodes what this command means to them.

    The origin hears how the parts here are getting on; nodes with parts of it hear of a hold that
    begins or ends, a new due date, and the end of the dossier.
    """
    links = work.dossier.links
    if links.origin:
        if _moved(work):
            over = all(part.status != "running" for part in work.parts.values())
            _say(work, links.origin, "returned" if over else "received", PROGRESS,
                 {"parts": progress(work)})
        return
    before, now = work.before.dossier.standing, work.standing
    told = {envelope.node for envelope in work.envelopes.values()}
    for node in sorted(links.peers):
        if now.ended_at and not before.ended_at:
            _say(work, node, "cancelled", CANCEL, {})
        elif node not in told and any(
            getattr(before, name) != getattr(now, name) for name in ("hold", "due", "status")
        ):
            _say(work, node, "sent", STANDING, {})


def leaving(work: Work) -> tuple[Sent, ...]:
    """Return what this command sends to other nodes, as the events that will be signed."""
    source = work.dossier.links.node
    known = described(work) if any(e.node for e in work.envelopes.values()) else {}
    return tuple(
        event_of(envelope, source, known)
        for envelope in work.envelopes.values() if envelope.node is not None
    )


def described(work: Work) -> dict[str, Any]:
    """Return what another node must know of the dossier: never who the applicant is."""
    dossier, links = work.dossier, work.dossier.links
    agencies = {dossier.receiving_agency, dossier.competent_agency, *dossier.desks.values()}
    return {
        "code": dossier.code, "procedure": dossier.procedure, "flow": dossier.flow_hash,
        "rule_set": dossier.rule_set, "channel": dossier.channel,
        "receiving_agency": dossier.receiving_agency,
        "competent_agency": dossier.competent_agency,
        "registered_at": instant(dossier.registered_at), "desks": dict(dossier.desks),
        "origin": links.origin or links.node,
        "homes": {agency: links.homes.get(agency, links.node) for agency in sorted(agencies)},
        "standing": mirrored(work.standing),
    }


def mirrored(standing: Standing) -> dict[str, Any]:
    """Return the legal side of a dossier as another node mirrors it."""
    found = {name: kept(getattr(standing, name)) for name in MIRRORED}
    return {name: value for name, value in found.items() if value is not None}


def progress(work: Work) -> list[dict[str, Any]]:
    """Return the parts here with their steps, as the control slip of Circular 01/2018 has them.

    Tasks that were closed before this command are not at hand: the origin keeps what it was told.
    """
    return [
        {
            "id": part.id, "name": part.name, "agency": part.agency, "status": part.status,
            "tasks": [
                {
                    "id": task.id, "agency": task.agency, "step": task.step, "state": task.state,
                    "given": task.opened_at, "finished": task.closed_at, "due": task.due,
                }
                for task in work.tasks.values() if task.part == part.id
            ],
        }
        for part in work.parts.values()
    ]


def _say(work: Work, node: str, kind: Kind, message: str, payload: Mapping[str, Any]) -> None:
    hand_over(work, node, kind, Outgoing(element="", message=message, payload=payload), "")


def _moved(work: Work) -> bool:
    known = {part.id: part.status for part in work.before.parts}
    tasks = {task.id: task.state for task in work.before.tasks}
    return any(known.get(p.id) != p.status for p in work.parts.values()) or any(
        tasks.get(t.id) != t.state for t in work.tasks.values()
    )


def _set_peer(work: Work, node: str, peer: Peer, envelopes: int | None = None) -> None:
    links = work.dossier.links
    work.dossier = replace(
        work.dossier, links=replace(links, peers={**links.peers, node: peer}),
        envelopes=work.dossier.envelopes if envelopes is None else envelopes,
    )


def heard(work: Work, node: str, sequence: int) -> None:
    """Note that an envelope of a node has been taken in, in its order."""
    peer = work.dossier.links.peers.get(node, Peer())
    _set_peer(work, node, replace(peer, received=sequence))


def told_of(work: Work, node: str, parts: list[Mapping[str, Any]]) -> None:
    """Keep how a node's parts are getting on; steps that it told before and not again stay."""
    peer = work.dossier.links.peers.get(node, Peer())
    known = {part["id"]: part for part in peer.parts}
    for part in parts:
        steps = {task["id"]: task for task in known.get(part["id"], {}).get("tasks", ())}
        steps |= {task["id"]: task for task in part["tasks"]}
        known[part["id"]] = {**part, "tasks": list(steps.values())}
    _set_peer(work, node, replace(peer, parts=tuple(known.values())))


def event_of(envelope: Envelope, source: str, dossier: Mapping[str, Any]) -> Sent:
    """Return the envelope as a CloudEvent 1.0 from a node, with what it says of the dossier.

    `digest` covers the data; the bytes are RFC 8785, so that a signature over them holds for ever.
    """
    message: dict[str, Any] = {
        "name": envelope.message, "key": envelope.key, "sender": envelope.sender,
        "process": envelope.receiver, "element": envelope.element,
        "starts": envelope.starts, "payload": envelope.payload,
    }
    if envelope.papers:
        message |= {"papers": [vars(one) for one in envelope.papers]}
    data = {"dossier": dossier, "message": message}
    body = canonical({
        "specversion": "1.0", "id": envelope.id, "source": source,
        "type": f"{TYPE}{envelope.kind}", "subject": envelope.dossier,
        "time": instant(envelope.sent_at), "datacontenttype": "application/json",
        "sequence": str(envelope.sequence), "digest": sha256(canonical(data)).hexdigest(),
        "data": data,
    })
    return Sent(
        envelope.id, str(envelope.node), envelope.dossier, envelope.sequence, envelope.kind, body,
    )
