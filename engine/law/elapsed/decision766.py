"""Decision 766/QĐ-TTg: how long a dossier took and whether it counts as on time (tiến độ).

By the formulas of "Mô tả công thức tính chỉ số 766": the end is the first that exists of status 9,
10, 8 or 3, and 7 if the dossier had been received; the time of a supplement is subtracted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from engine.law.elapsed.course import Course
from engine.law.elapsed.spans import cut, minutes, without
from engine.worktime import parse
from engine.worktime.wording import hours_text, instant_text

SUPPLEMENT = "request-supplement"


@dataclass(frozen=True)
class Reckoning:
    """What Decision 766 says of a dossier; `elapsed` and `supplement` are working minutes.

    `elapsed` is without `supplement`; `limit` is the longest time allowed, a day as eight hours,
    None where time is not counted. `vi` and `en` tell the reason of the verdict.
    """

    start: datetime
    end: datetime
    elapsed: int
    supplement: int
    supplements: int
    limit: int | None
    verdict: Literal["on_time", "overdue"]
    vi: str
    en: str


def by_decision_766(course: Course) -> Reckoning:
    """Return the reckoning of a dossier, by the calendar of its competent agency.

    While the only supplement ever requested is awaited, the end is the moment of that request;
    after it came, an unfinished dossier is measured now again. A dossier that was withdrawn before
    its receipt has no end of its own.
    """
    end, vi, en = _end(course)
    calendar = course.calendar(course.competent)
    whole = (course.start, end)
    elapsed = minutes(without(whole, course.awaited(SUPPLEMENT)), calendar)
    supplement = minutes([whole], calendar) - elapsed
    late, why_vi, why_en = _verdict(course, end, elapsed, (vi, en))
    return Reckoning(
        start=course.start, end=end, elapsed=elapsed, supplement=supplement,
        supplements=course.standing.supplements, limit=_limit(course),
        verdict="overdue" if late else "on_time",
        vi=f"{'Quá hạn' if late else 'Đúng hạn'}: {why_vi}.",
        en=f"{'Overdue' if late else 'On time'}: {why_en}.",
    )


def _end(course: Course) -> tuple[datetime, str, str]:
    """Return the end, and in words what it is the moment of."""
    standing = course.standing
    unreceived = standing.status == "withdrawn" and standing.accepted_at is None
    if course.ended is not None and not unreceived:
        return max(course.start, course.ended), "kết thúc", "it ended"
    hold = standing.hold
    if hold is not None and hold.act == SUPPLEMENT and standing.supplements == 1:
        asked = max(course.start, cut(hold.since))
        return asked, "yêu cầu bổ sung", "its supplement was requested"
    return max(course.start, cut(course.now)), "tính đến", "it was measured"


def _verdict(
    course: Course, end: datetime, elapsed: int, moment: tuple[str, str],
) -> tuple[bool, str, str]:
    standing = course.standing
    if standing.supplements > 1:
        return (
            True, f"yêu cầu bổ sung hơn một lần ({standing.supplements})",
            f"a supplement was requested more than once ({standing.supplements})",
        )
    if standing.due is None:
        return _by_limit(course, elapsed)
    due = cut(standing.due)
    late = end > due
    vi, en = ("sau", "after") if late else ("không sau", "not after")
    return (
        late, f"{moment[0]} {instant_text(end)}, {vi} ngày hẹn trả {instant_text(due)}",
        f"{moment[1]} {end:%Y-%m-%d %H:%M}, {en} the appointment {due:%Y-%m-%d %H:%M}",
    )


def _limit(course: Course) -> int | None:
    text = course.standing.limit
    return parse(text, iso_as_working=True).in_minutes() or None if text else None


def _by_limit(course: Course, elapsed: int) -> tuple[bool, str, str]:
    """Hold the time taken against the longest time allowed."""
    most, limit = _limit(course), course.standing.limit
    if most is None:
        return (
            False, "không có ngày hẹn trả và thời hạn nào để quá",
            "there is no appointment and no limit to exceed",
        )
    late = elapsed > most
    vi, en = ("quá", "more") if late else ("không quá", "not more")
    return (
        late, f"mất {hours_text(elapsed)} làm việc, {vi} {hours_text(most)} tối đa ({limit})",
        f"it took {elapsed} working minutes, {en} than {most} ({limit})",
    )
