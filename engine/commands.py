"""Commands (yêu cầu): the whole list of what can be asked of the office."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from engine.calling import CallCommand
from engine.errors import Corrupt
from engine.paperwork import (
    AddPaper,
    ErasePaper,
    ErasePersonal,
    HandBackPapers,
    PaperCommand,
    PrintPaper,
    PrintRegister,
    WithdrawPaper,
)
from engine.signing import AskSignature, BringSignature, SigningCommand, WithdrawSignature
from engine.worktime import Amendment


@dataclass(frozen=True)
class RegisterDossier:
    """Register a dossier (đăng ký hồ sơ) for a procedure at a receiving agency.

    `channel` is direct, online or postal (Decree 61/2018 art. 16); `applicant` and `answers` are
    personal and enter the chain as salted digests only.
    """

    procedure: str
    receiving_agency: str
    channel: str
    applicant: Mapping[str, Any]
    answers: Mapping[str, Any] = field(default_factory=dict)
    competent_agency: str | None = None


@dataclass(frozen=True)
class PerformAct:
    """Perform an act of the law (hành vi) on a dossier; `content` holds its reason and details."""

    dossier: str
    act: str
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CompleteTask:
    """Complete a task (hoàn thành bước xử lý) with the official's answers."""

    task: str
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ClaimTask:
    """Take a task on (nhận việc)."""

    task: str


@dataclass(frozen=True)
class UnclaimTask:
    """Give a claimed task back to its desk (trả việc)."""

    task: str


@dataclass(frozen=True)
class AssignTask:
    """Give a task to a person of the same desk (phân công)."""

    task: str
    person: str


@dataclass(frozen=True)
class FireTimer:
    """Let a timer that has come due move its part (đến hạn)."""

    dossier: str
    part: str
    wait: str


@dataclass(frozen=True)
class CompleteService:
    """Bring in what a machine made of a service task (kết quả dịch vụ): a result or an error.

    `answers` are the result's values by name, `error` the code that the drawing catches, `content`
    what the machine says of it; `lock` is the token of its claim, which must still hold.
    """

    task: str
    lock: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AdoptCalendar:
    """Let a dossier's dates follow its agency's changed calendar (tính lại theo lịch mới).

    `decision` is the number of the decision that changed it, `decided_by` who took it.
    """

    dossier: str
    agency: str
    decision: str
    decided_by: str | None = None


@dataclass(frozen=True)
class ChangeCalendars:
    """Change the calendars of agencies by a decision (thay đổi lịch làm việc).

    Without `agencies` every agency's; what the amendment does not name stays as each has it.
    """

    amendment: Amendment
    decision: str
    decision_date: date
    decided_by: str
    agencies: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReceiveEnvelope:
    """Take an envelope of another node in (nhận liên thông): its id, sequence and event.

    `content` is the data of the event: what it says of the dossier, and the message.
    """

    dossier: str
    node: str
    id: str
    sequence: int
    event: str
    digest: str
    content: Mapping[str, Any] = field(repr=False, default_factory=dict)


@dataclass(frozen=True)
class UploadVersion:
    """Upload a new version of a procedure (tải lên quy trình): names to source bytes."""

    procedure: str
    files: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True)
class SubmitVersion:
    """Hand a draft in for approval (trình)."""

    procedure: str
    number: int


@dataclass(frozen=True)
class ApproveVersion:
    """Approve a submitted version (phê duyệt) by decision number and date."""

    procedure: str
    number: int
    decision: str
    decision_date: date


@dataclass(frozen=True)
class PublishVersion:
    """Publish an approved version (ban hành) with effect from a day on."""

    procedure: str
    number: int
    effective_from: date


@dataclass(frozen=True)
class RetireVersion:
    """Retire a published version (bãi bỏ)."""

    procedure: str
    number: int


DossierCommand = (
    RegisterDossier | PerformAct | CompleteTask | ClaimTask | UnclaimTask | AssignTask | FireTimer
    | AdoptCalendar | ReceiveEnvelope | PrintPaper | PaperCommand | CompleteService | ErasePaper
    | ErasePersonal | SigningCommand
)
ProcedureCommand = UploadVersion | SubmitVersion | ApproveVersion | PublishVersion | RetireVersion
Command = DossierCommand | ProcedureCommand | ChangeCalendars | CallCommand | PrintRegister

#: The dossier commands by the name under which history keeps them; never rename one.
KINDS: Mapping[str, type[DossierCommand]] = {
    "register": RegisterDossier, "act": PerformAct, "complete": CompleteTask, "claim": ClaimTask,
    "unclaim": UnclaimTask, "assign": AssignTask, "fire": FireTimer,
    "adopt-calendar": AdoptCalendar, "receive": ReceiveEnvelope, "print": PrintPaper,
    "add-paper": AddPaper, "withdraw-paper": WithdrawPaper, "hand-back-papers": HandBackPapers,
    "service": CompleteService, "erase-paper": ErasePaper,
    "erase-personal": ErasePersonal,
    "ask-signature": AskSignature, "withdraw-signature": WithdrawSignature,
    "signature": BringSignature,
}
_NAMES = {kind: name for name, kind in KINDS.items()}

#: Fields that are personal wherever they stand: kept beside the chain, salted digests inside it.
PERSONAL = frozenset({"applicant", "answers", "content"})
#: Fields that commands have got since: empty ones leave the bytes of old entries as they were.
_LATER = frozenset({"pool"})


@dataclass(frozen=True)
class Request:
    """What makes a repeated request recognisable: a key unique per actor, method and path."""

    key: str
    method: str
    path: str
    body_hash: str


def to_json(command: DossierCommand) -> dict[str, Any]:
    """Return a dossier command as history keeps it."""
    told = ((f.name, getattr(command, f.name)) for f in fields(command))
    return {"kind": _NAMES[type(command)], **{k: v for k, v in told if v or k not in _LATER}}


def from_json(body: Mapping[str, Any]) -> DossierCommand:
    """Return the command that history kept; raise Corrupt when it is none of ours."""
    kind = KINDS.get(body.get("kind", ""))
    if kind is None:
        raise Corrupt(
            "Nhật ký có yêu cầu không rõ loại.",
            f"The history holds a command of unknown kind {body.get('kind')!r}.",
        )
    return kind(**{name: value for name, value in body.items() if name != "kind"})
