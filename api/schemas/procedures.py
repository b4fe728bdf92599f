"""Shapes of procedures and their versions (khuôn thủ tục)."""

from __future__ import annotations

from flask_smorest.fields import Upload
from marshmallow import fields, validate

from api.schemas.base import Body, day, text


class Files(Body):
    """The files of a version: .bpmn, .dmn, .form, or a zip of them; the field repeats."""

    file = Upload(required=True, error_messages={"required": "required"})


class Approval(Body):
    """The decision that approves a version (quyết định phê duyệt)."""

    decision = text(says="number of the decision (số quyết định)")
    decision_date = day("day of the decision")


class Publication(Body):
    """From when a version rules (hiệu lực)."""

    effective_from = day("first day, in Viet Nam, on which new dossiers start on it")


class DiffQuery(Body):
    """With which version to compare; the one before by default."""

    to = fields.Integer(validate=validate.Range(1))


class VersionSeen(Body):
    """A version of a procedure (phiên bản)."""

    procedure = fields.String()
    number = fields.Integer()
    name = fields.String()
    state = fields.String(
        metadata={"enum": ["draft", "submitted", "approved", "published", "retired"]},
    )
    author = fields.String()
    submitted_by = fields.String(allow_none=True)
    approved_by = fields.String(allow_none=True)
    decision = fields.String(allow_none=True)
    decision_date = fields.Date(allow_none=True)
    effective_from = fields.Date(allow_none=True)
    time_limit = fields.String(allow_none=True)
    source_hash = fields.String()
    lowered_hash = fields.String()
    etag = fields.String()
    findings = fields.List(fields.Dict(), metadata={"description": "what lint says of the files"})


class VersionList(Body):
    """All versions of a procedure."""

    items = fields.List(fields.Nested(VersionSeen))
    next = fields.String(allow_none=True)


class Difference(Body):
    """What one version has that the other has not (khác biệt), element by element."""

    procedure = fields.String()
    older = fields.Integer()
    newer = fields.Integer()
    changes = fields.List(fields.Dict(), metadata={
        "description": "file, element, kind, name, change: added, removed, changed, moved",
    })
