"""Routes of the house itself (vận hành): is it alive, is it ready, its numbers, its manual."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template
from flask_smorest import Api

from api.backlogs import Backlogs
from api.metrics import exposition
from api.performing import answer, services
from api.readiness import readiness

blueprint = Blueprint("house", __name__, template_folder="../web")


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer while the process lives."""
    return answer({"status": "alive"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """Answer while this server can serve: database, schema, keys of this node, file store.

    Without a worker it serves all the same, and says so: timers and deliveries wait for one.
    """
    return answer(readiness(services()))


@blueprint.get("/metrics")
def metrics() -> Response:
    """Return the numbers of all workers, and of what waits, in Prometheus's format."""
    here = services()
    portal = here.settings.portal is not None
    return exposition(Backlogs(here.store, here.clock, portal=portal))


@blueprint.get("/docs")
def docs() -> str:
    """Show the API as a page that needs nothing from elsewhere."""
    api: Api = current_app.extensions["motcua-api"]
    spec = api.spec.to_dict()
    return render_template("docs.html", spec=spec, rooms=spec.get("tags", []))
