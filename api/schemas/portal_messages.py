"""Shapes of what the national portal is told (khuôn tin gửi Cổng), for operators."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import Body


class PortalQuery(Body):
    """Which messages to list."""

    state = fields.String(validate=validate.OneOf(["waiting", "sent", "dead"]))
    limit = fields.Integer(validate=validate.Range(1, 200), load_default=50)
    cursor = fields.String()


class PortalSeen(Body):
    """A message without its body; `failure` of a dead one holds the portal's own words."""

    id = fields.Integer()
    dossier = fields.String()
    entry = fields.Integer(metadata={"description": "the entry of history that it tells of"})
    statuses = fields.List(fields.Integer())
    agency = fields.String()
    at = fields.DateTime()
    state = fields.String()
    done = fields.Integer(metadata={"description": "calls that the portal has taken"})
    tries = fields.Integer()
    not_before = fields.DateTime(allow_none=True)
    failure = fields.String(allow_none=True)
    sent_at = fields.DateTime(allow_none=True)
    digest = fields.String(allow_none=True, metadata={"description": "SHA-256 of what it took"})


class PortalPage(Body):
    """A page of messages."""

    items = fields.List(fields.Nested(PortalSeen))
    next = fields.String(allow_none=True)
