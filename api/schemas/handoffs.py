"""Shapes of what nodes tell each other (khuôn liên thông)."""

from __future__ import annotations

from marshmallow import fields, validate

from api.schemas.base import Body


class Answered(Body):
    """What became of one envelope: taken, early, repeated or refused."""

    id = fields.String(allow_none=True)
    answer = fields.String(metadata={"enum": ["taken", "early", "repeated", "refused"]})
    expected = fields.Integer(metadata={
        "description": "the sequence that the dossier waits for next",
    })
    receipt = fields.String(metadata={"description": "JWS of this node over what it took in"})
    code = fields.String()
    vi = fields.String()
    en = fields.String()
    again = fields.Boolean(metadata={"description": "whether the same may be sent again later"})


class Batch(Body):
    """The answers to a batch, in its order."""

    answers = fields.List(fields.Nested(Answered))


class FeedQuery(Body):
    """From where a node goes on reading."""

    after = fields.Integer(load_default=0, validate=validate.Range(0))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 50))


class FeedErased(Body):
    """An event that a decision erased here since it was fetched: what is left of it."""

    id = fields.String()
    dossier = fields.String()
    sequence = fields.Integer()
    digest = fields.String(metadata={"description": "SHA-256 of its canonical bytes"})
    signature = fields.String(allow_none=True)


class Feed(Body):
    """Events in order; `next` is what to send as `after` once they are kept."""

    items = fields.List(fields.Dict())
    erased = fields.List(fields.Nested(FeedErased), metadata={
        "description": "only where there are any: they come before `next` too",
    })
    next = fields.Integer()


class PositionQuery(Body):
    """Which dossiers to compare."""

    after = fields.String(load_default="")
    limit = fields.Integer(load_default=500, validate=validate.Range(1, 500))


class PositionSeen(Body):
    """Envelopes of a dossier that this node sent to the caller and received from it."""

    dossier = fields.String()
    sent = fields.Integer()
    received = fields.Integer()


class Positions(Body):
    """Positions of shared dossiers, by code."""

    items = fields.List(fields.Nested(PositionSeen))


class GiveUp(Body):
    """Why an operator leaves a dead letter."""

    reason = fields.String(required=True, validate=validate.Length(1, 400))


class WellKnown(Body):
    """Who a node is."""

    id = fields.String()
    keys = fields.Dict(metadata={"description": "public keys (JWK) by id"})
    signatures = fields.List(fields.String(), metadata={
        "description": "detached JWS over the canonical keys, one by each key",
    })


class LinkAsked(Body):
    """Which envelope carried the paper."""

    envelope = fields.String(required=True, validate=validate.Length(1, 200))


class FreshLink(Body):
    """A link to a paper."""

    link = fields.String(metadata={"description": "path at the node that gave it"})


class DownloadQuery(Body):
    """Which downloads to list."""

    state = fields.String(validate=validate.OneOf(["waiting", "done", "dead"]))
    node = fields.String()
    limit = fields.Integer(validate=validate.Range(1, 200), load_default=50)
    cursor = fields.String()


class DownloadSeen(Body):
    """The file of a paper on its way from another node."""

    id = fields.Integer()
    dossier = fields.String()
    number = fields.Integer()
    node = fields.String()
    envelope = fields.String()
    sha256 = fields.String()
    size = fields.Integer()
    created_at = fields.DateTime()
    state = fields.String()
    tries = fields.Integer()
    not_before = fields.DateTime(allow_none=True)
    failure = fields.String(allow_none=True)
    done_at = fields.DateTime(allow_none=True)


class DownloadPage(Body):
    """A page of downloads."""

    items = fields.List(fields.Nested(DownloadSeen))
    next = fields.String(allow_none=True)


class DeliveryQuery(Body):
    """Which deliveries to list."""

    state = fields.String(validate=validate.OneOf([
        "waiting", "delivered", "dead", "given-up", "dropped"]))
    node = fields.String()
    limit = fields.Integer(validate=validate.Range(1, 200), load_default=50)
    cursor = fields.String()


class DeliverySeen(Body):
    """An envelope on its way, without its content."""

    id = fields.String()
    node = fields.String()
    dossier = fields.String()
    sequence = fields.Integer()
    kind = fields.String()
    created_at = fields.DateTime()
    state = fields.String()
    tries = fields.Integer()
    not_before = fields.DateTime(allow_none=True)
    failure = fields.String(allow_none=True)
    delivered_at = fields.DateTime(allow_none=True)
    erased = fields.Boolean(metadata={"description": "whether a decision erased its body"})


class DeliveryPage(Body):
    """A page of deliveries."""

    items = fields.List(fields.Nested(DeliverySeen))
    next = fields.String(allow_none=True)


class NodeSeen(Body):
    """A node as an operator sees it."""

    id = fields.String()
    url = fields.String()
    kind = fields.String()
    procedures = fields.List(fields.String())
    messages = fields.List(fields.String())
    active = fields.Boolean()
    failures = fields.Integer()
    not_before = fields.DateTime(allow_none=True)
    failure = fields.String(allow_none=True)
    waiting = fields.Integer()
    dead = fields.Integer()
    oldest = fields.DateTime(allow_none=True, metadata={"description": "of what waits"})


class Nodes(Body):
    """All nodes."""

    items = fields.List(fields.Nested(NodeSeen))
