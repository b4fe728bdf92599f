"""Papers (giấy tờ) of a dossier in hand: the commands on them, without ever looking at a file."""

from __future__ import annotations

from engine.commands import AddPaper, HandBackPapers, PaperCommand
from engine.components.declared import Component
from engine.components.papers import (
    Paper,
    added,
    handed_back,
    need_declared,
    need_open,
    numbered,
    withdrawn,
)
from engine.components.signed import said
from engine.proceed.work import Work


def change(work: Work, command: PaperCommand) -> None:
    """Do a command on papers; raise NotFound or Conflict where the dossier does not allow it."""
    known = tuple(work.papers.values())
    if isinstance(command, HandBackPapers):
        changed = tuple(handed_back(known, n, work.facts.now) for n in command.numbers)
    elif isinstance(command, AddPaper):
        component = _open(work, command.component)
        changed = added(known, _paper(work, command, component), command.replaces)
    else:
        _open(work, numbered(known, command.number).component)
        changed = (withdrawn(known, command.number),)
    work.papers.update((paper.number, paper) for paper in changed)
    work.ended.extend(p.call for p in changed if p.call and p.state != "held")


def _open(work: Work, code: str) -> Component | None:
    """Return the component that may still change in this dossier, None for another paper."""
    component = need_declared(work.facts.drawn.components, code)
    need_open(work.standing.status, component)
    return component


def _paper(work: Work, command: AddPaper, component: Component | None) -> Paper:
    file = command.file or {}
    return Paper(
        signatures=said(command.content.get("signatures") or ()),
        number=len(work.papers) + 1, component=command.component, copy=command.copy,
        count=command.count, source=command.source, added_at=work.facts.now,
        sha256=file.get("sha256"), size=file.get("size"), media_type=file.get("media_type"),
        shown=command.shown, origin=command.origin,
        name=str(command.content.get("name") or (component.name if component else "")),
        file_name=str(command.content.get("file_name") or ""),
    )
