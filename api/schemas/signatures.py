"""Shapes of signatures (khuôn chữ ký số), as asked and as answered."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from api.schemas.base import Body, text

_NUMBER: dict[str, Any] = {
    "validate": validate.Range(1, 1_000_000_000, error="choice:1..1000000000"),
    "error_messages": {"invalid": "not-number", "null": "not-number", "too_large": "not-number"},
}


class SignatureAsked(Body):
    """Which paper to sign: one of the dossier by its number, or a printed one by its entry."""

    paper = fields.Integer(**_NUMBER, metadata={"description": "number of the paper"})
    printed = fields.Integer(**_NUMBER, metadata={"description": "entry that printed it, as PDF"})
    connector = text(64, required=False, says="which signing connector, where one has several")

    @validates_schema
    def check_one(self, data: dict[str, Any], **_: Any) -> None:
        """Raise ValidationError unless exactly one paper is named."""
        if len(data.keys() & {"paper", "printed"}) != 1:
            raise ValidationError({"paper": ["required"]})


class SignaturePending(Body):
    """A signature that was asked for and is not there yet."""

    paper = fields.Integer()
    official = fields.String(metadata={"description": "whose signature"})
    connector = fields.String(allow_none=True)
    state = fields.String(metadata={
        "enum": ["waiting", "running", "failing", "incident"],
        "description": "incident: it is not tried any more until an operator says so",
    })
    asked_at = fields.DateTime(allow_none=True)
    tries = fields.Integer()
    failure = fields.String(allow_none=True, metadata={"description": "why the last try failed"})
    etag = fields.String(metadata={"description": "of the paper"})


class SignaturesPending(Body):
    """All that are under way in a dossier."""

    items = fields.List(fields.Nested(SignaturePending))


class SignatureSeen(Body):
    """A signature in the file of a paper, as it was found when the file came in."""

    status = fields.String()
    label = fields.String()
    label_en = fields.String()
    intact = fields.Boolean(allow_none=True, metadata={
        "description": "whether what was signed still stands there; null: nobody can tell"})
    trust = fields.String(metadata={
        "enum": ["trusted", "untrusted"],
        "description": "trusted: it holds wholly, under a root that this node has configured"})
    subject = fields.String()
    issuer = fields.String()
    serial = fields.String(metadata={"description": "hexadecimal"})
    level = fields.String(metadata={"description": "PAdES: B-B, or B-T with a time stamp"})
    signed_at = fields.DateTime(allow_none=True)


class SignatureRead(SignatureSeen):
    """A signature as it was read in the file just now."""

    made = fields.String(metadata={
        "enum": ["here", "elsewhere"],
        "description": "elsewhere: it was in the file when the file came to this node"})


class SignaturesRead(Body):
    """All signatures in the file of a paper, in their order."""

    paper = fields.Integer()
    source = fields.String()
    signatures = fields.List(fields.Nested(SignatureRead))
