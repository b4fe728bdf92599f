"""Look-ups (tra cứu cơ sở dữ liệu): what a national database says of a person or a thing, typed.

Nothing found is an error of business, which the drawing can catch; an answer whose values are not
of the kinds agreed is a failure, never a half-filled result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from unicodedata import normalize

from engine.links.connectors.http import Http, asking, catch_of
from engine.links.connectors.orders import Done, Failed, Order, Outcome, Policy
from engine.links.connectors.reading import Section, bad
from engine.links.connectors.templates import Formula
from engine.links.outward import Outward

#: The error of business when nothing was found.
NOT_FOUND = "not_found"
_DAYS = (
    (re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T.*)?"), (1, 2, 3)),
    (re.compile(r"(\d{4})(\d\d)(\d\d)"), (1, 2, 3)),
    (re.compile(r"(\d\d?)[/-](\d\d?)[/-](\d{4})"), (3, 2, 1)),
)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return normalize("NFC", value).strip()


def _day(value: Any) -> str:
    """Return a day as ISO 8601 writes it; databases here write 2026-11-23, 20261123, 23/11/2026."""
    for shape, (year, month, day) in _DAYS:
        found = shape.fullmatch(value) if isinstance(value, str) else None
        if found:
            return date(int(found[year]), int(found[month]), int(found[day])).isoformat()
    raise ValueError


def _of(*kinds: type) -> Callable[[Any], Any]:
    """Return what lets values of these kinds alone through; a boolean is no number."""
    def only(value: Any) -> Any:
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise TypeError
        return value
    return only


TYPES: Mapping[str, Callable[[Any], Any]] = {
    "text": _text, "date": _day, "number": _of(int, float), "integer": _of(int),
    "boolean": _of(bool), "list": _of(list),
}


@dataclass(frozen=True)
class Field:
    """One value of the result: its kind, and whether the database may leave it out."""

    kind: str
    optional: bool


@dataclass(frozen=True)
class Lookup:
    """A connector that looks something up; its result has the fields named, each of its kind."""

    asking: Http
    fields: Mapping[str, Field]

    @property
    def policy(self) -> Policy:
        """Return how often it is tried."""
        return self.asking.policy

    @property
    def limit(self) -> float:
        """Return the seconds within which one call ends."""
        return self.asking.limit

    def call(self, order: Order) -> Outcome:
        """Look once and return what was found."""
        outcome = self.asking.call(order)
        return self._typed(outcome.result) if isinstance(outcome, Done) else outcome

    def _typed(self, found: Mapping[str, Any]) -> Outcome:
        result: dict[str, Any] = {}
        for name, field in self.fields.items():
            value = found[name]
            if value is None and field.optional:
                result[name] = None
                continue
            try:
                result[name] = TYPES[field.kind](value)
            except (ValueError, TypeError):
                return Failed(f"answer-not-typed: {name} is no {field.kind}")
        return Done(result)


def read_lookup(section: Section, outward: Outward) -> Lookup:
    """Return the connector that a section describes; raise Invalid naming the place of a fault."""
    below = section.section("fields")
    fields, made = {}, {}
    for name, held in below.sections().items():
        one = Section(below.at(name), held)
        optional = one.get("optional") is True
        fields[name] = Field(one.one_of("type", tuple(TYPES), "text"), optional)
        made[name] = Formula.read(one.text("value"), one.at("value"), optional=optional)
        one.end()
    if not fields:
        raise bad(below.place, "cần ít nhất một trường", "this needs at least one field")
    missing = catch_of(NOT_FOUND, section.section("not_found"))
    http = asking(section, outward, made, (missing,))
    section.end()
    return Lookup(http, fields)
