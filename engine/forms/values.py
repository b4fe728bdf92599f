"""Values of a form's fields (giá trị): texts, numbers, days and choices, each cleaned in one way.

Messages are codes of engine.forms.faults, with a fact behind the colon.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from math import isfinite
from typing import Any
from unicodedata import category, normalize

from marshmallow import ValidationError, fields

from engine.forms.patterns import fits

#: Longest texts where the form gives no maxLength, and the most that any form may allow.
SHORT, LONG, MOST = 1_000, 20_000, 100_000
#: Beyond it JSON's numbers are not exact everywhere (RFC 8785 section 3.2.2.3).
EXACT = 2**53 - 1
MOST_ITEMS = 200
#: Decimal places that a form may allow; a float has no more.
MOST_PLACES = 15

_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SHAPES: Mapping[str, tuple[str, Callable[[str], object]]] = {
    "date": (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", date.fromisoformat),
    "time": (r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?", time.fromisoformat),
    "datetime": (
        (r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
         r"(Z|[+-][0-9]{2}:[0-9]{2})?"), datetime.fromisoformat,
    ),
}
_KINDS: Mapping[str, str] = {
    "email": r"[^@\s<>\"]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,8}",
    "phone": r"\+?[0-9](?:[ .-]?[0-9]){7,14}",
}


class Value(fields.Field[Any]):
    """A field whose rules stand in the form's `validate`; empty means null or left out."""

    def __init__(self, rules: Mapping[str, Any]) -> None:
        required = bool(rules.get("required"))
        super().__init__(
            required=required, allow_none=not required,
            error_messages={"required": "required", "null": "required"},
        )

    def refuse(self, code: str, fact: object = "") -> ValidationError:
        """Return the refusal to raise."""
        return ValidationError(f"{code}:{fact}")


class Text(Value):
    """A text: NFC, no control characters, trimmed; lines are kept where `lines`."""

    def __init__(self, rules: Mapping[str, Any], *, lines: bool = False) -> None:
        super().__init__(rules)
        self.lines = lines
        self.least = int(rules.get("minLength") or 0)
        self.most = min(int(rules.get("maxLength") or (LONG if lines else SHORT)), MOST)
        self.kind = str(rules.get("validationType", ""))
        self.pattern = str(rules.get("pattern") or "")

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if not isinstance(value, str):
            raise self.refuse("not-text")
        if len(value) > 4 * self.most:  # normalising shrinks a text four times at the most
            raise self.refuse("too-long", self.most)
        clean = normalize("NFC", value.replace("\r\n", "\n")).strip()
        # What is strange is never printable: most texts need no look at each character.
        if not clean.isprintable() and any(self._strange(character) for character in clean):
            raise self.refuse("control-character")
        if clean:
            self._check(clean)
        elif self.required:
            raise self.refuse("required")
        return clean

    def _strange(self, character: str) -> bool:
        if self.lines and character in "\n\t":
            return False
        return category(character) in {"Cc", "Cs"} or character in _BIDI

    def _check(self, value: str) -> None:
        if len(value) > self.most:
            raise self.refuse("too-long", self.most)
        if len(value) < self.least:
            raise self.refuse("too-short", self.least)
        if self.kind in _KINDS and not re.fullmatch(_KINDS[self.kind], value):
            raise self.refuse(self.kind)
        if self.pattern and not fits(self.pattern, value):
            raise self.refuse("pattern", self.pattern)


class Number(Value):
    """A finite number, whole where it has no fraction; `places` bounds the decimals."""

    def __init__(self, rules: Mapping[str, Any], places: int | None) -> None:
        super().__init__(rules)
        if places is not None and (type(places) is not int or not 0 <= places <= MOST_PLACES):
            msg = f"decimalDigits {places!r}"
            raise ValueError(msg)
        self.places = places
        self.least = float(rules.get("min", "-inf"))
        self.most = float(rules.get("max", "inf"))

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int | float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.refuse("not-number")
        if isinstance(value, float) and not isfinite(value):  # an int may be beyond any float
            raise self.refuse("not-number")
        if abs(value) > EXACT:
            raise self.refuse("too-large" if value > 0 else "too-small", EXACT)
        # History writes 2.0 as 2: a replay must start from what the first run had.
        number: int | float = int(value) if value == int(value) else value
        if self.places is not None and round(number, self.places) != number:
            raise self.refuse("too-precise", self.places)
        if number < self.least:
            raise self.refuse("too-small", f"{self.least:g}")
        if number > self.most:
            raise self.refuse("too-large", f"{self.most:g}")
        return number


class Tick(Value):
    """A box to tick; required means that it must be ticked, left out means that it was not."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if not isinstance(value, bool):
            raise self.refuse("not-boolean")
        if self.required and not value:
            raise self.refuse("required")
        return value


class Moment(Value):
    """A day, a time of day or both, kept as the ISO text that form-js sends."""

    def __init__(self, rules: Mapping[str, Any], kind: str) -> None:
        super().__init__(rules)
        self.kind = kind if kind in _SHAPES else "datetime"

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str | None:
        if value == "" and not self.required:
            return None
        shape, read = _SHAPES[self.kind]
        if not isinstance(value, str) or not re.fullmatch(shape, value):
            raise self.refuse(f"not-{self.kind}")
        try:
            read(value)
        except ValueError as error:
            raise self.refuse(f"not-{self.kind}") from error
        return value


class Choice(Value):
    """One of the form's options; any short text where the options come from data."""

    def __init__(self, rules: Mapping[str, Any], options: tuple[object, ...] | None) -> None:
        super().__init__(rules)
        self.options = options
        self._free = Text({"required": True})

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        if value == "" and not self.required:
            return None
        if self.options is None:
            return self._free.deserialize(value)
        if not any(type(value) is type(option) and value == option for option in self.options):
            raise self.refuse("choice", ", ".join(map(str, self.options)))
        return value


class Choices(Value):
    """Several of the form's options, each once; required asks for at least one."""

    def __init__(self, rules: Mapping[str, Any], options: tuple[object, ...] | None) -> None:
        super().__init__(rules)
        self._one = Choice({"required": True}, options)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.refuse("not-list")
        if self.required and not value:
            raise self.refuse("required")
        if len(value) > MOST_ITEMS:
            raise self.refuse("too-many", MOST_ITEMS)
        chosen = [self._one.deserialize(item) for item in value]
        if len({repr(item) for item in chosen}) < len(chosen):
            raise self.refuse("repeated")
        return chosen
