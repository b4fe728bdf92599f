"""Routes for operators (vận hành liên thông): nodes, deliveries, and dead letters."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response
from marshmallow import RAISE

from api.cursors import a_number, cut, read_cursor
from api.performing import actor, answer, services
from api.routes.blueprints import Room
from api.schemas.handoffs import (
    DeliveryPage,
    DeliveryQuery,
    DeliverySeen,
    GiveUp,
    Nodes,
)
from engine.audit.erased import decision
from engine.errors import Conflict, NotFound
from engine.office.permits import do_operate
from engine.office.result import when
from engine.store import Connection, entries, nodes, outbox
from engine.store.outbox import Delivery

blueprint = Room("deliveries", __name__, description="Deliveries between nodes (chuyển phát)")


@blueprint.get("/deliveries")
@blueprint.arguments(DeliveryQuery, location="query", unknown=RAISE)
@blueprint.response(200, DeliveryPage)
@blueprint.look()
def page(query: dict[str, Any]) -> Response:
    """List envelopes on their way, delivered or dead (xem chuyển phát)."""
    do_operate(actor())
    size, after = query["limit"], read_cursor(query.get("cursor"), a_number)
    with services().store.reading() as connection:
        found = outbox.listed(
            connection, state=query.get("state"), node=query.get("node"),
            after=int(after[0]) if after else 0, size=size + 1,
        )
    shown, following = cut(found, size, lambda one: (str(one.position),))
    return answer({"items": [_shown(one) for one in shown], "next": following})


@blueprint.post("/deliveries/<delivery>/redrive")
@blueprint.response(200, DeliverySeen)
@blueprint.look()
def redrive(delivery: str) -> Response:
    """Let a dead letter be delivered again (gửi lại); 409 once a decision has erased it."""
    do_operate(actor())
    with services().store.unit() as unit:
        _need_whole(unit.connection, delivery)
        if not outbox.redrive(unit.connection, delivery):
            raise NotFound(
                "Không có phong bì chết nào mang mã này.", "There is no such dead letter.",
                code="no-dead-letter",
            )
        unit.commit()
    return answer({"id": delivery, "state": "waiting"})


@blueprint.post("/deliveries/<delivery>/give-up")
@blueprint.arguments(GiveUp)
@blueprint.response(200, DeliverySeen)
@blueprint.look()
def give_up(body: dict[str, Any], delivery: str) -> Response:
    """Leave a dead letter whose number its receiver has already (bỏ qua thư đã có ở nơi nhận).

    So it is after this node was restored from an older backup: what it sent anew the receiver has
    from before. Any other dead letter would leave a gap for which its receiver waits for ever.
    """
    do_operate(actor())
    with services().store.unit() as unit:
        _need_whole(unit.connection, delivery)
        reason = f"{actor().id}: {body['reason']}"
        if not outbox.give_up(unit.connection, delivery, reason):
            raise NotFound(
                "Không có phong bì chết nào mang mã này mà nơi nhận đã có số của nó.",
                "There is no such dead letter whose number its receiver has.",
                code="no-dead-letter",
            )
        unit.commit()
    return answer({"id": delivery, "state": "given-up"})


@blueprint.get("/nodes")
@blueprint.response(200, Nodes)
@blueprint.look()
def every() -> Response:
    """List the nodes with what waits for them (xem các nút)."""
    do_operate(actor())
    with services().store.reading() as connection:
        found, backlog = nodes.every(connection), outbox.backlog(connection)
    counts = {(node, state): count for node, state, count, _ in backlog}
    oldest = {node: at for node, state, _, at in backlog if state == "waiting"}
    return answer({"items": [
        {
            "id": node.id, "url": node.url, "kind": node.kind, "active": node.active,
            "procedures": list(node.procedures), "messages": list(node.messages),
            "failures": node.failures, "not_before": when(node.not_before),
            "failure": node.failure, "waiting": counts.get((node.id, "waiting"), 0),
            "dead": counts.get((node.id, "dead"), 0), "oldest": when(oldest.get(node.id)),
        }
        for node in found
    ]})


def _need_whole(connection: Connection, delivery: str) -> None:
    """Raise Conflict for an envelope whose body a decision has erased: it can go nowhere."""
    found = outbox.erased(connection, delivery)
    if found is None:
        return
    code, number = found
    (entry,) = entries.chain(connection, code, after=number - 1, size=1)
    known = decision(entry)
    words = known.words if known else "?"
    raise Conflict(
        f"Nội dung phong bì {delivery} đã xóa theo quyết định {words}, mục {number} của hồ sơ "
        f"{code}; không gửi lại được.",
        f"The body of envelope {delivery} was erased by decision {words}, entry {number} of "
        f"dossier {code}; it cannot be sent again.",
        code="envelope-erased", dossier=code, entry=number,
    )


def _shown(one: Delivery) -> dict[str, Any]:
    moments = {name: when(getattr(one, name)) for name in ("created_at", "not_before",
                                                           "delivered_at")}
    return {**asdict(one), **moments}
