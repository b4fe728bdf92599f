"""Papers (giấy tờ): what a dossier holds; adding, withdrawing, replacing, handing them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from engine.components.declared import OTHER, Component
from engine.errors import Conflict, NotFound

PaperState = Literal["held", "withdrawn", "replaced", "erased"]

#: Where a paper came from; `fetched` is from a national database, `handed` from another node.
SOURCES = ("submitted", "digitised_at_counter", "reused", "fetched", "handed")
#: Where the office's own files came from: a paper printed here, a paper signed here.
PRINTED, SIGNED = "printed", "signed"
#: How a download stands that is not done -> what the file is called meanwhile.
_COMING = {"waiting": ("pending", "đang tải"), "dead": ("failed", "lỗi tải")}
#: The sources of which paper itself lies at the office.
_ON_PAPER = ("submitted", "digitised_at_counter")
#: Statuses in which papers still come in; the result itself may also follow once it is there.
_OPEN = frozenset({
    "newly_registered", "received", "in_process", "supplement_requested", "payment_requested",
})
_DONE = ("settled", "returned")


@dataclass(frozen=True)
class Paper:
    """One paper of a dossier, numbered from 1 and never removed; `revision` guards its changes.

    Without `sha256` it is paper alone: `shown` at the counter and taken home again (Circular
    03/2025 art. 5.2), or not scanned yet. `name` and `file_name` are personal. `origin` is the
    paper, as dossier/number, that this one reuses or is signed from, dossier#entry for one printed,
    node/dossier/number for one handed over. `pools` are those to which it was handed, or whose
    agency brought it (by process). `signatures` are those in the file as JSON, personal; `asked` is
    the official of whom one more is asked, and `call` its call.
    """

    number: int
    component: str
    copy: str
    count: int
    source: str
    added_at: datetime
    sha256: str | None = None
    size: int | None = None
    media_type: str | None = None
    shown: bool = False
    origin: str | None = None
    name: str = ""
    file_name: str = ""
    state: PaperState = "held"
    handed_back_at: datetime | None = None
    revision: int = 1
    pools: tuple[str, ...] = ()
    signatures: str = ""
    asked: str = ""
    call: str = ""


def need_come(paper: Paper, downloads: Mapping[int, tuple[str, str | None]]) -> None:
    """Raise Conflict while the file of a paper is on its way from another node, or cannot come.

    `downloads` tell by number how they stand (waiting, done, dead), and why one failed.
    """
    state, failure = downloads.get(paper.number, ("done", None))
    if state == "done":
        return
    said, vi = _COMING[state]
    raise Conflict(
        f"Tệp của giấy tờ số {paper.number} {vi} từ nút khác.",
        f"The file of paper {paper.number} is still with another node: {said}"
        f"{f' ({failure})' if failure else ''}.", code=f"paper-{said}", state=said,
    )


def held(papers: Iterable[Paper], component: str) -> tuple[Paper, ...]:
    """Return the papers that count for a component now."""
    return tuple(p for p in papers if p.component == component and p.state == "held")


def need_declared(components: Iterable[Component], code: str) -> Component | None:
    """Return the component of that code, None for another paper; raise NotFound without one."""
    if code == OTHER:
        return None
    for component in components:
        if component.code == code:
            return component
    raise NotFound(
        f"Thủ tục này không có thành phần hồ sơ «{code}»; giấy tờ khác thì dùng mã {OTHER}.",
        f"This procedure declares no component {code!r}; for any other paper the code is {OTHER}.",
        code="no-component",
    )


def need_open(status: str, component: Component | None) -> None:
    """Raise Conflict when papers of that kind can no longer change in a dossier of this status."""
    late = component is not None and component.kind == "own_result" and status in _DONE
    if status not in _OPEN and not late:
        raise Conflict(
            "Hồ sơ đã kết thúc xử lý, không thay đổi thành phần hồ sơ được nữa.",
            f"The dossier is {status}: its papers can no longer change.",
            code="papers-closed", status=status,
        )


def added(
    papers: Iterable[Paper], new: Paper, replaces: int | None = None,
) -> tuple[Paper, ...]:
    """Return what changes when a paper is added, in the place of another one where `replaces`.

    Raises Conflict when the same file is there already, NotFound for a paper to replace that is
    not there under the component.
    """
    known = tuple(papers)
    old = None if replaces is None else standing(known, replaces)
    if old is not None and old.component != new.component:
        raise _no_paper(old.number)
    for paper in held(known, new.component):
        if new.sha256 is not None and paper.sha256 == new.sha256 and paper is not old:
            raise Conflict(
                f"Tệp này đã có trong thành phần «{new.component}» (giấy tờ số {paper.number}).",
                f"This very file is already there under {new.component}: paper {paper.number}.",
                code="same-file", number=paper.number,
            )
    return (new,) if old is None else (_changed(old, "replaced"), new)


def withdrawn(papers: Iterable[Paper], number: int) -> Paper:
    """Return a wrong paper as withdrawn: it stays in the history and counts no more."""
    return _changed(standing(papers, number), "withdrawn")


def handed_back(papers: Iterable[Paper], number: int, at: datetime) -> Paper:
    """Return an original as handed back to the applicant (trả lại bản chính).

    Raises Conflict for what is no original of the applicant's at the office, or has left it.
    """
    paper = numbered(papers, number)
    at_office = paper.source in _ON_PAPER and not paper.shown
    if paper.copy != "original" or not at_office or paper.handed_back_at is not None:
        raise Conflict(
            f"Giấy tờ số {number} không phải bản chính đang giữ tại cơ quan.",
            f"Paper {number} is no original that the office still has.", code="no-original",
            number=number,
        )
    return replace(paper, handed_back_at=at, revision=paper.revision + 1)


def erased(papers: Iterable[Paper], number: int) -> Paper:
    """Return a paper whose file is erased on a recorded decision: its hash stays, and proves it.

    Raises Conflict where it has no file, or has been erased before.
    """
    paper = numbered(papers, number)
    if paper.sha256 is None or paper.state == "erased":
        raise Conflict(
            f"Giấy tờ số {number} không có tệp để xóa.",
            f"Paper {number} has no file to be erased.", code="no-file", state=paper.state,
        )
    return _changed(paper, "erased")


def standing(papers: Iterable[Paper], number: int) -> Paper:
    """Return a paper that counts; raise NotFound without one, Conflict once it counts no more."""
    paper = numbered(papers, number)
    if paper.state != "held":
        raise Conflict(
            f"Giấy tờ số {number} đã rút hoặc đã thay.",
            f"Paper {number} was {paper.state} before.", code="paper-not-held", state=paper.state,
        )
    return paper


def numbered(papers: Iterable[Paper], number: int) -> Paper:
    """Return the paper of that number; raise NotFound when there is none."""
    for paper in papers:
        if paper.number == number:
            return paper
    raise _no_paper(number)


def _changed(paper: Paper, state: PaperState) -> Paper:
    return replace(paper, state=state, revision=paper.revision + 1)


def _no_paper(number: int) -> NotFound:
    return NotFound(
        f"Hồ sơ không có giấy tờ số {number} ở thành phần này.",
        f"The dossier has no paper {number} under this component.", code="no-paper",
    )
