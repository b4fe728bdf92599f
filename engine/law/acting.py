"""Acting (thực hiện hành vi): what an act is performed in, what it does, and what all acts need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.errors import Conflict, Fault, Invalid
from engine.law.rules import RuleSet
from engine.law.standing import Hold, Pause, Standing
from engine.worktime import Calendar, Duration, due, parse


@dataclass(frozen=True)
class Circumstances:
    """What an act is performed in: instant, content, rules, limit as text, and the calendar.

    `drawn` tells that a step of the drawing performs the act, with the step's answers as content;
    `part` is that step's part. `competent` is the agency that settles, `elsewhere` tells that
    another one received the dossier for it. `tacit_consent` and `notice_days` are what the
    procedure says of silence and of sector law. `consulted` is the calendar of the agency that the
    content names, None where the register does not know it; `counter` that of the receiving agency
    where it may be another one.
    """

    now: datetime
    content: Mapping[str, Any]
    rules: RuleSet
    limit: str | None
    calendar: Calendar
    calendar_days: bool = False
    drawn: bool = False
    part: str | None = None
    competent: str = ""
    elsewhere: bool = False
    tacit_consent: bool = False
    notice_days: int | None = None
    consulted: Calendar | None = None
    counter: Calendar | None = None


@dataclass(frozen=True)
class ActTask:
    """A task that the law opens (việc theo luật): at a relation of the dossier, or at an agency.

    `about` names what the task is about where there can be several, such as a consultation, and
    `title` says it to the person.
    """

    act: str
    relation: str = "receiving"
    role: str | None = "one_stop_officer"
    agency: str | None = None
    about: str = ""
    due: datetime | None = None
    title: str = ""

    @property
    def key(self) -> str:
        """What names the task among those of its dossier: the act, and what it is about."""
        return f"{self.act}.{self.about}" if self.about else self.act


@dataclass(frozen=True)
class Effect:
    """What an act does: new standing, act tasks it opens, parts that end, papers it calls for.

    `closes` and `cancels` name act tasks, as `ActTask.key` does, that are done or needed no more
    besides those of the act itself; `shifts` tells whether the end of a hold moves the due dates
    of the tasks that it held.
    """

    standing: Standing
    ends_parts: bool = False
    opens: tuple[ActTask, ...] = ()
    papers: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()
    cancels: tuple[str, ...] = ()
    shifts: bool = True


#: An act of the law: (standing, circumstances) -> effect; raises Conflict or Invalid.
Act = Callable[[Standing, Circumstances], Effect]


#: What an act must state in writing.
_STATED: Mapping[str, tuple[str, str]] = {
    "reason": ("lý do", "a reason"), "question": ("nội dung lấy ý kiến", "a question"),
    "opinion": ("ý kiến", "an opinion"), "receipt": ("chứng từ nộp tiền", "a proof of payment"),
    "apology": ("lời xin lỗi", "an apology"), "agent": ("người nộp thay", "who hands it in"),
}


def need_text(circumstances: Circumstances, act: str, name: str = "reason") -> str:
    """Return what an act states; raise Invalid unless it does, as the law demands in writing."""
    said = circumstances.content.get(name)
    if not isinstance(said, str) or not said.strip():
        (vi, en), article = _STATED[name], circumstances.rules.article(act)
        raise Invalid(
            f"Phải nêu rõ {vi} ({article}).", f"The act must state {en} ({article}).",
            [Fault(f"/{name}", "required", "Hãy ghi rõ.", "State it.")], code=f"{name}-required",
        )
    return said


def need_term(circumstances: Circumstances, name: str = "duration") -> Duration:
    """Return the term that the content states; raise Invalid, naming its place, unless it counts.

    A term that is not counted would have no end.
    """
    text = circumstances.content.get(name)
    try:
        term = parse(text if isinstance(text, str) else "", iso_as_working=True)
    except Invalid as unread:
        raise Invalid(unread.vi, unread.en, [
            Fault(f"/{name}", "required", "Ví dụ: 05 ngày làm việc.",
                  "For example: 05 ngày làm việc."),
        ], code="duration-required") from unread
    if term.kind == "uncounted":
        raise Invalid(
            "Thời hạn phải tính được.", "The term must be one that counts.",
            [Fault(f"/{name}", "required", "Ví dụ: 05 ngày làm việc.",
                   "For example: 05 ngày làm việc.")], code="duration-required",
        )
    return term


def need_no_hold(standing: Standing, part: str | None = None) -> None:
    """Raise Conflict while the dossier, or the only part asked for, is held."""
    hold = standing.hold
    if hold is not None and (part is None or hold.holds(part)):
        raise Conflict(
            f"Hồ sơ đang tạm giữ do «{hold.act}» ({hold.article}); cần «{hold.until_act}» trước.",
            f"The dossier is held by {hold.act} ({hold.article}); {hold.until_act} comes first.",
            code="held", act=hold.act, until=hold.until_act, article=hold.article,
        )


def refused(act: str, circumstances: Circumstances, vi: str, en: str, code: str) -> Conflict:
    """Return the refusal of an act, naming its article or parameter."""
    article = circumstances.rules.article(act)
    return Conflict(f"{vi} ({article}).", f"{en} ({article}).", code=code, article=article)


def needed(
    act: str, circumstances: Circumstances, name: str, vi: str, en: str,
) -> Invalid:
    """Return the refusal of what an act's content says at `name`, with its article."""
    article = circumstances.rules.article(act)
    return Invalid(
        f"{vi} ({article}).", f"{en} ({article}).",
        [Fault(f"/{name}", "choice", f"{vi}.", f"{en}.")],
        code=f"{name.replace('_', '-')}-needed", article=article,
    )


def held_by(
    act: str, until_act: str, circumstances: Circumstances, wait: str | None,
) -> Hold:
    """Return the hold that an act puts on the dossier, or on the part whose step asked for it.

    `wait` is how long it may last, as text; None without end.
    """
    rules, now = circumstances.rules, circumstances.now
    last = due(now, parse(wait), circumstances.calendar).at if wait else None
    return Hold(
        act=act, since=now, article=rules.article(act), until_act=until_act, due=last,
        part=circumstances.part if rules.holds_parts else None,
    )


def released(
    standing: Standing, now: datetime, *, restarts: bool = False, runs: bool = False,
) -> Standing:
    """Return the standing without its hold, which becomes a pause."""
    hold = standing.hold
    if hold is None:
        return standing
    pause = Pause(hold.act, hold.since, now, restarts=restarts, runs=runs, part=hold.part)
    return replace(standing, hold=None, pauses=(*standing.pauses, pause))


def days_or(content: Mapping[str, Any], otherwise: str | None) -> str | None:
    """Return the wait that the content states in working days, else the given one."""
    days = content.get("days")
    return f"{days} ngày" if type(days) is int and days > 0 else otherwise


def within_days(receipt: datetime, days: int, circumstances: Circumstances) -> bool:
    """Tell whether it is still within that many working days of a receipt, its own not counted."""
    last = due(
        receipt, Duration("days", days), circumstances.calendar, received=True,
        cutoff=circumstances.rules.receipt_cutoff,
    ).at
    return last is None or circumstances.now <= last
