"""Spans (đoạn ngày): a stretch of days told in few lines, for the derivation of a due date."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from engine.worktime.index import Index
from engine.worktime.wording import day_text, short

_REST = "nghỉ hằng tuần"
#: A longer stretch tells its weekly rest days in one number, not week by week.
_SHORT = 21
#: So many rest days are still listed by date.
_LISTED = 4


@dataclass(frozen=True)
class Span:
    """Days told together, `first` and `last` ordinals: `worked` of them, from `position` on."""

    first: int
    worked: int
    position: int
    text: str


def why_not_worked(index: Index, ordinal: int) -> str:
    """Return in Vietnamese why a day is not worked."""
    special = index.specials.get(ordinal)
    if special is None:
        return _REST
    if special.exchange is None or special.kind != "exchanged":
        return special.name
    return f"{special.name} với {day_text(special.exchange.toordinal())}"


def spans(index: Index, first: int, last: int, *, apart: bool = False) -> Iterator[Span]:
    """Cut the days first .. last (ordinals, included) into spans of worked and of other days.

    Days off other than weekly rest, and days worked in exchange, always stand for themselves.
    Weekly rest is told within its span when the stretch is long; with `apart` the first and the
    last day are spans of their own.
    """
    fold = last - first >= _SHORT
    ends = {first, last} if apart else set()
    for (kind, _), group in groupby(range(first, last + 1), _keyed(index, ends, fold=fold)):
        days = list(group)
        if kind != "off" and fold and not index.is_worked(days[-1]):
            yield from _trimmed(index, days)
        else:
            yield _span(index, days)


def _keyed(index: Index, ends: set[int], *, fold: bool) -> Callable[[int], tuple[str, int]]:
    """Return the key by which neighbouring days are told together."""
    def key(day: int) -> tuple[str, int]:
        special = index.specials.get(day)
        if index.is_worked(day):
            return ("worked", day if special or day in ends else 0)
        if special is None and fold and day not in ends and not _beside_special(index, day):
            return ("worked", 0)
        return ("off", 0)
    return key


def _beside_special(index: Index, day: int) -> bool:
    """Tell whether a weekly rest day adjoins, over other days off, one of another sort."""
    for step in (-1, 1):
        near = day + step
        while not index.is_worked(near) and near not in index.specials and abs(near - day) < 7:
            near += step
        if near in index.specials and not index.is_worked(near):
            return True
    return False


def _trimmed(index: Index, days: list[int]) -> Iterator[Span]:
    """Tell the weekly rest at the end of a folded span for itself."""
    end = len(days)
    while end and not index.is_worked(days[end - 1]):
        end -= 1
    if end:
        yield _span(index, days[:end])
    yield _span(index, days[end:])


def _span(index: Index, days: list[int]) -> Span:
    position = index.at_or_after(days[0])
    worked = index.at_or_after(days[-1] + 1) - position
    text = _worked_text(index, days) if worked else _off_text(index, days)
    return Span(days[0], worked, position, text)


def _worked_text(index: Index, days: list[int]) -> str:
    text = _stretch(days)
    special = index.specials.get(days[0])
    if special is not None and special.exchange is not None:
        return f"{text} ({special.name} cho {day_text(special.exchange.toordinal())})"
    rest = [day for day in days if not index.is_worked(day)]
    if not rest:
        return text
    listed = ", ".join(short(day) for day in rest) if len(rest) <= _LISTED else f"{len(rest)} ngày"
    return f"{text} (trừ {_REST}: {listed})"


def _off_text(index: Index, days: list[int]) -> str:
    told = groupby(days, lambda day: why_not_worked(index, day))
    return "; ".join(f"{_stretch(list(group))} ({reason})" for reason, group in told)


def _stretch(days: list[int]) -> str:
    if len(days) == 1:
        return day_text(days[0])
    same_year = date.fromordinal(days[0]).year == date.fromordinal(days[-1]).year
    return f"{day_text(days[0], year=not same_year)} đến {day_text(days[-1])}"
