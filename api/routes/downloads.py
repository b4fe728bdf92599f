"""Routes for operators (vận hành tải giấy tờ): files on their way from other nodes, or dead."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response
from marshmallow import RAISE

from api.cursors import a_number, cut, read_cursor
from api.performing import actor, answer, services
from api.routes.blueprints import Room
from api.schemas.handoffs import DownloadPage, DownloadQuery, DownloadSeen
from engine.errors import NotFound
from engine.office.permits import do_operate
from engine.office.result import when
from engine.store import downloads
from engine.store.downloads import Download

blueprint = Room("downloads", __name__, description="Papers from other nodes (tải giấy tờ)")


@blueprint.get("/paper-downloads")
@blueprint.arguments(DownloadQuery, location="query", unknown=RAISE)
@blueprint.response(200, DownloadPage)
@blueprint.look()
def page(query: dict[str, Any]) -> Response:
    """List files of papers on their way from other nodes, here or dead (xem tải giấy tờ)."""
    do_operate(actor())
    size, after = query["limit"], read_cursor(query.get("cursor"), a_number)
    with services().store.reading() as connection:
        found = downloads.listed(
            connection, state=query.get("state"), node=query.get("node"),
            after=int(after[0]) if after else 0, size=size + 1,
        )
    shown, following = cut(found, size, lambda one: (str(one.position),))
    return answer({"items": [_shown(one) for one in shown], "next": following})


@blueprint.post("/paper-downloads/<int:number>/redrive")
@blueprint.response(200, DownloadSeen)
@blueprint.look()
def redrive(number: int) -> Response:
    """Let a file that could not come be fetched again (tải lại)."""
    do_operate(actor())
    with services().store.unit() as unit:
        if not downloads.redrive(unit.connection, number):
            raise NotFound(
                "Không có lượt tải chết nào mang số này.", "There is no such dead download.",
                code="no-dead-download",
            )
        unit.commit()
    return answer({"id": number, "state": "waiting"})


def _shown(one: Download) -> dict[str, Any]:
    found = asdict(one)
    moments = {name: when(found[name]) for name in ("created_at", "not_before", "done_at")}
    return {"id": found.pop("position"), **found, **moments}
