"""Procedures (thủ tục hành chính): versions and their lifecycle; bytes and dates, no XML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import Literal

from engine.components.declared import Component
from engine.errors import Conflict, Forbidden, Invalid, NotFound

State = Literal["draft", "submitted", "approved", "published", "retired"]


@dataclass(frozen=True)
class Facts:
    """What the drawing says of the procedure itself; `limits` are (when, value) alternatives.

    `tacit_consent`: a consulted agency that is silent agrees (as Decree 31/2021 art. 6 has it for
    investment). `supplement_days`: in how many working days sector law lets a supplement be asked
    for after appraisal, None where the rule set's number holds.
    """

    code: str
    name: str
    limit: str | None = None
    limits: tuple[tuple[str, str], ...] = ()
    decision: str | None = None
    field: str | None = None
    level: str | None = None
    calendar_days: bool = False
    tacit_consent: bool = False
    supplement_days: int | None = None
    components: tuple[Component, ...] = ()


@dataclass(frozen=True)
class Pool:
    """One pool of the diagram: its process becomes one part (phần việc) of each dossier.

    `agency` is a code, a name or `dossier.<field>`, as drawn; `lead` marks the pool of the
    receiving one-stop unit; `starts` tells whether it starts by itself (plain start event).
    """

    process: str
    name: str
    agency: str | None
    starts: bool
    lead: bool


@dataclass(frozen=True)
class Lowered:
    """The bytes that run, pinned by hash, with the rewriting's version and source map."""

    content: bytes
    hash: str
    version: int
    source_map: Mapping[str, str]


@dataclass(frozen=True)
class Version:
    """One version (phiên bản) of a procedure, from draft to retirement.

    `files` maps names to source bytes (.bpmn, .dmn, .form); `source_hash` covers all of them.
    """

    procedure: str
    number: int
    files: Mapping[str, bytes] = field(repr=False)
    source_hash: str
    lowered: Lowered = field(repr=False)
    facts: Facts
    pools: tuple[Pool, ...]
    state: State = "draft"
    author: str = ""
    submitted_by: str | None = None
    approved_by: str | None = None
    decision: str | None = None
    decision_date: date | None = None
    effective_from: date | None = None


def hash_files(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 over names and bytes of all files, in name order, lengths included."""
    total = sha256()
    for name in sorted(files):
        head = name.encode()
        total.update(len(head).to_bytes(4, "big") + head)
        total.update(len(files[name]).to_bytes(8, "big") + files[name])
    return total.hexdigest()


def submit(version: Version, person: str) -> Version:
    """Hand a draft in for approval."""
    _must_be(version, "draft", "submit")
    return replace(version, state="submitted", submitted_by=person)


def approve(version: Version, person: str, decision: str, on: date, today: date) -> Version:
    """Approve a submitted version by decision number and date; never one's own draft.

    Circular 01/2018 art. 8 has the internal process approved by decision of a competent authority.
    """
    _must_be(version, "submitted", "approve")
    if person in (version.author, version.submitted_by):
        raise Forbidden(
            "Người soạn hoặc trình không được tự phê duyệt; hãy để người khác phê duyệt.",
            "The author or submitter may not approve; ask another approver.",
            code="own-draft",
        )
    if not decision.strip():
        raise Invalid("Thiếu số quyết định.", "The decision number is missing.")
    if on > today:
        raise Invalid(
            f"Quyết định ghi ngày {on:%d/%m/%Y}, sau hôm nay.",
            f"The decision is dated {on.isoformat()}, after today.",
            code="decision-date-future",
        )
    return replace(
        version, state="approved", approved_by=person, decision=decision.strip(), decision_date=on,
    )


def publish(version: Version, effective_from: date, today: date) -> Version:
    """Publish an approved version: it rules dossiers received from that day on."""
    _must_be(version, "approved", "publish")
    if effective_from < today:
        raise Invalid(
            f"Ngày hiệu lực {effective_from:%d/%m/%Y} đã qua; chọn từ hôm nay trở đi.",
            f"{effective_from.isoformat()} has passed; choose today or later.",
            code="effective-date-past",
        )
    return replace(version, state="published", effective_from=effective_from)


def retire(version: Version) -> Version:
    """Retire a published version: no new dossier starts on it, running ones stay."""
    _must_be(version, "published", "retire")
    return replace(version, state="retired")


def in_force(versions: Iterable[Version], day: date) -> Version:
    """Return the version that rules a dossier received that day; raise NotFound if none.

    The newest in effect rules. Once it is retired none does: an older one, replaced by decision,
    does not come back by itself.
    """
    begun = [
        v for v in versions
        if v.state in ("published", "retired") and (v.effective_from or date.max) <= day
    ]
    newest = max(begun, key=lambda v: (v.effective_from or date.min, v.number), default=None)
    if newest is None or newest.state == "retired":
        raise NotFound(
            f"Không có quy trình nào có hiệu lực vào ngày {day:%d/%m/%Y}.",
            f"No version of this procedure is in force on {day.isoformat()}.",
            code="procedure-not-in-force",
        )
    return newest


def _must_be(version: Version, state: State, verb: str) -> None:
    if version.state != state:
        raise Conflict(
            f"Phiên bản {version.number} đang ở trạng thái {version.state}, cần {state}.",
            f"Cannot {verb}: version {version.number} is {version.state}, it must be {state}.",
            code="wrong-state", state=version.state,
        )
