"""What all schemas share (khuôn dữ liệu): unknown fields are refused, messages are codes."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from flask import Request
from flask.json.provider import DefaultJSONProvider
from marshmallow import RAISE, Schema, ValidationError, fields, validate
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest as NotReadable
from werkzeug.exceptions import UnsupportedMediaType

from api.problem import BadRequest
from engine.errors import Invalid
from engine.forms.faults import faults

_TEXT: dict[str, Any] = {"required": "required", "null": "required", "invalid": "not-text",
                         "invalid_utf8": "not-text"}
#: Codes and identifiers: printable, no spaces at the ends, nothing that a database refuses.
_PLAIN = r"\A[^\x00-\x1f\x7f\ud800-\udfff]*\Z"

#: Deepest nesting of a body: what goes deeper than any form could exhaust the stack later.
MOST_DEPTH = 50


class Body(Schema):
    """An object with the fields named, and no other."""

    error_messages = {"unknown": "unknown-field", "type": "not-object"}  # noqa: RUF012 - its seam

    class Meta:
        """Refuse what nobody asked for."""

        unknown = RAISE


def text(most: int = 200, *, required: bool = True, says: str = "") -> fields.String:
    """Return a field for a short plain text."""
    return fields.String(
        required=required, error_messages=_TEXT, metadata={"description": says},
        validate=[
            validate.Length(max=most, error=f"too-long:{most}"),
            validate.Length(min=1, error="required"),
            validate.Regexp(_PLAIN, error="control-character"),
        ],
    )


def day(says: str) -> fields.Date:
    """Return a required field for a day, as in 2026-11-23."""
    return fields.Date(
        required=True, metadata={"description": says},
        error_messages={"required": "required", "null": "required", "invalid": "not-date",
                        "format": "not-date"},
    )


def whole(least: int, most: int, says: str = "", **more: Any) -> fields.Integer:
    """Return a field for a whole number between two."""
    return fields.Integer(
        strict=True, metadata={"description": says},
        error_messages={"required": "required", "null": "required", "invalid": "not-number",
                        "too_large": f"too-large:{most}"},
        validate=[
            validate.Range(min=least, error=f"too-small:{least}"),
            validate.Range(max=most, error=f"too-large:{most}"),
        ], **more,
    )


def data(says: str, *, required: bool = False) -> fields.Dict:
    """Return a field for an object whose content the office cleans."""
    return fields.Dict(
        required=required, metadata={"description": says},
        error_messages={"required": "required", "null": "required", "invalid": "not-object"},
    )


def loaded(schema: Schema, values: Any) -> dict[str, Any]:
    """Return a body as its schema reads it; raise Invalid with every fault."""
    try:
        found: dict[str, Any] = schema.load(values)
    except ValidationError as error:
        raise _invalid(error) from error
    return found


class StrictJSON(DefaultJSONProvider):
    """JSON as RFC 8259 has it: no NaN, no name twice, no nesting that exhausts the stack."""

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """Return the value; raise ValueError for what is not strict JSON."""
        try:
            found = json.loads(s, parse_constant=_no_constant, object_pairs_hook=_once)
        except RecursionError as error:
            msg = "nested too deeply"
            raise ValueError(msg) from error
        # Most bodies do not even hold so many brackets: only the others are looked into.
        brackets = s.count("[") + s.count("{") if isinstance(s, str) else (
            s.count(b"[") + s.count(b"{")
        )
        if brackets > MOST_DEPTH:
            _need_shallow(found)
        return found


class Parser(FlaskParser):
    """Reads bodies and queries, and refuses them in our own words."""

    def load_json(self, req: Request, _schema: Schema) -> Any:
        """Return the body as JSON; an empty body is an empty object."""
        if not req.content_length and not req.get_data():
            return {}
        if not req.is_json:
            raise UnsupportedMediaType
        try:
            return req.get_json()
        except (NotReadable, UnicodeDecodeError) as error:
            raise BadRequest(
                "Nội dung không phải JSON đúng chuẩn (UTF-8, không trùng tên, không NaN).",
                "The body is not strict JSON (UTF-8, no name twice, no NaN).",
                code="malformed-json",
            ) from error


PARSER = Parser()


@PARSER.error_handler
def _refuse(error: ValidationError, *_: Any, **__: Any) -> NoReturn:
    """Raise the faults of a body as Invalid, those of a query as BadRequest."""
    messages: Any = error.messages
    if "query" in messages:
        named = ", ".join(sorted(messages["query"]))
        raise BadRequest(
            f"Tham số không đúng: {named}.", f"These parameters do not hold: {named}.",
            code="bad-query",
        ) from error
    raise _invalid(ValidationError(messages.get("json", messages))) from error


def _invalid(error: ValidationError) -> Invalid:
    return Invalid(
        "Nội dung gửi lên không đúng khuôn.", "The body does not have the right fields.",
        faults(error, ""), code="body-invalid",
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        msg = "a name stands twice in one object"
        raise ValueError(msg)
    return found


def _need_shallow(found: Any) -> None:
    level = [found]
    for _ in range(MOST_DEPTH):
        level = [
            below for value in level if isinstance(value, dict | list)
            for below in (value.values() if isinstance(value, dict) else value)
        ]
    if any(isinstance(value, dict | list) for value in level):
        msg = "nested too deeply"
        raise ValueError(msg)


def _no_constant(name: str) -> Any:
    msg = f"{name} is no JSON"
    raise ValueError(msg)
