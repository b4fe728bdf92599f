"""Durations (thời hạn) as officials write them: "04 giờ làm việc", "10,5 ngày", "1/4 ngày", P3D.

The unit as written decides: giờ are working minutes, ngày working days; a fraction of a day makes
the whole duration working minutes, at 1 ngày = 8 giờ.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Literal, get_args

from engine.errors import Invalid
from engine.worktime import iso
from engine.worktime.calendar import DAY_MINUTES
from engine.worktime.numerals import is_numeral, spelled

Kind = Literal["hours", "days", "calendar_days", "elapsed", "uncounted"]

#: A session (buổi) is half a working day.
_MINUTES = {
    "ngay": DAY_MINUTES, "buoi": DAY_MINUTES // 2, "gio": 60, "tieng": 60, "h": 60, "phut": 1,
}
_LONGEST = 500
_NUMBER = r"(?:(?:[0-9]{1,6} )?[0-9]{1,6}/[0-9]{1,6}|[0-9]{1,6}(?:[.,][0-9]{1,4})?|nua)"
_TERM = re.compile(
    rf"(?P<number>{_NUMBER})(?: ?\((?P<words>[^()0-9]*)\))? ?"
    rf"(?P<unit>{'|'.join(_MINUTES)})\b(?: lam viec| hanh chinh| lv\b| \(lam viec\))?",
)
_BEFORE = re.compile(
    r"(?:thoi han )?(?:(?:toi da|khong qua|cham nhat|trong vong|trong)(?: la)? |(?:≤|<=) ?)?")
_BETWEEN = re.compile(r",? (?:va )?")
#: A note that changes nothing: since when, or that rest days do not count. One that begins another
#: case ("trường hợp …", "hoặc …") would change something, whatever it says.
_OTHERWISE = r"(?:(?!truong hop|hoac|neu\b|them\b|rieng)[^()0-9])*"
_NOTE = (rf"(?:(?:ke tu|tinh tu|sau khi|tu khi|tu ngay) {_OTHERWISE}"
         r"|(?:khong tinh|khong ke|tru|khong bao gom) (?:cac )?(?:ngay )?"
         r"(?:nghi|le|tet|thu bay|chu nhat)"
         r"(?:[, ]+(?:va|cuoi tuan|hang tuan|le|tet|nghi|ngay|thu bay|chu nhat))*)")
_SINCE = re.compile(rf",? ?(?:\({_NOTE}\)|{_NOTE})")
_SAME_AS = re.compile(r" ?\((?:tuong duong )?(?:voi )?(?P<other>[^()]*)\)")
_SAME_DAY = re.compile(
    r"(?:ngay )?(?:trong|cung)(?: cung)? ngay(?: lam viec| (?:tiep )?nhan(?: du)?(?: ho so)?)?")
#: Units of the Civil Code that do not say whether rest days count.
_LONG = re.compile(r"[0-9)] ?(?:tuan|thang|quy|nam)\b")
_UNCOUNTED = re.compile(
    r"(?:trong )?gio hanh chinh|khong tinh(?: vao)?(?: thoi (?:gian|han))?(?: giai quyet)?"
    r"|ngoai thoi han(?: \([^()]*\))?",
)


@dataclass(frozen=True)
class Duration:
    """A duration (thời hạn): kind and amount, with the text as written.

    `amount` is in working minutes (hours), working days (days; 0 = within the same working day),
    days of any sort (calendar_days), seconds on the clock (elapsed); `months` are added to elapsed
    time by the calendar. Time that is not counted has no amount.
    """

    kind: Kind
    amount: int = 0
    months: int = 0
    text: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        least = 1 if self.kind in ("hours", "calendar_days") else 0
        if self.kind not in get_args(Kind) or self.amount < least or self.months < 0:
            raise unreadable(self.text or f"{self.kind} {self.amount}")

    def in_minutes(self) -> int:
        """Return the duration in working minutes where a sum needs it, a day as eight hours.

        A term within the same working day takes up to one day; time not counted takes none.
        """
        if self.kind == "hours":
            return self.amount
        if self.kind in ("days", "calendar_days"):
            return max(self.amount, 1) * DAY_MINUTES
        return self.amount // 60


@lru_cache(maxsize=4096)
def parse(text: str, *, calendar_days: bool = False, iso_as_working: bool = False) -> Duration:
    """Read a duration as a person wrote it; raise Invalid naming the text and how to write it.

    `calendar_days` makes whole days count rest days too (motcua:calendarDays). An ISO 8601 text is
    elapsed time, as BPMN says of its timers; with `iso_as_working` (motcua:duration, timeLimit and
    the command line) its days and hours are working ones.
    """
    plain = _fold(text) if len(text) <= _LONGEST else ""
    if _UNCOUNTED.fullmatch(plain):
        return Duration("uncounted", text=text)
    if _SAME_DAY.fullmatch(plain):
        return Duration("days", 0, text=text)
    if iso.looks_like(plain):
        return _from_iso(plain, text, working=iso_as_working, calendar_days=calendar_days)
    days, minutes = _sum(plain, text)
    return _working(days, minutes, text, calendar_days=calendar_days)


def _working(
    days: Fraction, minutes: Fraction, text: str, *, calendar_days: bool,
) -> Duration:
    if days.denominator == 1 and days > 0 and not minutes:
        return Duration("calendar_days" if calendar_days else "days", int(days), text=text)
    whole = int(days * DAY_MINUTES + minutes)  # cut to the minute
    if whole < 1:
        raise unreadable(text)
    return Duration("hours", whole, text=text)


def _from_iso(plain: str, text: str, *, working: bool, calendar_days: bool) -> Duration:
    parts = iso.read(plain)
    if parts is None or (working and (parts.months or parts.weeks)):
        raise unreadable(text)
    if working:
        return _working(parts.days, parts.seconds / 60, text, calendar_days=calendar_days)
    seconds = (parts.weeks * 7 + parts.days) * 86_400 + parts.seconds
    return Duration("elapsed", int(seconds), parts.months, text=text)


def _sum(plain: str, text: str) -> tuple[Fraction, Fraction]:
    """Add up the terms of "1 ngày 4 giờ"; the larger unit first, each unit once."""
    found = _BEFORE.match(plain)
    rest = plain[found.end():] if found else plain
    days, minutes, last = Fraction(0), Fraction(0), DAY_MINUTES + 1
    while (term := _TERM.match(rest)) and _MINUTES[term["unit"]] < last:
        last = _MINUTES[term["unit"]]
        number = _number(term["number"], text)
        if term["words"] and is_numeral(term["words"]) and term["words"] not in spelled(
                int(number) if number.denominator == 1 else -1):
            raise unreadable(text)  # "05 (sáu) ngày" says two numbers
        if last == DAY_MINUTES:
            days = number
        else:
            minutes += number * last
        rest = rest[term.end():]
        joint = _BETWEEN.match(rest)
        if joint and _TERM.match(rest, joint.end()):
            rest = rest[joint.end():]
    if last > DAY_MINUTES or not _ends_well(rest, days * DAY_MINUTES + minutes):
        raise unreadable(text)
    return days, minutes


def _ends_well(rest: str, minutes: Fraction) -> bool:
    """Tell whether what follows the terms only repeats them in another unit or says since when."""
    same = _SAME_AS.match(rest)
    if same and (other := _TERM.fullmatch(same["other"])):
        if _number(other["number"], rest) * _MINUTES[other["unit"]] != minutes:
            return False
        rest = rest[same.end():]
    return not rest or _SINCE.fullmatch(rest) is not None


def _number(written: str, text: str) -> Fraction:
    if written == "nua":
        return Fraction(1, 2)
    whole, _, part = written.rpartition(" ")
    if "/" in part:
        above, below = (int(side) for side in part.split("/"))
        if below == 0:
            raise unreadable(text)
        return int(whole or 0) + Fraction(above, below)
    if re.fullmatch(r"[1-9][0-9]*(?:\.[0-9]{3}|,000)", part):
        raise unreadable(text)  # a dot before three digits marks thousands in Vietnamese
    return Fraction(part.replace(",", "."))


def _fold(text: str) -> str:
    """Return the text without case, accents, doubled spaces and final stops; ½ as 1/2."""
    spaced = "".join(f" {c} " if unicodedata.category(c) == "No" else c for c in text)
    bare = unicodedata.normalize("NFKD", spaced.lower().replace("đ", "d")).replace("⁄", "/")
    letters = "".join(c for c in bare if not unicodedata.combining(c))
    # A stop in front may be what is left of "0,5": it stays, and is refused.
    return re.sub(r"\s+", " ", letters).strip().rstrip(" .;,")


def unreadable(text: str) -> Invalid:
    """Return the refusal of a text that is not one duration."""
    shown = text if len(text) <= 80 else text[:80] + "…"
    if len(text) <= _LONGEST and _LONG.search(_fold(text)):
        return Invalid(
            f"Thời hạn “{shown}” theo tuần, tháng hoặc năm không nói rõ có tính ngày nghỉ; "
            "hãy viết bằng ngày, ví dụ “5 ngày làm việc”",
            f"the duration '{shown}' in weeks, months or years does not say whether rest days "
            "count; write days, for example '5 ngày làm việc'",
            code="duration-unreadable", text=shown,
        )
    return Invalid(
        f"Không đọc được thời hạn “{shown}”; hãy viết một thời hạn lớn hơn 0 theo ngày hoặc giờ, "
        "ví dụ “5 ngày làm việc”, “0,5 ngày”, “04 giờ”, “ngay trong ngày làm việc”, "
        "“Không tính thời gian”, P3D hoặc PT4H",
        f"cannot read the duration '{shown}'; write one duration above zero in days or hours, for "
        "example '5 ngày làm việc', '0,5 ngày', '04 giờ', 'ngay trong ngày làm việc', "
        "'Không tính thời gian', P3D or PT4H",
        code="duration-unreadable", text=shown,
    )
