"""The drawn form (biểu mẫu đã vẽ): form-js components read once into fields and conditions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, NoReturn

from marshmallow import RAISE, Schema, ValidationError, fields

from engine.errors import Invalid
from engine.expressions import Expression
from engine.forms.conditions import condition, hidden
from engine.forms.faults import messages
from engine.forms.patterns import longest_text
from engine.forms.values import MOST_ITEMS, Choice, Choices, Moment, Number, Text, Tick, Value

#: Components that show and take nothing.
SHOWN = frozenset({
    "text", "html", "image", "spacer", "separator", "button", "table", "iframe", "documentPreview",
    "expression",
})
#: Largest form read, in bytes, and the deepest nesting of groups.
MOST_BYTES, MOST_DEPTH = 500_000, 10
MOST_PATTERN = 500

Component = Mapping[str, Any]

_FIELDS: Mapping[str, Callable[[Component, Mapping[str, Any]], Value]] = {
    "textfield": lambda _, rules: Text(rules),
    "textarea": lambda _, rules: Text(rules, lines=True),
    "number": lambda drawn, rules: Number(rules, drawn.get("decimalDigits")),
    "datetime": lambda drawn, rules: Moment(rules, str(drawn.get("subtype"))),
    "select": lambda drawn, rules: Choice(rules, _options(drawn)),
    "radio": lambda drawn, rules: Choice(rules, _options(drawn)),
    "checkbox": lambda _, rules: Tick(rules),
    "checklist": lambda drawn, rules: Choices(rules, _options(drawn)),
    "taglist": lambda drawn, rules: Choices(rules, _options(drawn)),
}


class Level(Schema):
    """One level of a form: its own fields, and nothing else."""

    error_messages = {"unknown": "unknown-field", "type": "not-object"}  # noqa: RUF012 - marshmallow's seam

    class Meta:
        """Refuse what the form does not ask for."""

        unknown = RAISE


class Rows(Value):
    """The rows of a dynamic list, each an object of its own fields."""

    def __init__(self, level: Level) -> None:
        super().__init__({})
        self._level = level

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        if not isinstance(value, list):
            raise self.refuse("not-list")
        if len(value) > MOST_ITEMS:
            raise self.refuse("too-many", MOST_ITEMS)
        return _filled(self._level, self._level.load(value, many=True))


class Form(dict[str, Any]):
    """A form-js schema as data; its fields are made once, when they are first asked for."""

    @classmethod
    def of(cls, schema: Mapping[str, Any]) -> Form:
        """Return the schema as a form, itself where it is one."""
        return schema if isinstance(schema, cls) else cls(schema)

    def load(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return the clean answers; raise ValidationError whose messages are codes of faults."""
        if not isinstance(answers, Mapping):
            raise ValidationError("not-object")
        without = hidden(self.conditions, answers)
        given = {key: value for key, value in answers.items() if key not in without}
        # An empty value of a hidden field says nothing; any other would be lost without a word.
        lost = {
            key: ["hidden-field"] for key in sorted(without)
            if answers.get(key) not in (None, "", False, [])
        }
        try:
            cleaned = self._level.load(given, partial=tuple(without))
        except ValidationError as error:
            raise ValidationError({**messages(error), **lost}) from error
        if lost:
            raise ValidationError({**lost})
        return {
            key: value for key, value in _filled(self._level, cleaned).items() if key not in without
        }

    @cached_property
    def asked(self) -> frozenset[str]:
        """The keys under which answers stand; raise Invalid where a component cannot be read."""
        return frozenset(self._level.fields)

    def unticked(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return the boxes that these answers leave open, each as False, but for hidden ones."""
        shown = set(self._level.fields) - set(answers) - hidden(self.conditions, answers)
        return {key: False for key in sorted(shown) if isinstance(self._level.fields[key], Tick)}

    @cached_property
    def conditions(self) -> Mapping[str, tuple[Expression, ...]]:
        """The conditions of which any one hides a field, by its key; also those around it."""
        return {key: found for key, found in _conditions(self, ()) if found}

    @cached_property
    def _level(self) -> Level:
        return _level(self, MOST_DEPTH)


def read_form(content: bytes) -> Form:
    """Return a .form file as a form whose fields all stand; raise Invalid saying what is wrong."""
    if len(content) > MOST_BYTES:
        _refuse(f"biểu mẫu lớn quá {MOST_BYTES} byte", f"it is larger than {MOST_BYTES} bytes")
    try:
        schema = json.loads(content)
    except (ValueError, RecursionError) as error:
        _refuse(f"không phải JSON ({error})", f"it is not JSON ({error})")
    if not isinstance(schema, dict) or not isinstance(schema.get("components"), list):
        _refuse("thiếu danh sách components", "it has no list of components")
    form = Form(schema)
    try:
        form.load({})
    except ValidationError:
        pass  # required fields are missing, as they should be; the fields themselves stand
    except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError) as error:
        _refuse(f"mục ghi sai kiểu ({error})", f"a component is not as form-js writes it ({error})")
    return form


def _level(container: Component, depth: int) -> Level:
    if depth == 0:
        _refuse(f"nhóm lồng quá {MOST_DEPTH} tầng", f"groups nest deeper than {MOST_DEPTH}")
    made = {_key(drawn): _field(drawn, depth) for drawn in _flat(container)}
    return Level.from_dict(made, name="Level")()  # type: ignore[return-value]  # of our own class


def _flat(container: Component) -> Iterator[Component]:
    """Iterate over what takes an answer on this level: groups without a path lie flat in it."""
    for drawn in container.get("components", ()):
        kind = drawn.get("type") if isinstance(drawn, dict) else None
        if kind in SHOWN or (kind in _FIELDS and drawn.get("disabled")):
            continue
        if kind == "columns" or (kind == "group" and not drawn.get("path")):
            yield from _flat(drawn)
        elif kind in _FIELDS or kind in {"group", "dynamiclist"}:
            yield drawn
        else:
            _refuse(f"loại mục «{kind}» chưa dùng được", f"component {kind!r} is not supported")


def _conditions(
    container: Component, around: tuple[Expression, ...],
) -> Iterator[tuple[str, tuple[Expression, ...]]]:
    for drawn in container.get("components", ()):
        hide = (drawn.get("conditional") or {}).get("hide")
        found = (*around, condition(hide)) if hide else around
        if drawn["type"] == "columns" or (drawn["type"] == "group" and not drawn.get("path")):
            yield from _conditions(drawn, found)
        elif drawn["type"] not in SHOWN:
            yield _key(drawn), found


def _key(drawn: Component) -> str:
    key = drawn.get("path") if drawn["type"] in {"group", "dynamiclist"} else drawn.get("key")
    # "Meta" means something else in a schema of marshmallow, and would be lost without a word.
    if not isinstance(key, str) or not key or "." in key or key == "Meta":
        _refuse(f"mục {drawn.get('id')} thiếu key đơn", f"{drawn.get('id')} has no simple key")
    return key


def _field(drawn: Component, depth: int) -> fields.Field[Any]:
    kind = drawn["type"]
    if kind == "dynamiclist":
        return Rows(_level(drawn, depth - 1))
    if kind == "group":
        return fields.Nested(_level(drawn, depth - 1), error_messages={"null": "not-object"})
    rules = drawn.get("validate") or {}
    pattern = rules.get("pattern")
    if pattern:
        try:
            longest_text(pattern)
        except (re.error, ValueError, OverflowError, RecursionError) as error:
            _refuse(f"mẫu {pattern!r} sai: {error}", f"the pattern {pattern!r} is wrong: {error}")
        if len(pattern) > MOST_PATTERN:
            _refuse("mẫu quá dài", f"a pattern is longer than {MOST_PATTERN} characters")
    return _FIELDS[kind](drawn, rules)


def _options(drawn: Component) -> tuple[object, ...] | None:
    values = drawn.get("values")
    return tuple(option["value"] for option in values) if isinstance(values, list) else None


def _filled(level: Level, cleaned: Any) -> Any:
    """Return clean answers with every box that was not ticked as False."""
    if isinstance(cleaned, list):
        return [_filled(level, item) for item in cleaned]
    boxes = {key: False for key, field in level.fields.items() if isinstance(field, Tick)}
    for key, field in level.fields.items():
        if isinstance(field, fields.Nested) and isinstance(cleaned.get(key), dict):
            cleaned[key] = _filled(field.schema, cleaned[key])  # type: ignore[arg-type]
    return {**boxes, **{k: False if v is None and k in boxes else v for k, v in cleaned.items()}}


def _refuse(vi: str, en: str) -> NoReturn:
    raise Invalid(
        f"Không đọc được biểu mẫu: {vi}.", f"The form cannot be read: {en}.",
        code="form-unreadable",
    )
