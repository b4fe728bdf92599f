"""The record (nhật ký) of a command: what its entry pins, so that it can be done again."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar

from engine.commands import PERSONAL, DossierCommand, from_json, to_json
from engine.components.papers import Paper
from engine.handoff import Envelope, Sent
from engine.history import Draft, canonical
from engine.law.reminders import reminders
from engine.law.status import Status
from engine.proceed import linked
from engine.proceed.outcome import Outcome, Registration
from engine.proceed.papers import changed as changed_papers
from engine.proceed.papers import end_calls
from engine.proceed.work import Work

#: The part under which timers of the law's reminders stand: no drawing has it.
REMINDERS = ""

Asked = TypeVar("Asked", bound=DossierCommand)


def as_kept(command: Asked) -> Asked:
    """Return the command as history will give it back: canonical text, order and numbers.

    Live and replay then put the same bytes into the instances.
    """
    kept: Asked = from_json(json.loads(canonical(to_json(command))))  # type: ignore[assignment]
    return kept


def outcome_of(work: Work, command: DossierCommand, born: Registration | None) -> Outcome:
    """Return the outcome of a command with the draft of its entry."""
    end_calls(work)
    before = {task.id for task in work.before.tasks}
    known = {part.id: part for part in work.before.parts}
    untouched = set(work.before.tasks)
    changed = [t for t in work.tasks.values() if t not in untouched]
    parts = tuple(p for p in work.parts.values() if known.get(p.id) != p)
    sent = linked.leaving(work)
    return Outcome(
        dossier=replace(work.dossier, build=work.facts.build), parts=parts,
        opened=tuple(t for t in changed if t.id not in before),
        changed=tuple(t for t in changed if t.id in before),
        envelopes=tuple(work.envelopes.values()), papers=changed_papers(work),
        draft=_draft(work, command, born, sent), reminders=_reminders(work), sent=sent,
        calls=tuple(
            call for key, call in work.calls.items()
            if key not in work.tasks or work.tasks[key].state == "open"
        ),
        ended=tuple(work.ended), told=_told(work),
    )


def _told(work: Work) -> tuple[Status, ...]:
    """Return what the national portal hears of; only the node of registration tells it anything."""
    before, standing = work.before.dossier, work.standing
    if work.dossier.links.origin:
        return ()
    if not before.entries:
        return (before.standing.status, *work.statuses)
    dates = (standing.accepted_at, standing.due)
    if not work.statuses and dates != (before.standing.accepted_at, before.standing.due):
        return (standing.status,)
    return tuple(work.statuses)


def _reminders(work: Work) -> Mapping[str, datetime] | None:
    """Return the reminders that stand from now on, None where this command changed none."""
    before, competent = work.before.dossier.standing, work.dossier.competent_agency
    if work.standing == before and competent not in work.facts.former:
        return None
    rules, calendar = work.facts.rules, work.calendar(competent)
    former, now = work.facts.former.get(competent, calendar), work.facts.now
    counter = work.calendar(work.dossier.receiving_agency)
    stand = reminders(work.standing, rules, calendar, now, counter=counter)
    stood = reminders(before, rules, former, now, counter=counter)
    return None if stand == stood else stand


def _draft(
    work: Work, command: DossierCommand, born: Registration | None, sent: tuple[Sent, ...],
) -> Draft:
    body = to_json(command)
    personal = {k: v for k, v in body.items() if k in PERSONAL and v}
    if work.envelopes:
        personal["payloads"] = {
            str(e.number): e.payload for e in work.envelopes.values()
        }
    if work.before.parts and work.before.dossier.build != work.facts.build:
        # The first entry under another build keeps the states it started from:
        # docs/decisions.md, 5.
        personal["states"] = {
            part.id: b64encode(part.state).decode() for part in work.before.parts
        }
    content = {
        "command": {k: v for k, v in body.items() if k not in PERSONAL},
        "facts": _facts(work, born),
        "outcome": {**_outcome(work), **_linked(work, sent)},
    }
    dossier = work.dossier
    return Draft(
        chain=dossier.code, number=dossier.entries + 1, previous=dossier.head,
        at=work.facts.now, actor=work.facts.actor, content=content, personal=personal,
        salt=work.facts.salt,
    )


def _facts(work: Work, born: Registration | None) -> dict[str, Any]:
    facts = work.facts
    pinned: dict[str, Any] = {
        "rules": facts.rules.id, "flow": facts.flow.hash, "build": facts.build,
        "calendars": {agency: c.version for agency, c in sorted(facts.calendars.items())},
    }
    if facts.former:
        pinned["former"] = {agency: c.version for agency, c in sorted(facts.former.items())}
    if facts.homes:
        pinned |= {"node": facts.node, "homes": dict(facts.homes)}
    if born is not None:
        pinned["registration"] = born.as_data()
    return pinned


def _papers_told(work: Work) -> dict[str, Any]:
    """Return what history says of changed papers: nothing at all where none has changed.

    Of papers that came and were not entered again also what stands for them: a signed copy, or that
    they were erased here.
    """
    told = [_paper_told(paper) for paper in changed_papers(work)]
    said: dict[str, Any] = {"papers": told} if told else {}
    return {**said, "stand": work.stand} if work.stand else said


def _paper_told(paper: Paper) -> dict[str, Any]:
    """Return what history says of one; of a paper that another node handed over, also its hash."""
    told = {
        "number": paper.number, "component": paper.component, "state": paper.state,
        "revision": paper.revision,
    }
    if paper.pools:
        told["pools"] = list(paper.pools)
    if paper.source == "handed":
        told |= {"sha256": paper.sha256, "size": paper.size, "origin": paper.origin}
    return told


def _envelope_told(envelope: Envelope) -> dict[str, Any]:
    told = {
        "id": envelope.id, "number": envelope.number, "message": envelope.message,
        "sender": envelope.sender, "receiver": envelope.receiver, "state": envelope.state,
    }
    if envelope.papers:
        told["papers"] = [one.told() for one in envelope.papers]
    return told


def _linked(work: Work, sent: tuple[Sent, ...]) -> dict[str, Any]:
    """Return what left for other nodes, by the digest of its bytes, and how things stand there."""
    said: dict[str, Any] = {}
    if sent:
        said["sent"] = [
            {"id": s.id, "node": s.node, "sequence": s.sequence, "kind": s.kind,
             "digest": sha256(s.body).hexdigest()} for s in sent
        ]
    links = work.dossier.links.as_data()
    return {**said, "links": links} if links else said


def _outcome(work: Work) -> dict[str, Any]:
    touched = [
        part for part in work.parts.values()
        if part not in work.before.parts
    ]
    before = {task.id: task for task in work.before.tasks}
    return {
        **_papers_told(work), "standing": work.standing.as_data(),
        "acts": work.acts,
        "states": {part.id: part.digest for part in touched},
        "parts": {part.id: part.status for part in touched},
        "trace": {
            part: [[item.event, item.element, item.name] for item in items]
            for part, items in work.trace.items()
        },
        "tasks": [
            {
                "id": t.id, "element": t.element, "agency": t.agency, "role": t.role,
                "state": t.state, "due": t.due, "assignee": t.assignee, "revision": t.revision,
            }
            for t in work.tasks.values() if before.get(t.id) != t
        ],
        "envelopes": [_envelope_told(e) for e in work.envelopes.values()],
    }
