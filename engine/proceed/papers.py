"""Papers (giấy tờ) of a dossier in hand: the commands on them, and how they cross with messages.

Without ever looking at a file: a paper crosses by its hash, its bytes are fetched beside.
"""

from __future__ import annotations

from dataclasses import replace

from engine.components.declared import Component
from engine.components.papers import (
    Paper,
    added,
    erased,
    handed_back,
    held,
    need_declared,
    need_open,
    numbered,
    withdrawn,
)
from engine.components.signed import lineage, said, standing_for
from engine.errors import Conflict, Forbidden
from engine.handoff import Envelope, HandedPaper
from engine.law.status import ENDED
from engine.paperwork import AddPaper, ErasePaper, ErasePersonal, HandBackPapers, PaperCommand
from engine.proceed.work import Work
from engine.step import Outgoing

#: The statuses in which nothing more happens to a dossier.
OVER = ENDED | {"returned"}


def change(work: Work, command: PaperCommand) -> None:
    """Do a command on papers; raise NotFound or Conflict where the dossier does not allow it."""
    known = tuple(work.papers.values())
    if isinstance(command, HandBackPapers):
        new = tuple(handed_back(known, n, work.facts.now) for n in command.numbers)
    elif isinstance(command, AddPaper):
        component = _open(work, command.component)
        new = added(known, _paper(work, command, component), command.replaces)
    else:
        _open(work, numbered(known, command.number).component)
        new = (withdrawn(known, command.number),)
    work.papers.update((paper.number, paper) for paper in new)


def erase(work: Work, command: ErasePaper) -> None:
    """Note that the file of a paper is erased, whatever the status of its dossier."""
    work.papers[command.number] = erased(tuple(work.papers.values()), command.number)


def erase_all(work: Work, command: ErasePersonal) -> None:
    """Note that the files of a dossier that is over are erased with all else that is personal.

    Raises Conflict while it is under way: nobody could work on what is gone.
    """
    running = any(part.status == "running" for part in work.parts.values())
    if work.standing.status not in OVER or running or work.open_tasks():
        raise Conflict(
            "Hồ sơ chưa xong (chưa trả kết quả, chưa rút, dừng hay từ chối, hoặc còn bước đang "
            "mở); xử lý xong rồi mới xóa dữ liệu cá nhân.",
            "The dossier is not over (not returned, withdrawn, stopped or refused, or a task is "
            "open); end it before its personal data are erased.", code="dossier-under-way",
        )
    work.forget_undo()  # it can never be taken up again
    for number in command.papers:
        work.papers[number] = erased(tuple(work.papers.values()), number)


def end_calls(work: Work) -> None:
    """End the signatures under way of papers that this command lets count no more."""
    for paper in changed(work):
        if paper.call and paper.state != "held":
            work.ended.append(paper.call)
            work.papers[paper.number] = replace(paper, asked="", call="")


def changed(work: Work) -> tuple[Paper, ...]:
    """Return the papers that this command has brought or changed."""
    known = set(work.before.papers)
    return tuple(paper for paper in work.papers.values() if paper not in known)


def declared(work: Work, sent: Outgoing) -> tuple[HandedPaper, ...]:
    """Return the papers that a message carries: those with a file that count for its components.

    What lies at the counter on paper alone stays there.
    """
    return tuple(
        HandedPaper(
            number=paper.number, component=paper.component, copy=paper.copy, count=paper.count,
            sha256=paper.sha256, size=paper.size or 0, media_type=paper.media_type or "",
            name=paper.name, file_name=paper.file_name,
        )
        for code in sent.papers for paper in held(work.papers.values(), code) if paper.sha256
    )


def reach(work: Work, envelope: Envelope) -> None:
    """Let the pool to which a message goes in this database see the papers that it carries."""
    for one in envelope.papers:
        _reach(work, work.papers[one.number], envelope.receiver or "")


def take_in(work: Work, envelope: Envelope, node: str) -> None:
    """Enter the papers that came with a message of another node; their bytes follow.

    One that is here already, or of which a signed copy is, only becomes visible to the pool; one
    that was erased here on a decision stays erased, and the message is taken all the same. Those
    that the node handed over before under the same component, and now no longer among them, have
    been replaced there, and so are they and their signed copies here. Raises Forbidden for a paper
    of a component that the message does not declare.
    """
    codes = work.facts.flow.papers.get(envelope.message, ())
    here = f"{node}/{work.dossier.code}/"
    for one in envelope.papers:
        if one.component not in codes:
            raise Forbidden(
                f"Thông điệp «{envelope.message}» không khai giấy tờ «{one.component}».",
                f"Message {envelope.message!r} declares no paper {one.component!r}.",
                code="paper-not-declared",
            )
    for component in dict.fromkeys(one.component for one in envelope.papers):
        came = {one.sha256 for one in envelope.papers if one.component == component}
        for paper in held(tuple(work.papers.values()), component):
            if _gone(work, paper, here, came):
                work.papers[paper.number] = replace(
                    paper, state="replaced", revision=paper.revision + 1)
    for one in envelope.papers:
        _enter(work, one, envelope.receiver or "", f"{here}{one.number}")


def _gone(work: Work, paper: Paper, here: str, came: set[str]) -> bool:
    """Tell whether a paper that counts, or what it was signed from, was replaced at its sender."""
    known = lineage(work.papers.values(), paper)
    handed = (known[-1].origin or "").startswith(here)
    return handed and came.isdisjoint({one.sha256 for one in known})


def _enter(work: Work, one: HandedPaper, pool: str, origin: str) -> None:
    known = standing_for(work.papers.values(), one.component, one.sha256)
    if known is not None:
        if known.sha256 != one.sha256 or known.state != "held":
            work.stand.append({
                "origin": origin, "sha256": one.sha256, "number": known.number,
                "state": known.state,
            })
        _reach(work, known, pool)
        return
    number = len(work.papers) + 1
    work.papers[number] = Paper(
        number=number, component=one.component, copy=one.copy, count=one.count, source="handed",
        added_at=work.facts.now, sha256=one.sha256, size=one.size, media_type=one.media_type,
        origin=origin, name=one.name, file_name=one.file_name, pools=(pool,),
    )


def _reach(work: Work, paper: Paper, pool: str) -> None:
    if pool in paper.pools:
        return
    known = any(paper.number == one.number for one in work.before.papers)
    work.papers[paper.number] = replace(
        paper, pools=(*paper.pools, pool), revision=paper.revision + known)


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
        pools=(command.pool,) if command.pool else (),
    )
