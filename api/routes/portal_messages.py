"""Routes for operators of the national portal (đồng bộ Cổng): what waits, what it refused."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response
from marshmallow import RAISE

from api.cursors import a_number, cut, read_cursor
from api.performing import actor, answer, services
from api.routes.blueprints import Room
from api.schemas.portal_messages import PortalPage, PortalQuery, PortalSeen
from engine.errors import NotFound
from engine.jobs import wake_portal
from engine.office.permits import do_operate
from engine.office.result import when
from engine.store import portal_messages
from engine.store.portal_messages import Seen

blueprint = Room("portal_messages", __name__, description="National portal (Cổng DVC quốc gia)")


@blueprint.get("/portal-messages")
@blueprint.arguments(PortalQuery, location="query", unknown=RAISE)
@blueprint.response(200, PortalPage)
@blueprint.look()
def page(query: dict[str, Any]) -> Response:
    """List what the portal is told, with its words where it refused (xem tin gửi Cổng)."""
    do_operate(actor())
    size, after = query["limit"], read_cursor(query.get("cursor"), a_number)
    with services().store.reading() as connection:
        found = portal_messages.listed(
            connection, state=query.get("state"), after=int(after[0]) if after else 0,
            size=size + 1,
        )
    listed, following = cut(found, size, lambda one: (str(one.position),))
    return answer({"items": [shown(one) for one in listed], "next": following})


@blueprint.post("/portal-messages/<int:number>/redrive")
@blueprint.response(200, PortalSeen)
@blueprint.look()
def redrive(number: int) -> Response:
    """Let a dead message be told again (gửi lại)."""
    do_operate(actor())
    with services().store.unit() as unit:
        if number >= 2**63 or not portal_messages.redrive(unit.connection, number):
            raise NotFound(
                "Không có tin chết nào mang số này.", "There is no such dead message.",
                code="no-dead-message",
            )
        if services().settings.portal is not None:
            wake_portal(unit.connection)
        unit.commit()
    return answer({"id": number, "state": "waiting"})


def shown(one: Seen) -> dict[str, Any]:
    """Return a message as an operator sees it."""
    body = asdict(one)
    moments = {name: when(body[name]) for name in ("at", "not_before", "sent_at")}
    return {"id": body.pop("position"), **body, "statuses": list(one.statuses), **moments}
