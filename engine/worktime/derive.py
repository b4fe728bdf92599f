"""A due date (hạn) and its derivation (diễn giải cách tính): Vietnamese lines checked by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from typing import NamedTuple

from engine.worktime.calendar import DAY_MINUTES, Calendar
from engine.worktime.durations import Duration
from engine.worktime.spans import Span, spans, why_not_worked
from engine.worktime.wording import clock, day_text, hours_text, instant_text, shifts_text


class Due(NamedTuple):
    """When a term ends: `at` in Viet Nam's zone, None where time is not counted.

    `provisional` tells that a year without a final table was counted in. The rest says how: the
    given instant, the one counted from, and by which rules. A named tuple, since worklists make
    thousands and nothing frozen is quicker to make.
    """

    at: datetime | None
    provisional: bool
    given: datetime
    begin: datetime
    duration: Duration
    calendar: Calendar
    received: bool
    cutoff: time

    @property
    def derivation(self) -> tuple[str, ...]:
        """The counting in Vietnamese, line by line, for a person with a paper calendar."""
        return tuple(_lines(self))


def _lines(asked: Due) -> Iterator[str]:
    yield f"Tính từ: {instant_text(asked.given)} (giờ Việt Nam)."
    at = asked.at
    if at is None:
        yield f"“{asked.duration.text}”: không tính thời gian, nên không có hạn."
        return
    yield from _receipt(asked)
    yield from _BODIES[asked.duration.kind](asked, at)
    yield f"Đến hạn: {instant_text(at)}."
    if asked.provisional:
        yield from _provisional(asked, at)


def _receipt(asked: Due) -> Iterator[str]:
    if not asked.received:
        return
    if asked.begin == asked.given:
        yield (f"Tiếp nhận trong ngày làm việc, không sau {clock(asked.cutoff)}: "
               "tính từ chính ngày đó.")
        return
    today = asked.given.toordinal()
    reason = (f"sau {clock(asked.cutoff)}" if asked.calendar.index.is_worked(today)
              else f"vào ngày không làm việc ({why_not_worked(asked.calendar.index, today)})")
    yield (f"Tiếp nhận {reason}: tính như nhận lúc {instant_text(asked.begin)}, "
           "giờ mở cửa của ngày làm việc kế tiếp.")


def _days(asked: Due, at: datetime) -> Iterator[str]:
    amount, first = asked.duration.amount, asked.begin.toordinal()
    if amount == 0:
        yield from _same_day(asked, at)
        return
    yield f"Thời hạn: {amount} ngày làm việc, kết thúc lúc đóng cửa của ngày cuối."
    yield (f"{day_text(first)} là ngày đầu, không tính "
           "(Bộ luật Dân sự 2015, Điều 147).")
    count = 0
    for span in spans(asked.calendar.index, first + 1, at.toordinal()):
        yield _counted(span, count)
        count += span.worked


def _counted(span: Span, before: int) -> str:
    if not span.worked:
        return f"Không tính {span.text}."
    last = before + span.worked
    numbers = f"Ngày {last}" if span.worked == 1 else f"Ngày {before + 1} đến {last}"
    return f"{numbers}: {span.text}."


def _same_day(asked: Due, at: datetime) -> Iterator[str]:
    yield "Thời hạn: ngay trong ngày làm việc, kết thúc lúc đóng cửa của ngày đó."
    first, last = asked.begin.toordinal(), at.toordinal()
    if first == last:
        return
    if asked.calendar.index.is_worked(first):
        yield f"{instant_text(asked.begin)} đã quá giờ đóng cửa: sang ngày làm việc kế tiếp."
        first += 1
    for span in spans(asked.calendar.index, first, last - 1):
        yield f"Không tính {span.text}."


def _calendar_days(asked: Due, at: datetime) -> Iterator[str]:
    amount, first = asked.duration.amount, asked.begin.toordinal()
    yield f"Thời hạn: {amount} ngày, tính cả ngày nghỉ."
    yield (f"{day_text(first)} là ngày đầu, không tính "
           "(Bộ luật Dân sự 2015, Điều 147).")
    last = first + amount
    yield (f"Ngày 1 đến {amount}: {day_text(first + 1)} đến {day_text(last)}." if amount > 1
           else f"Ngày 1: {day_text(last)}.")
    if last != at.toordinal():
        yield (f"Ngày cuối là ngày nghỉ: kéo dài đến hết ngày làm việc kế tiếp, "
               f"{day_text(at.toordinal())} (Bộ luật Dân sự 2015, Điều 148).")
        for span in spans(asked.calendar.index, last, at.toordinal() - 1):
            yield f"Không tính {span.text}."


def _hours(asked: Due, at: datetime) -> Iterator[str]:
    total, index = asked.duration.amount, asked.calendar.index
    yield f"Thời hạn: {_converted(asked.duration)}, tính từng phút trong giờ làm việc."
    begin = asked.begin.replace(second=0, microsecond=0)
    done = 0
    for span in spans(index, begin.toordinal(), at.toordinal(), apart=True):
        if not span.worked:
            yield f"Không tính {span.text}."
            continue
        low = index.minutes_until(begin)
        high = min(index.before[span.position + span.worked], index.minutes_until(at))
        minutes = high - max(low, index.before[span.position])
        done += minutes
        yield (f"{span.text}{_within(span, asked, at)}: {hours_text(minutes)}; "
               f"cộng dồn {hours_text(done)}{' (đủ)' if done == total else ''}.")


def _within(span: Span, asked: Due, at: datetime) -> str:
    """Name the hours of a day on which the count begins or ends, the number of days otherwise."""
    if span.worked > 1:
        return f" ({span.worked} ngày làm việc)"
    day, index = span.first, asked.calendar.index
    since = asked.begin.hour * 60 + asked.begin.minute if day == asked.begin.toordinal() else 0
    until = at.hour * 60 + at.minute if day == at.toordinal() else 1440
    used = tuple((max(a, since), min(b, until))
                 for a, b in index.shifts[span.position] if a < until and b > since)
    return f", {shifts_text(used)}" if used else ", sau giờ đóng cửa"


def _converted(duration: Duration) -> str:
    hours = f"{hours_text(duration.amount)} làm việc"
    if "ày" not in duration.text.lower() or not duration.text:
        return hours
    return f"“{duration.text}” = {hours} (1 ngày = {DAY_MINUTES // 60} giờ)"


def _elapsed(asked: Due, _at: datetime) -> Iterator[str]:
    yield f"Thời hạn: {asked.duration.text or 'ISO 8601'}, tính liên tục theo đồng hồ."


def _provisional(asked: Due, at: datetime) -> Iterator[str]:
    listed = {table.year for table in asked.calendar.tables}
    for year in range(asked.given.year, at.year + 1):
        if year in asked.calendar.decided:
            continue
        yield (f"Tạm tính: lịch nghỉ năm {year} chưa có quyết định chính thức." if year in listed
               else f"Tạm tính: chưa có lịch nghỉ năm {year}, chỉ trừ ngày lễ cố định trong năm.")


_BODIES = {"days": _days, "hours": _hours, "calendar_days": _calendar_days, "elapsed": _elapsed}
