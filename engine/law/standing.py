"""Standing (tình trạng pháp lý): all that the law looks at in a dossier, and what acts do to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.errors import Conflict, Fault, Invalid
from engine.law.rules import RuleSet
from engine.law.status import Status, move
from engine.worktime import Calendar


@dataclass(frozen=True)
class Hold:
    """A hold (tạm giữ): tasks stay visible, completing one is refused until `until_act`."""

    act: str
    since: datetime
    article: str
    until_act: str


@dataclass(frozen=True)
class Pause:
    """A hold that has ended (thời gian tạm dừng): the time from `since` to `until` was not worked.

    `restarts` tells that the legal clock began anew at its end instead of going on.
    """

    act: str
    since: datetime
    until: datetime
    restarts: bool = False
    part: str | None = None


@dataclass(frozen=True)
class Extension:
    """An extension (gia hạn): granted at `at`, it moved the due date from `was` to `due`."""

    at: datetime
    was: datetime
    due: datetime


@dataclass(frozen=True)
class Consultation:
    """An agency asked for its opinion (lấy ý kiến); `tacit`: silence was taken as agreement."""

    id: str
    agency: str
    asked_at: datetime
    due: datetime | None = None
    answered_at: datetime | None = None
    tacit: bool = False


@dataclass(frozen=True)
class Charge:
    """What the applicant must pay (nghĩa vụ tài chính), in đồng."""

    amount: int
    asked_at: datetime
    paid_at: datetime | None = None


@dataclass(frozen=True)
class Alert:
    """A warning that fired by itself (cảnh báo), once for what it is `about`."""

    kind: str
    at: datetime
    about: str = ""


@dataclass(frozen=True)
class Standing:
    """The legal side of a dossier; instants are aware, `limit` is the text of the time limit.

    `forwarded_at` is when the one-stop unit passed it on; `ended_at` when it ended without result.
    """

    status: Status = "newly_registered"
    accepted_at: datetime | None = None
    clock_from: datetime | None = None
    limit: str | None = None
    due: datetime | None = None
    derivation: tuple[str, ...] = ()
    supplements: int = 0
    hold: Hold | None = None
    result: str | None = None
    settled_at: datetime | None = None
    returned_at: datetime | None = None
    forwarded_at: datetime | None = None
    ended_at: datetime | None = None
    on_the_spot: bool = False
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    charges: tuple[Charge, ...] = ()
    alerts: tuple[Alert, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Return the fields as history and the archive keep them, instants as they are.

        Fields of LATER that say nothing are left out, so that older entries keep their bytes.
        """
        known = {k: v for k, v in vars(self).items() if v or k not in LATER}
        for name in RECORDS:
            if name in known:
                known[name] = [dict(vars(record)) for record in known[name]]
        return {**known, "hold": None if self.hold is None else dict(vars(self.hold))}

    def moved(self, then: Status) -> Standing:
        """Return the standing with a new status; raise Conflict off the table."""
        return replace(self, status=move(self.status, then))


#: The fields of Standing that hold records, and what each is made of.
RECORDS: Mapping[str, type[Pause | Extension | Consultation | Charge | Alert]] = {
    "pauses": Pause, "extensions": Extension, "consultations": Consultation, "charges": Charge,
    "alerts": Alert,
}
#: The fields that came after the first version of stored standings.
LATER = frozenset({"forwarded_at", "ended_at", "on_the_spot", *RECORDS})


@dataclass(frozen=True)
class Circumstances:
    """What an act is performed in: instant, content, rules, limit as text, and the calendar."""

    now: datetime
    content: Mapping[str, Any]
    rules: RuleSet
    limit: str | None
    calendar: Calendar
    calendar_days: bool = False


@dataclass(frozen=True)
class Effect:
    """What an act does: new standing, whether parts end, and the act task that it opens."""

    standing: Standing
    ends_parts: bool = False
    opens: str | None = None


#: An act of the law: (standing, circumstances) -> effect; raises Conflict or Invalid.
Act = Callable[[Standing, Circumstances], Effect]


def need_reason(circumstances: Circumstances, act: str) -> None:
    """Raise Invalid unless the act states its reason, as the law demands in writing."""
    reason = circumstances.content.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        article = circumstances.rules.article(act)
        raise Invalid(
            f"Phải nêu rõ lý do ({article}).", f"A reason is required ({article}).",
            [Fault("/reason", "required", "Hãy ghi lý do.", "State the reason.")],
            code="reason-required",
        )


def need_no_hold(standing: Standing) -> None:
    """Raise Conflict while the dossier is held."""
    if standing.hold is not None:
        hold = standing.hold
        raise Conflict(
            f"Hồ sơ đang tạm giữ do «{hold.act}» ({hold.article}); cần «{hold.until_act}» trước.",
            f"The dossier is held by {hold.act} ({hold.article}); {hold.until_act} comes first.",
            code="held", act=hold.act, until=hold.until_act,
        )
