"""Paperwork (yêu cầu về giấy tờ): what can be asked about papers, and of what is personal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class AddPaper:
    """Add a paper to a dossier (thêm giấy tờ) under a component's code, or under `other`.

    `file` ({sha256, size, media_type}) is None for paper alone; `shown` tells that it was only
    shown. `origin` is the paper, as dossier/number, that is reused; `replaces` the number of a
    wrong one. `content` (name, file_name, because) is personal. `pool` is the process whose agency
    adds it, where papers cross by declaration alone.
    """

    dossier: str
    component: str
    copy: str = "original"
    count: int = 1
    source: str = "submitted"
    shown: bool = False
    file: Mapping[str, Any] | None = None
    origin: str | None = None
    replaces: int | None = None
    content: Mapping[str, Any] = field(default_factory=dict)
    pool: str = ""


@dataclass(frozen=True)
class WithdrawPaper:
    """Withdraw a wrong paper (rút giấy tờ sai): it stays in the history and counts no more."""

    dossier: str
    number: int
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class HandBackPapers:
    """Hand originals back to the applicant (trả lại bản chính) by their numbers."""

    dossier: str
    numbers: Sequence[int]
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ErasePaper:
    """Erase the file of a paper (xóa tệp giấy tờ) on a decision, by its number and who took it."""

    dossier: str
    number: int
    decision: str
    decided_by: str


@dataclass(frozen=True)
class ErasePersonal:
    """Erase the personal data of a dossier that is over (xóa dữ liệu cá nhân), on a decision.

    Who asks gives its number, who took it, and the ids of envelopes that it `drops` undelivered.
    The office adds what is erased: the files of `papers` by number, and the bodies of `envelopes`:
    for each `way` (out, in), `node`, `id`, digests of `body` and of its `data`, `time`, and the
    `key` by which its signature held at that moment, empty where it did not.
    """

    dossier: str
    decision: str
    decided_by: str
    drops: Sequence[str] = ()
    papers: Sequence[int] = ()
    envelopes: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True)
class PrintPaper:
    """Print a paper of the law (in giấy tờ) about a dossier, as `format` docx or pdf.

    Who asks gives the first four; the office adds which form it was, which copy of that kind
    (`number`, from 1), and the hash and size in bytes by which the paper is known again. `content`
    is the random mark inside the paper: without it a hash in the chain would let anyone try out
    what the paper says of a person.
    """

    dossier: str
    paper: str
    format: str
    asked: bool = False
    form: str = ""
    number: int = 0
    sha256: str = field(default="", repr=False)
    size: int = 0
    content: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class PrintRegister:
    """Print an agency's register of dossiers (in sổ theo dõi) received on days, both included."""

    agency: str
    since: date
    until: date


PaperCommand = AddPaper | WithdrawPaper | HandBackPapers
