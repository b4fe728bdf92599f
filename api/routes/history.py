"""Routes of history (nhật ký): the entries of a dossier, and the dossier done again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response
from marshmallow import RAISE

from api.consulting import only_consulted
from api.cursors import a_number, cut, read_cursor
from api.performing import actor, answer, services
from api.routes.blueprints import Room
from api.schemas.dossiers import HistoryPage, PageQuery, Replayed
from api.seeing import seen
from api.views import history_item
from engine.audit.desk import replay_stored
from engine.store import entries

blueprint = Room("history", __name__, description="History (nhật ký)")


@blueprint.get("/dossiers/<code>/history")
@blueprint.arguments(PageQuery, location="query", unknown=RAISE)
@blueprint.response(200, HistoryPage)
@blueprint.look()
def page(query: dict[str, Any], code: str) -> Response:
    """List the entries of a dossier in their order, without personal values (xem nhật ký)."""
    dossier = seen(code)
    size, after = query["limit"], read_cursor(query.get("cursor"), a_number)
    start = int(after[0]) if after else 0
    with services().store.reading() as connection:
        found = list(entries.chain(connection, code, after=start, size=size + 1))
    agencies = actor().agencies()
    outside = only_consulted(dossier.dossier, dossier.parts, dossier.tasks, agencies)
    shown, following = cut(found, size, lambda entry: (str(entry.number),))
    items = [history_item(entry, agencies, outside=outside) for entry in shown]
    return answer({"items": items, "next": following})


@blueprint.get("/dossiers/<code>/replay")
@blueprint.response(200, Replayed)
@blueprint.look(409)
def replay(code: str) -> Response:
    """Do a dossier again from its entries and compare every state (làm lại để kiểm).

    409 where a decision erased what is personal of it: nothing is left to be done again.
    """
    dossier = seen(code)
    done = replay_stored(services().store, code)
    # Who did what is told by the history, to their own agency alone.
    untold: dict[str, Any] = {"actor": None}
    if only_consulted(dossier.dossier, dossier.parts, dossier.tasks, actor().agencies()):
        untold["command"] = ""
    again = [{**asdict(entry), **untold} for entry in done.entries]
    return answer({"code": code, "whole": done.whole, "entries": again, "rows": done.rows})

