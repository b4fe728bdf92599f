"""Times (thời gian của hẹn giờ): what is no time as drawn, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from lxml.etree import _Element as Element

from engine import expressions
from engine.errors import Invalid
from engine.expressions import ExpressionError, Surroundings
from engine.flow import bpmn, timers
from engine.flow.findings import Sentence, finding, holder, label
from engine.flow.lint.cron import is_cron, iso_of
from engine.step import Finding

TIMES = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
#: Any instant will do to tell whether a time can be reckoned at all.
_AT = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
_EXAMPLES: Sentence = (
    "Ghi ví dụ: 3 ngày làm việc, 04 giờ, P3D, 2026-12-31T17:00:00+07:00, hoặc working_days(3).",
    ("Write for example: 3 ngày làm việc, 04 giờ, P3D, 2026-12-31T17:00:00+07:00, or "
    "working_days(3)."),
)
_CYCLE_EXAMPLES: Sentence = (
    "Ghi ví dụ R3/P1D (3 lần, mỗi ngày một lần) hay R/PT2H; số lần ghi ngay sau chữ R.",
    "Write for example R3/P1D (3 times, once a day) or R/PT2H; how often stands right after R.",
)
_LIKE_ISO = re.compile(r"\A(?:R-?\d*/.*|P[\dTYMWDHS.,]*)\Z", re.DOTALL)
_WITH_END = re.compile(r"\AR\d*/(?:[^/P][^/]*/)?P[^/]+/[^/]+\Z")
_DAY_FIRST = re.compile(r"\A(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\Z")
_ENGLISH = re.compile(r"\A(\d{1,6})\s*(minute|hour|day|week|month)s?\Z", re.IGNORECASE)
_UNITS = {"minute": "PT{}M", "hour": "PT{}H", "day": "P{}D", "week": "P{}W", "month": "P{}M"}


def timer_findings(definition: Element) -> Iterator[Finding]:
    """Yield errors for a timer without a time, with several, or with one that cannot be read."""
    drawn = [child for child in bpmn.children(definition, *TIMES) if bpmn.text(child)]
    if not drawn:
        yield finding("error", "timer-without-time", definition, (
            f"Hẹn giờ “{label(holder(definition))}” không ghi thời điểm.",
            f"The timer '{label(holder(definition))}' says no time."), _EXAMPLES)
    if len(drawn) > 1:
        yield finding("error", "timer-with-several-times", definition, (
            f"Hẹn giờ “{label(holder(definition))}” ghi nhiều thời gian cùng lúc.",
            f"The timer '{label(holder(definition))}' says several times at once.",
        ), ("Chỉ giữ một: thời điểm, khoảng thời gian hoặc chu kỳ.",
            "Keep one of them: a date, a duration or a cycle."))
    for child in drawn:
        yield from _time(child, TIMES[bpmn.kind(child)], bpmn.text(child))


def _time(child: Element, kind: str, text: str) -> Iterator[Finding]:
    if is_cron(text):
        yield _cron(child, text)
    elif _WITH_END.match(text):
        yield _unreadable(child, text, (
            "chu kỳ có ghi lúc kết thúc, phần đó không được chạy",
            "the cycle says when it ends, which is not run"), _CYCLE_EXAMPLES)
    elif kind != "cycle" and text.startswith("R") and timers.readable("cycle", text):
        yield _unreadable(child, text, (
            "đây là chu kỳ nhưng hẹn giờ không thuộc loại chu kỳ",
            "this is a cycle, but the timer is none"), (
            "Đổi loại hẹn giờ thành chu kỳ (timeCycle).", "Make it a cycle (timeCycle)."))
    elif timers.readable(kind, text):
        yield from _reckoned(child, kind, text, text)
    elif _LIKE_ISO.match(text):
        yield _unreadable(child, text, (
            "không đúng chuẩn ISO 8601", "it is not ISO 8601"),
            _CYCLE_EXAMPLES if kind == "cycle" else _EXAMPLES)
    else:
        yield from _computed(child, kind, text)


def _computed(child: Element, kind: str, text: str) -> Iterator[Finding]:
    """Yield errors for an expression that cannot be read or whose value is no time."""
    wrong = expressions.check(text)
    if wrong or _DAY_FIRST.match(text):
        hint = _guess(text)
        why = ("không phải thời gian hay biểu thức", "it is no time and no expression")
        if hint is None and wrong:
            why = (wrong[0].vi.rstrip("."), wrong[0].en.rstrip("."))
        yield _unreadable(child, text, why, hint or _EXAMPLES)
        return
    try:
        expression = expressions.compile_expression(text)
        if not expression.names:
            value = expression.evaluate({}, Surroundings(_AT, {}))
            yield from _reckoned(child, kind, text, value)
    except ExpressionError as error:
        yield _unreadable(child, text, (error.vi.rstrip("."), error.en.rstrip(".")), _EXAMPLES)


def _reckoned(child: Element, kind: str, text: str, value: object) -> Iterator[Finding]:
    try:
        timers.read_timer(kind, value, _AT, None)
    except Invalid as error:
        yield _unreadable(child, text, (error.vi.rstrip("."), error.en.rstrip(".")),
                          _guess(text) or _EXAMPLES)


def _unreadable(child: Element, text: str, why: Sentence, hint: Sentence) -> Finding:
    return finding("error", "timer-unreadable", child, (
        f"Không đọc được thời gian “{text[:60]}” của “{label(holder(child))}”: {why[0][:300]}.",
        f"The time '{text[:60]}' of '{label(holder(child))}' cannot be read: {why[1][:300]}.",
    ), hint)


def _cron(child: Element, text: str) -> Finding:
    instead = iso_of(text)
    return finding("error", "timer-cron", child, (
        (f"“{text[:60]}” của “{label(holder(child))}” là chu kỳ kiểu cron, BPMN không có; nó không "
         "được chạy."),
        (f"'{text[:60]}' of '{label(holder(child))}' is a cron cycle, which BPMN does not know; it "
         "is not run."),
    ), (
        (f"Ghi chu kỳ ISO 8601: {instead} (thay NĂM-THÁNG-NGÀY bằng ngày bắt đầu)."
         if "NĂM" in instead else f"Ghi chu kỳ ISO 8601: {instead}."),
        (f"Write an ISO 8601 cycle: {instead} (NĂM-THÁNG-NGÀY is the first date)."
         if "NĂM" in instead else f"Write an ISO 8601 cycle: {instead}."),
    ) if instead else (
        "Vẽ vòng lặp qua một hẹn giờ (ví dụ 1 ngày làm việc), hoặc ghi chu kỳ ISO như R/P1D.",
        "Draw a loop through a timer (1 ngày làm việc, say), or write an ISO cycle such as R/P1D.",
    ))


def _guess(text: str) -> Sentence | None:
    """Return what was probably meant, for what people write most often."""
    day = _DAY_FIRST.match(text)
    if day is not None and int(day[2]) <= 12:
        instead = f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}"
        return f"Ghi năm trước: {instead}.", f"Write the year first: {instead}."
    english = _ENGLISH.match(text)
    if english is not None:
        instead = _UNITS[english[2].lower()].format(english[1])
        return f"Ghi {instead}.", f"Write {instead}."
    if text.isascii() and text.isdigit() and len(text) < 7:
        return (f"Ghi kèm đơn vị: {text} ngày làm việc, {text} giờ, P{text}D.",
                f"Write the unit too: {text} ngày làm việc, {text} giờ, P{text}D.")
    return None
