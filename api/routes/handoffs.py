"""Routes between nodes (liên thông): envelopes come in, are fetched, and our keys are shown."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from marshmallow import RAISE

from api.performing import answer, services
from api.problem import BadRequest
from api.routes.blueprints import Room
from api.schemas.handoffs import Batch, Feed, FeedQuery, WellKnown
from engine.errors import MotcuaError, NotFound, Unauthenticated
from engine.links import wire
from engine.links.identity import Identity, caller, issuer_of
from engine.store import nodes, outbox
from engine.store.nodes import Node

blueprint = Room("handoffs", __name__, public=True, description="Between nodes (liên thông)")

#: Bytes of a batch.
MOST_BYTES = 16 * 1024 * 1024
#: Refusals that may be mended at this node, after which the same envelope is welcome.
_AGAIN = frozenset({"flow-unknown", "unknown-agency", "database-unavailable"})


@blueprint.post("/handoffs")
@blueprint.response(200, Batch)
@blueprint.look()
def take() -> Response:
    """Take a batch of envelopes in, each answered by itself (nhận hồ sơ liên thông).

    Body: CloudEvents 1.0 JSON batch, each event with the extension `signature`; the caller proves
    itself by a JWT over the body. What is answered as taken, early or repeated is kept for good.
    """
    node, identity = _caller(request.get_data())
    if request.mimetype != wire.MEDIA_TYPE:
        raise BadRequest(
            f"Nội dung phải là {wire.MEDIA_TYPE}.", f"The body must be {wire.MEDIA_TYPE}.",
            code="bad-media-type",
        )
    events = wire.read_batch(request.get_data())
    return answer({"answers": [_take(event, node, identity) for event in events]})


@blueprint.get("/events")
@blueprint.arguments(FeedQuery, location="query", unknown=RAISE)
@blueprint.response(200, Feed)
@blueprint.look()
def feed(query: dict[str, Any]) -> Response:
    """Show a node that cannot be called what waits for it (lấy sự kiện).

    `after` acknowledges everything that was served up to it.
    """
    node, identity = _caller(b"")
    with services().store.unit() as unit:
        found = outbox.feed(unit.connection, node.id, query["after"], query["limit"])
        unit.commit()
    body = wire.written((content, identity.sign(content)) for _, content in found)
    last = max((position for position, _ in found), default=query["after"])
    text = b'{"items":' + body + b',"next":' + str(last).encode() + b"}"
    return Response(text, content_type="application/json", headers={"Cache-Control": "no-store"})


@blueprint.get("/node")
@blueprint.response(200, WellKnown)
@blueprint.look()
def node() -> Response:
    """Show who this node is: its id and public keys, signed by each of them (định danh nút)."""
    identity = _identity()
    keys = identity.public()
    return answer({"id": identity.node, "keys": keys, "signatures": identity.vouch()})


def _take(event: Any, node: Node, identity: Identity) -> dict[str, Any]:
    name = event.get("id")
    try:
        incoming = wire.read_event(event, node.id, node.keys)
        said = services().office.take_in(incoming)
    except MotcuaError as refusal:
        return {
            "id": name if isinstance(name, str) else None, "answer": "refused",
            "code": refusal.code, "vi": refusal.vi, "en": refusal.en,
            "again": refusal.code in _AGAIN,
        }
    now = services().clock.now()
    receipt = identity.receipt(node.id, incoming.arrived.id, incoming.arrived.body, now)
    return {"id": name, "answer": said, "receipt": receipt}


def _caller(body: bytes) -> tuple[Node, Identity]:
    """Return the node that calls, proven by its token; raise Unauthenticated otherwise."""
    identity = _identity()
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or len(token) > 4_096 or not token.isascii():
        raise Unauthenticated(
            "Nút gọi phải gửi Authorization: Bearer <JWT>.",
            "A calling node sends Authorization: Bearer <JWT>.", code="no-token",
        )
    with services().store.reading() as connection:
        found = nodes.by_id(connection, issuer_of(token))
    keys = found.keys if found is not None and found.active else {}
    proven = caller(token, body, identity.node, keys, services().clock.now())
    if found is None or proven != found.id:
        raise Unauthenticated(
            "Nút gọi không được biết ở đây.", "The calling node is not known here.",
            code="node-unknown",
        )
    return found, identity


def _identity() -> Identity:
    identity = services().identity
    if identity is None:
        raise NotFound(
            "Máy chủ này không nối với nút nào.", "This server is linked to no node.",
            code="not-linked",
        )
    return identity
