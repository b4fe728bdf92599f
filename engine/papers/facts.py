"""Facts of papers (nội dung giấy tờ): one plain frozen record per paper, all of it text.

Templates see these fields under the same names, those of the heading beside the paper's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Applicant:
    """Who handed the dossier in (người nộp hồ sơ)."""

    name: str = ""
    id_number: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""


@dataclass(frozen=True)
class Heading:
    """What stands on every paper (phần chung): agency, code, form, place and day, who signs."""

    form: str
    title: str
    agency: str
    unit: str
    place_and_day: str
    code: str
    number: int
    procedure: str
    procedure_code: str
    applicant: Applicant
    official: str
    article: str
    note: str = "Bố cục tham khảo"


@dataclass(frozen=True)
class Component:
    """One paper of the dossier (thành phần hồ sơ): its name, kind of copy and count."""

    name: str
    kind: str
    count: str


@dataclass(frozen=True)
class Receipt:
    """Receipt and appointment (giấy tiếp nhận hồ sơ và hẹn trả kết quả)."""

    heading: Heading
    channel: str
    through: str
    limit: str
    received: str
    due: str
    return_place: str
    fee: str
    components: tuple[Component, ...]


@dataclass(frozen=True)
class SupplementRequest:
    """Supplement request (phiếu yêu cầu bổ sung, hoàn thiện hồ sơ)."""

    heading: Heading
    requested: str
    times: str
    reason: str
    items: tuple[str, ...]
    guidance: str
    until: str
    restart: str


@dataclass(frozen=True)
class Refusal:
    """Refusal (phiếu từ chối), at reception or to settle; `what` says which."""

    heading: Heading
    what: str
    refused: str
    reason: str
    apology: str


@dataclass(frozen=True)
class Apology:
    """Apology and new appointment (xin lỗi, hẹn lại ngày trả kết quả)."""

    heading: Heading
    received: str
    was: str
    due: str
    reason: str
    apology: str
    once: str


@dataclass(frozen=True)
class StopNotice:
    """Stop notice (thông báo dừng giải quyết hồ sơ)."""

    heading: Heading
    received: str
    stopped: str
    reason: str
    cause: str


@dataclass(frozen=True)
class SlipRow:
    """One handing over on the control slip: who gave, who took, when, and what came of it."""

    step: str
    giver: str
    taker: str
    given: str
    finished: str
    due: str
    verdict: str


@dataclass(frozen=True)
class ControlSlip:
    """Control slip (phiếu kiểm soát quá trình giải quyết hồ sơ)."""

    heading: Heading
    settling: str
    coordinating: str
    received: str
    due: str
    verdict: str
    rows: tuple[SlipRow, ...]


@dataclass(frozen=True)
class RegisterRow:
    """One line of the register of dossiers (sổ theo dõi hồ sơ)."""

    number: str
    code: str
    procedure: str
    applicant: str
    contact: str
    received: str
    due: str
    finished: str
    result: str
    channel: str
    verdict: str
    notes: str


@dataclass(frozen=True)
class Register:
    """The register of an agency (sổ theo dõi hồ sơ) for a period."""

    form: str
    title: str
    agency: str
    unit: str
    period: str
    place_and_day: str
    official: str
    rows: tuple[RegisterRow, ...] = field(default=())
    note: str = "Bố cục tham khảo"


PaperFacts = Receipt | SupplementRequest | Refusal | Apology | StopNotice | ControlSlip


def context(facts: PaperFacts | Register) -> dict[str, Any]:
    """Return the facts as plain data for a template: no object of ours goes into one."""
    found = _plain(facts)
    heading = found.pop("heading", {})
    return {**heading, **found}


def _plain(value: Any) -> Any:
    if hasattr(value, "__dataclass_fields__"):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
