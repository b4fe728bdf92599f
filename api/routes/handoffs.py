"""Routes between nodes (liên thông): envelopes come in, are fetched, and our keys are shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flask import Response, request
from marshmallow import RAISE

from api.calling_node import calling_node, own_identity
from api.performing import answer, services
from api.problem import BadRequest
from api.routes.blueprints import Room
from api.schemas.handoffs import (
    Batch,
    Feed,
    FeedQuery,
    PositionQuery,
    Positions,
    WellKnown,
)
from api.taking_in import Taker
from engine.links import wire
from engine.links.paper_links import links_for
from engine.store import feed, positions
from engine.store.feed import Offered

blueprint = Room("handoffs", __name__, public=True, description="Between nodes (liên thông)")

#: Bytes of a batch.
MOST_BYTES = 16 * 1024 * 1024


@blueprint.post("/handoffs")
@blueprint.response(200, Batch)
@blueprint.look()
def take() -> Response:
    """Take a batch of envelopes in, each answered by itself (nhận hồ sơ liên thông).

    Body: CloudEvents 1.0 JSON batch, each event with the extension `signature`, and `links` where
    it carries papers; the caller proves itself by a JWT over the body. What is answered as taken,
    early or repeated is kept for good.
    """
    node, identity = calling_node(request.get_data())
    if request.mimetype != wire.MEDIA_TYPE:
        raise BadRequest(
            f"Nội dung phải là {wire.MEDIA_TYPE}.", f"The body must be {wire.MEDIA_TYPE}.",
            code="bad-media-type",
        )
    events = wire.read_batch(request.get_data())
    return answer({"answers": Taker(services(), node, identity).take(events)})


@blueprint.get("/events")
@blueprint.arguments(FeedQuery, location="query", unknown=RAISE)
@blueprint.response(200, Feed)
@blueprint.look()
def events(query: dict[str, Any]) -> Response:
    """Show a node that cannot be called what waits for it (lấy sự kiện).

    `after` is the `next` of the answer before, and acknowledges all that was served up to it. Who
    reads again learns of those that a decision erased meanwhile, without their content.
    """
    node, identity = calling_node(b"")
    with services().store.unit() as unit:
        offered = feed.serve(unit.connection, node.id, query["after"], query["limit"])
        found = [(one, one.body) for one in offered if one.body is not None]
        signed = [one.signature or identity.sign(body) for one, body in found]
        feed.signed(unit.connection, [
            (one.id, mark) for (one, _), mark in zip(found, signed, strict=True)
            if not one.signature
        ])
        unit.commit()
    until = services().clock.now() + services().settings.link_hold
    body = wire.written(
        ((body, mark) for (_, body), mark in zip(found, signed, strict=True)),
        (links_for(identity, body, node.id, until) for _, body in found),
    )
    last = offered[-1].offered if offered else query["after"]
    text = b'{"items":' + body + _erased(offered) + b',"next":' + str(last).encode() + b"}"
    return Response(text, content_type="application/json", headers={"Cache-Control": "no-store"})


def _erased(offered: Sequence[Offered]) -> bytes:
    """Return what is said of those that a decision has erased, nothing where none is."""
    names = ("id", "dossier", "sequence", "digest", "signature")
    gone = [{n: getattr(one, n) for n in names} for one in offered if one.body is None]
    return b',"erased":' + json.dumps(gone).encode() if gone else b""


@blueprint.get("/handoffs/positions")
@blueprint.arguments(PositionQuery, location="query", unknown=RAISE)
@blueprint.response(200, Positions)
@blueprint.look()
def shared(query: dict[str, Any]) -> Response:
    """Tell a node how far each dossier shared with it has come here (đối chiếu sau phục hồi)."""
    node, _ = calling_node(b"")
    with services().store.reading() as connection:
        found = positions.with_node(connection, node.id, query["after"], query["limit"])
    return answer({"items": [vars(one) for one in found]})


@blueprint.get("/node")
@blueprint.response(200, WellKnown)
@blueprint.look()
def node() -> Response:
    """Show who this node is: its id and public keys, signed by each of them (định danh nút)."""
    identity = own_identity()
    keys = identity.public()
    return answer({"id": identity.node, "keys": keys, "signatures": identity.vouch()})
