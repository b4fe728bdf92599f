"""Routes of the house itself (vận hành): is it alive, is it ready, its numbers, its manual."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template
from flask_smorest import Api

from api.metrics import exposition
from api.performing import answer, services
from api.portal_gauges import gauges
from engine.store.schema import need_newest

blueprint = Blueprint("house", __name__, template_folder="../web")


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer while the process lives."""
    return answer({"status": "alive"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """Answer while the database answers and has the schema that this build knows."""
    with services().store.reading() as connection:
        need_newest(connection)
    return answer({"status": "ready"})


@blueprint.get("/metrics")
def metrics() -> Response:
    """Return the numbers of all workers in Prometheus's format."""
    here = services()
    portal = [gauges(here.store, here.clock)] if here.settings.portal is not None else []
    return exposition(*portal)


@blueprint.get("/docs")
def docs() -> str:
    """Show the API as a page that needs nothing from elsewhere."""
    api: Api = current_app.extensions["motcua-api"]
    spec = api.spec.to_dict()
    return render_template("docs.html", spec=spec, rooms=spec.get("tags", []))
