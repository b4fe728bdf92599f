"""Kinds of values (kiểu dữ liệu): what a typeRef allows, and data read as that kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from engine.expressions import FUNCTIONS, ExpressionError
from engine.expressions.errors import kind as word_for
from engine.expressions.operators import moment
from engine.expressions.values import number


@dataclass(frozen=True)
class Kind:
    """A type: `take` returns a value as this kind, or None where it is of another."""

    name: str
    take: Callable[[Any], Any]
    many: bool = False

    def of(self, value: Any) -> Any:
        """Return a value as this kind, null as it is; raise ExpressionError for another kind."""
        if value is None:
            return None
        if not self.many:
            return self._one(value)
        if isinstance(value, list):
            return [self._one(item) for item in value]
        raise _other(f"list<{self.name}>", value)

    def _one(self, value: Any) -> Any:
        taken = self.take(value)
        if taken is None:
            raise _other(self.name, value)
        return taken


def _other(name: str, value: Any) -> ExpressionError:
    shown = str(value)[:40]
    return ExpressionError(
        f"“{shown}” ({word_for(value)}) không phải kiểu {name}.",
        f"'{shown}' ({word_for(value)}) is no {name}.", code="decision-type",
    )


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else None


def _number(value: Any) -> Any:
    return value if number(value) else None


def _whole(value: Any) -> Any:
    return value if number(value) and value == int(value) else None


def _truth(value: Any) -> Any:
    return value if isinstance(value, bool) else None


def _day(value: Any) -> Any:
    if not isinstance(value, str | date):
        return None
    return FUNCTIONS["date"].do(None, value)


def _instant(value: Any) -> Any:
    read = moment(value) if isinstance(value, str) else value
    return read if isinstance(read, datetime) else None


def _span(value: Any) -> Any:
    if isinstance(value, str):
        return FUNCTIONS["duration"].do(None, value)
    return value if isinstance(value, timedelta) else None


ANY = Kind("Any", lambda value: value)
_NUMBER, _WHOLE = Kind("number", _number), Kind("integer", _whole)
_DATE_TIME, _DURATION = Kind("date and time", _instant), Kind("duration", _span)
#: By typeRef in small letters, without prefix; those of DMN and of Camunda.
KINDS: Mapping[str, Kind] = {
    "any": ANY, "feel:any": ANY, "context": ANY, "list": ANY, "time": ANY,
    "string": Kind("string", _text), "number": _NUMBER, "double": _NUMBER, "decimal": _NUMBER,
    "float": _NUMBER, "integer": _WHOLE, "int": _WHOLE, "long": _WHOLE,
    "boolean": Kind("boolean", _truth), "date": Kind("date", _day),
    "date and time": _DATE_TIME, "datetime": _DATE_TIME, "dateandtime": _DATE_TIME,
    "days and time duration": _DURATION, "daytimeduration": _DURATION,
}


def kind_of(type_ref: str | None) -> Kind | None:
    """Return the kind that a typeRef names, ANY for none, None for an unknown one."""
    if type_ref is None or not type_ref.strip():
        return ANY
    bare = re.sub(r"\A(?:\{[^}]*\}|[\w.-]+:)", "", type_ref.strip())
    return KINDS.get(bare.lower())
