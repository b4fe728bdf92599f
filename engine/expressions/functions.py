"""Functions (hàm): the fixed list of pure functions that an expression may call."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.clock import local
from engine.expressions import operators
from engine.expressions.errors import ExpressionError, wrong_type
from engine.expressions.values import as_data, exact, number

if TYPE_CHECKING:
    from engine.expressions.compiler import Surroundings

#: Longest span that the working-time functions count, in working days.
MAX_WORKING_DAYS = 2_000
_ISO = re.compile(
    r"\AP(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,8})S)?)?\Z",
)


@dataclass(frozen=True)
class Function:
    """One function: what it does, how many values it takes, what it says of itself."""

    do: Callable[..., Any]
    least: int
    most: int
    shape: str


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise wrong_type(name, value)
    return value


def _list(name: str, value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise wrong_type(name, value)
    return list(value)


def _length(_: Surroundings, value: Any) -> int:
    if not isinstance(value, str | list | tuple | Mapping):
        raise wrong_type("len", value)
    return len(value)


def _sum(_: Surroundings, values: Any) -> Any:
    total: Any = 0
    for value in _list("sum", values):
        first = total == 0 and isinstance(value, timedelta)
        total = value if first else operators.add(total, value)
    return total


def _extreme(name: str, sign: type) -> Callable[..., Any]:
    better = operators.COMPARE[sign]

    def pick(_: Surroundings, *values: Any) -> Any:
        items = _list(name, values[0]) if len(values) == 1 else list(values)
        if not items:
            raise wrong_type(name, items)
        best = items[0]
        for item in items[1:]:
            best = item if better(item, best) else best
        return best
    return pick


def _round(_: Surroundings, value: Any, digits: Any = 0) -> Any:
    if not number(value) or not isinstance(digits, int) or abs(digits) > 15:
        raise wrong_type("round", value, digits)
    return round(value, digits) if digits else round(value)


def _abs(_: Surroundings, value: Any) -> Any:
    if not (number(value) or isinstance(value, timedelta)):
        raise wrong_type("abs", value)
    return abs(value)


def _number(_: Surroundings, value: Any) -> Any:
    if number(value):
        return value
    bare = _text("number", value).strip()
    try:
        return exact(int(bare) if re.fullmatch(r"[+-]?\d{1,20}", bare) else float(bare))
    except ValueError as error:
        raise ExpressionError(
            f"“{bare[:40]}” không phải là số.", f"{bare[:40]!r} is no number.",
            code="expression-value",
        ) from error


def _as_text(_: Surroundings, value: Any) -> str:
    value = as_data(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) or number(value):
        return str(value)
    raise wrong_type("text", value)


def _get(_: Surroundings, place: Any, key: Any, default: Any = None) -> Any:
    if isinstance(place, Mapping) and isinstance(key, str):
        return place.get(key, default)
    if isinstance(place, list) and isinstance(key, int) and not isinstance(key, bool):
        return place[key] if -len(place) <= key < len(place) else default
    if place is None:
        return default
    raise wrong_type("get", place, key)


def _date(_: Surroundings, value: Any) -> date:
    if isinstance(value, datetime):
        return local(value).date()
    if isinstance(value, date):
        return value
    read = operators.moment(_text("date", value))
    return local(read).date() if isinstance(read, datetime) else read


def _duration(_: Surroundings, text: Any) -> timedelta:
    match = _ISO.match(_text("duration", text).strip())
    if match is None or not any(match.groupdict().values()):
        raise ExpressionError(
            f"“{text[:40]}” không phải là khoảng thời gian ISO 8601, ví dụ P3D hoặc PT4H.",
            f"{text[:40]!r} is no ISO 8601 duration such as P3D or PT4H.",
            code="expression-value",
            hint=(
                "Thời gian làm việc: working_days(3), working_hours(4).",
                "For working time: working_days(3), working_hours(4).",
            ),
        )
    return timedelta(**{name: int(n) for name, n in match.groupdict().items() if n})


def _working(name: str, unit: str, most: int) -> Callable[..., datetime]:
    def count(around: Surroundings, amount: Any, since: Any = None) -> datetime:
        if not number(amount) or not 0 < amount <= most:
            raise ExpressionError(
                f"{name} nhận một số lớn hơn 0 và không quá {most}.",
                f"{name} takes a number above 0 and up to {most}.", code="expression-value",
            )
        return _due(around, f"{amount:g} {unit}", _instant(name, since, around.now))
    return count


def _instant(name: str, since: Any, now: datetime) -> datetime:
    if since is None:
        return now
    since = operators.moment(since) if isinstance(since, str) else since
    if not isinstance(since, datetime):
        raise wrong_type(name, since)
    return since


def _due(around: Surroundings, span: str, since: datetime) -> datetime:
    from engine import worktime

    calendar = around.calendar if around.calendar is not None else worktime.DEFAULT
    at: datetime | None = worktime.due(since, worktime.parse(span.replace(".", ",")), calendar).at
    if at is None:
        raise wrong_type("working_days", span)
    return at


def _affix(name: str, do: Callable[[str, str], bool]) -> Function:
    def test(_: Surroundings, text: Any, part: Any) -> bool:
        return do(_text(name, text), _text(name, part))
    return Function(test, 2, 2, f"{name}(text, part)")


def _letters(name: str, do: Callable[[str], str]) -> Function:
    return Function(lambda _, text: do(_text(name, text)), 1, 1, f"{name}(text)")


#: Every function by name; the first value each takes is the surroundings, never seen in a diagram.
FUNCTIONS: Mapping[str, Function] = {
    "abs": Function(_abs, 1, 1, "abs(number)"),
    "all": Function(lambda _, values: all(_list("all", values)), 1, 1, "all(list)"),
    "any": Function(lambda _, values: any(_list("any", values)), 1, 1, "any(list)"),
    "contains": Function(
        lambda _, place, item: operators.contains(place, item), 2, 2, "contains(list, item)",
    ),
    "date": Function(_date, 1, 1, "date(text)"),
    "duration": Function(_duration, 1, 1, "duration(text)"),
    "ends_with": _affix("ends_with", str.endswith),
    "get": Function(_get, 2, 3, "get(object, key, default)"),
    "len": Function(_length, 1, 1, "len(list)"),
    "lower": _letters("lower", str.lower),
    "max": Function(_extreme("max", ast.Gt), 1, 50, "max(a, b, …)"),
    "min": Function(_extreme("min", ast.Lt), 1, 50, "min(a, b, …)"),
    "now": Function(lambda around: around.now, 0, 0, "now()"),
    "number": Function(_number, 1, 1, "number(text)"),
    "round": Function(_round, 1, 2, "round(number, digits)"),
    "starts_with": _affix("starts_with", str.startswith),
    "sum": Function(_sum, 1, 1, "sum(list)"),
    "text": Function(_as_text, 1, 1, "text(value)"),
    "today": Function(lambda around: local(around.now).date(), 0, 0, "today()"),
    "trim": _letters("trim", str.strip),
    "upper": _letters("upper", str.upper),
    "working_days": Function(
        _working("working_days", "ngày", MAX_WORKING_DAYS), 1, 2, "working_days(n, since)",
    ),
    "working_hours": Function(
        _working("working_hours", "giờ", MAX_WORKING_DAYS * 8), 1, 2, "working_hours(n, since)",
    ),
}
