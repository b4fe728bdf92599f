"""The shape of a problem (khuôn báo lỗi): RFC 9457 with both languages."""

from __future__ import annotations

from marshmallow import fields

from api.schemas.base import Body


class FaultSeen(Body):
    """One fault in what was sent."""

    pointer = fields.String(metadata={"description": "JSON pointer (RFC 6901) to the place"})
    code = fields.String()
    detail = fields.String()
    detail_vi = fields.String()


class Problem(Body):
    """Why a request was refused (báo lỗi)."""

    type = fields.String(metadata={"description": "urn:motcua:problem:<code>, stable"})
    title = fields.String()
    status = fields.Integer()
    code = fields.String()
    detail = fields.String()
    detail_vi = fields.String()
    instance = fields.String(metadata={"description": "urn:motcua:request:<id>, as in the log"})
    errors = fields.List(fields.Nested(FaultSeen))
