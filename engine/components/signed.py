"""Signed papers (giấy tờ ký số): asking for a signature, and the paper that then stands instead."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.components.papers import PRINTED, SIGNED, Paper, numbered, standing
from engine.errors import Conflict

#: The only kind of file that is signed here.
PDF = "application/pdf"


def asked(papers: Iterable[Paper], number: int, official: str, call: str) -> Paper:
    """Return a paper of which an official's signature is asked.

    Raises Conflict for one that is no PDF, or of which one is being made already; so two signatures
    never start from the same bytes, of which the later would lose the other.
    """
    paper = standing(papers, number)
    if paper.sha256 is None or paper.media_type != PDF:
        raise Conflict(
            f"Giấy tờ số {number} không phải tệp PDF, không ký số được.",
            f"Paper {number} has no PDF file; only that can be signed.", code="not-pdf",
        )
    if paper.call:
        raise Conflict(
            f"Giấy tờ số {number} đang chờ chữ ký số của {paper.asked}; đợi xong, hoặc rút yêu cầu "
            "đó.", f"The signature of {paper.asked} on paper {number} is under way; wait for it, "
            "or withdraw it.", code="signature-under-way", number=number, official=paper.asked,
        )
    return replace(paper, asked=official, call=call, revision=paper.revision + 1)


def unasked(papers: Iterable[Paper], number: int) -> Paper:
    """Return a paper of which no signature is asked any more; raise Conflict where none was."""
    paper = standing(papers, number)
    if not paper.call:
        raise Conflict(
            f"Giấy tờ số {number} không chờ chữ ký nào.",
            f"No signature on paper {number} is under way.", code="no-signature-asked",
        )
    return replace(paper, asked="", call="", revision=paper.revision + 1)


def need_not_printed_before(papers: Iterable[Paper], origin: str) -> None:
    """Raise Conflict where a printed paper has come among the papers before, naming its number."""
    of = [p for p in papers if p.source == PRINTED and p.origin == origin]
    if of:
        raise Conflict(
            f"Giấy này đã thành giấy tờ số {of[0].number} của hồ sơ; hãy ký giấy tờ đó, hoặc bản "
            "đã ký của nó.", f"This is paper {of[0].number} of the dossier already; sign that, or "
            "the signed one made of it.", code="printed-before", number=of[0].number,
        )


def signed(
    papers: Sequence[Paper], number: int, before: Mapping[str, Any], new: Paper,
) -> tuple[Paper, Paper]:
    """Return a paper as replaced, and the signed one that takes its place; `new` has its file.

    Raises Conflict where the paper counts no more, or its file is not the one that was signed.
    """
    old = standing(papers, number)
    if (old.sha256, old.size) != (before["sha256"], before["size"]):
        raise Conflict(
            f"Giấy tờ số {number} không còn là tệp đã ký.",
            f"Paper {number} is not the file that was signed.", code="paper-changed",
        )
    put = replace(
        new, component=old.component, copy="electronic", count=old.count, source=SIGNED,
        media_type=PDF, name=old.name, file_name=old.file_name, pools=old.pools,
        signatures=said([*read(old.signatures), *read(new.signatures)]),
    )
    return replace(
        old, state="replaced", asked="", call="", revision=old.revision + 1), put


def lineage(papers: Collection[Paper], paper: Paper) -> tuple[Paper, ...]:
    """Return a paper with those that it was signed from, the unsigned one last."""
    found = [paper]
    while found[-1].source == SIGNED:
        origin = found[-1].origin or ""  # dossier/number
        found.append(numbered(papers, int(origin.rpartition("/")[2])))
    return tuple(found)


def standing_for(papers: Iterable[Paper], component: str, sha256: str) -> Paper | None:
    """Return what stands for a file that comes (again), None where it is to be entered.

    That is the paper that counts with the very file, else its signed copy that counts, else the one
    of either that was erased on a decision: such a file does not come back by a message.
    """
    known = tuple(papers)
    for state in ("held", "erased"):
        found = [p for p in known if (p.component, p.state) == (component, state)]
        for paper in sorted(found, key=lambda p: p.sha256 != sha256):
            if any(one.sha256 == sha256 for one in lineage(known, paper)):
                return paper
    return None


def said(signatures: Sequence[Any]) -> str:
    """Return the signatures of a file as a paper keeps them, empty for none."""
    return json.dumps(signatures, ensure_ascii=False, sort_keys=True) if signatures else ""


def read(kept: str) -> list[Any]:
    """Return the signatures that a paper keeps."""
    found: list[Any] = json.loads(kept) if kept else []
    return found
