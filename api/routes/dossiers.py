"""Routes of dossiers (hồ sơ): register, see, and the acts of the law."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.consulting import only_consulted, wording
from api.performing import actor, answer, perform, services
from api.routes.blueprints import Room
from api.schemas.dossiers import ActContent, DossierSeen, NewDossier, Standing
from api.seeing import course, seen
from api.views import dossier_view, narrowed
from engine.commands import PerformAct, RegisterDossier
from engine.office.result import dossier_etag
from engine.proceed import Before
from engine.store import entries

blueprint = Room("dossiers", __name__, description="Dossiers and acts (hồ sơ, hành vi)")


@blueprint.post("/dossiers")
@blueprint.arguments(NewDossier)
@blueprint.response(201, Standing)
@blueprint.change(etag=False)
def register(body: dict[str, Any]) -> Response:
    """Register a dossier at a receiving agency (đăng ký hồ sơ)."""
    return perform(RegisterDossier(**body), body, location="/api/v1/dossiers/{code}")


@blueprint.get("/dossiers/<code>")
@blueprint.response(200, DossierSeen)
@blueprint.look()
def see(code: str) -> Response:
    """Show a dossier to the agencies that take part in it (xem hồ sơ)."""
    found = seen(code)
    agencies = actor().agencies()
    body = dossier_view(found.dossier, found.parts, found.tasks, course(found), agencies)
    if body["consultations"]:
        with services().store.reading() as connection:
            words = wording(entries.chain(connection, code))
        outside = only_consulted(found.dossier, found.parts, found.tasks, agencies)
        body = narrowed(body, words, agencies if outside else None)
    now = Before(
        found.dossier, tuple(part for part in found.parts if part.status == "running"),
        tuple(task for task in found.tasks if task.state == "open"),
    )
    body["actions"] = services().office.actions(now, actor())
    return answer(body, etag=dossier_etag(found.dossier))


@blueprint.post("/dossiers/<code>/acts/<act>")
@blueprint.arguments(ActContent)
@blueprint.response(200, Standing)
@blueprint.change(etag=True)
def perform_act(content: dict[str, Any], code: str, act: str) -> Response:
    """Perform an act of the law on a dossier (thực hiện hành vi)."""
    return perform(PerformAct(code, act, content), content)
