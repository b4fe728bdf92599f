"""Standing (tình trạng pháp lý): all that the law looks at in a dossier, as frozen facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from engine.law.status import Status, move


@dataclass(frozen=True)
class Hold:
    """A hold (tạm giữ): tasks stay visible, completing one is refused until `until_act`.

    `part` is the only part held where the rule set holds parts; None holds the whole dossier.
    `due` is until when it may last before its consequence falls due, None without end.
    """

    act: str
    since: datetime
    article: str
    until_act: str
    due: datetime | None = None
    part: str | None = None

    def holds(self, part: str | None) -> bool:
        """Tell whether the hold stops a part; None asks for the dossier as a whole."""
        return self.part is None or self.part == part


@dataclass(frozen=True)
class Pause:
    """A hold that has ended (thời gian tạm dừng): nothing was worked from `since` to `until`.

    The legal clock began anew at its end where it `restarts`, ran on through it where it `runs`,
    and stood still otherwise. `part` is the only part that was held.
    """

    act: str
    since: datetime
    until: datetime
    restarts: bool = False
    runs: bool = False
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
class Undo:
    """What a mistaken act can be taken back to (đính chính): fields as they stood before it."""

    act: str
    at: datetime
    fields: Mapping[str, Any] = field(default_factory=dict)


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
    undo: Undo | None = None

    def as_data(self) -> dict[str, Any]:
        """Return the fields as history and the archive keep them, instants as they are.

        Fields of LATER that say nothing are left out, so that older entries keep their bytes.
        """
        return {k: kept(v) for k, v in vars(self).items() if v or k not in LATER}

    def moved(self, then: Status) -> Standing:
        """Return the standing with a new status; raise Conflict off the table."""
        return replace(self, status=move(self.status, then))

    def awaited(self) -> tuple[Consultation, ...]:
        """Return the consultations that nobody has answered yet."""
        return tuple(c for c in self.consultations if c.answered_at is None)


#: The fields of Standing that hold records, and what each is made of.
RECORDS: Mapping[str, type[Pause | Extension | Consultation | Charge | Alert]] = {
    "pauses": Pause, "extensions": Extension, "consultations": Consultation, "charges": Charge,
    "alerts": Alert,
}
#: The fields that came after the first version of stored standings.
LATER = frozenset({"forwarded_at", "ended_at", "on_the_spot", "undo", *RECORDS})


def kept(value: object) -> object:
    """Return a value of a standing as plain data, instants as they are."""
    if isinstance(value, Hold):
        return {k: v for k, v in vars(value).items() if v or k not in ("due", "part")}
    if isinstance(value, tuple):
        return [kept(item) for item in value]
    if isinstance(value, Undo):
        return {**vars(value), "fields": {k: kept(v) for k, v in value.fields.items()}}
    return dict(vars(value)) if isinstance(value, tuple(RECORDS.values())) else value
