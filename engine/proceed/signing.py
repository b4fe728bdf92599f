"""Signing (ký số) of papers in hand: asked for, withdrawn, brought in; never looking at a file."""

from __future__ import annotations

from dataclasses import replace
from uuid import NAMESPACE_URL, uuid5

from engine.components import signed as of
from engine.components.declared import OTHER
from engine.components.papers import PRINTED, SIGNED, Paper, need_declared, need_open, numbered
from engine.dossier import ServiceCall
from engine.errors import Conflict
from engine.flow import run
from engine.proceed import parts
from engine.proceed.work import Work
from engine.signing import AskSignature, BringSignature, WithdrawSignature
from engine.step import Service

#: The element under which operators see calls that an official has asked for, drawn nowhere.
ELEMENT = "motcua.sign"


def ask(work: Work, command: AskSignature) -> None:
    """Let a call for a signature wait; a printed paper comes among the papers first."""
    number = command.number
    if number is None:
        number = _printed(work, command)
    paper = numbered(work.papers.values(), number)
    if paper.source not in (PRINTED, SIGNED):
        need_open(
            work.standing.status, need_declared(work.facts.drawn.components, paper.component))
    seed = f"urn:motcua:{work.dossier.code}/{work.dossier.entries + 1}/sign/{number}"
    call = str(uuid5(NAMESPACE_URL, seed))
    asked = of.asked(work.papers.values(), number, work.facts.actor, call)
    # A paper that this very command has brought is new, and not changed.
    work.papers[number] = asked if command.number else replace(asked, revision=1)
    work.calls[call] = ServiceCall(
        call, "", ELEMENT, command.agency, Service("connector", command.connector),
        {"paper": number}, {**work.visible(), "official": work.facts.actor},
    )


def withdraw(work: Work, command: WithdrawSignature) -> None:
    """End the call for a signature that has not been made."""
    paper = numbered(work.papers.values(), command.number)
    work.papers[paper.number] = of.unasked(work.papers.values(), paper.number)
    work.ended.append(paper.call)


def bring(work: Work, command: BringSignature) -> None:
    """Put the signed paper in the place of the other; a drawn service task goes on with it."""
    known = tuple(work.papers.values())
    old, new = of.signed(known, command.number, command.before, _paper(work, command))
    work.papers.update({old.number: old, new.number: new})
    call = numbered(known, command.number).call
    if call == command.task:
        _need_asked(numbered(known, command.number), command)
        work.ended.append(call)
        return
    if call:
        work.ended.append(call)  # it was of the file that is now replaced
    task = next((t for t in work.before.tasks if t.id == command.task), None)
    if task is None:
        raise Conflict("Việc này đã đóng.", "This call is over.", code="task-not-open")
    part = parts.running(work, task.part)
    result = {
        "paper": new.number, "sha256": new.sha256, "official": command.official,
        "signed_at": command.signed_at, "level": command.level,
    }
    step = run.complete(work.facts.flow, part.state, task.id, result, work.setting())
    parts.absorb(work, part.id, step)


def _need_asked(paper: Paper, command: BringSignature) -> None:
    if paper.asked != command.official:
        raise Conflict(
            f"Chữ ký không phải của {paper.asked}.",
            f"This is not the signature of {paper.asked}.", code="another-official",
        )


def _printed(work: Work, command: AskSignature) -> int:
    """Put a printed paper among those of the dossier and return its number."""
    origin, file = f"{work.dossier.code}#{command.entry}", command.file or {}
    of.need_not_printed_before(work.papers.values(), origin)
    number = len(work.papers) + 1
    work.papers[number] = Paper(
        number=number, component=OTHER, copy="electronic", count=1, source=PRINTED,
        added_at=work.facts.now, sha256=file.get("sha256"), size=file.get("size"),
        media_type=of.PDF, origin=origin, name=str(command.content.get("name") or ""),
        file_name=str(command.content.get("file_name") or ""),
        pools=(command.pool,) if command.pool else (),
    )
    return number


def _paper(work: Work, command: BringSignature) -> Paper:
    signature = {
        "status": "valid", "subject": command.content.get("subject", ""),
        "issuer": command.certificate["issuer"], "serial": command.certificate["serial"],
        "level": command.level, "signed_at": command.signed_at,
    }
    return Paper(
        number=len(work.papers) + 1, component=OTHER, copy="electronic", count=1, source=SIGNED,
        added_at=work.facts.now, sha256=command.file["sha256"], size=command.file["size"],
        origin=f"{work.dossier.code}/{command.number}", signatures=of.said([signature]),
    )
