"""Routes of calls of services (lời gọi dịch vụ): what operators see, and let be tried anew."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response
from marshmallow import RAISE

from api.cursors import a_due_date, an_id, cut, read_cursor
from api.performing import actor, answer, perform, services
from api.routes.blueprints import Room
from api.schemas.calls import CallPage, CallQuery, Moved
from api.schemas.tasks import Nothing
from engine.calling import RetryService
from engine.office import permits
from engine.office.result import when
from engine.store import call_states
from engine.store.call_states import CallSeen

blueprint = Room("service_calls", __name__, description="Calls of services (lời gọi dịch vụ)")


@blueprint.get("/service-calls")
@blueprint.arguments(CallQuery, location="query", unknown=RAISE)
@blueprint.response(200, CallPage)
@blueprint.look()
def page(query: dict[str, Any]) -> Response:
    """List calls of services, the oldest first (danh sách lời gọi)."""
    permits.do_operate(actor())
    size, after = query["limit"], read_cursor(query.get("cursor"), a_due_date, an_id)
    with services().store.reading() as connection:
        found = call_states.page(connection, query["state"], after, size + 1)
    shown, following = cut(found, size, call_states.place)
    return answer({"items": [_shown(seen) for seen in shown], "next": following})


@blueprint.post("/service-calls/<task>/retry")
@blueprint.arguments(Nothing)
@blueprint.response(200, Moved)
@blueprint.change(etag=False)
def retry(body: dict[str, Any], task: str) -> Response:
    """Let a call that failed be tried anew, at once (cho chạy lại)."""
    return perform(RetryService(task), body)


def _shown(seen: CallSeen) -> dict[str, Any]:
    found = asdict(seen)
    moments = {name: when(found[name]) for name in ("opened_at", "until", "failed_at")}
    return {"id": found.pop("task"), **found, **moments}
