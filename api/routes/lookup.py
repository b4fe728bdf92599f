"""The public lookup (tra cứu): how far a dossier is, for anybody who has its code."""

from __future__ import annotations

from flask import Response

from api.performing import answer, services
from api.routes.blueprints import Room
from api.schemas.dossiers import Lookup
from engine.errors import NotFound
from engine.office.result import dossier_json
from engine.store import dossiers

blueprint = Room("lookup", __name__, public=True, description="Public lookup (tra cứu)")


@blueprint.get("/lookup/<code>")
@blueprint.response(200, Lookup)
@blueprint.look()
def lookup(code: str) -> Response:
    """Say how far a dossier is, and nothing else of it (mức độ hoàn thành)."""
    with services().store.reading() as connection:
        dossier = dossiers.by_code(connection, code)
    # One of another node is looked up there, where its applicant handed it in.
    if dossier is None or dossier.links.origin:
        raise NotFound("Không có hồ sơ này.", "There is no such dossier.", code="no-dossier")
    told = dossier_json(dossier)
    return answer({name: told[name] for name in ("code", "status", "status_name", "status_label")})
