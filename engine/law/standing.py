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
class Standing:
    """The legal side of a dossier; instants are aware, `limit` is the text of the time limit."""

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

    def as_data(self) -> dict[str, Any]:
        """Return the fields as history and the archive keep them, instants as they are."""
        return {**vars(self), "hold": None if self.hold is None else dict(vars(self.hold))}

    def moved(self, then: Status) -> Standing:
        """Return the standing with a new status; raise Conflict off the table."""
        return replace(self, status=move(self.status, then))


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
