"""Routes of the house itself (vận hành): is it alive, is it ready, its numbers, its manual."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template
from flask_smorest import Api

from api.backlogs import Backlogs
from api.metrics import exposition
from api.performing import answer, services
from api.settings import Settings
from api.wiring import identity_of
from engine.errors import Invalid, Unavailable
from engine.store import workers
from engine.store.schema import need_newest

blueprint = Blueprint("house", __name__, template_folder="../web")


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer while the process lives."""
    return answer({"status": "alive"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """Answer while this server can serve: database, schema, and this node's keys where it has any.

    Without a worker it serves all the same, and says so: timers and deliveries wait for one.
    """
    with services().store.reading() as connection:
        need_newest(connection)
        seen = workers.alive(connection)
    _need_keys(services().settings)
    return answer({"status": "ready", "workers": seen})


def _need_keys(settings: Settings) -> None:
    if settings.node:
        try:
            identity_of(settings)
        except Invalid as error:
            raise Unavailable(error.vi, error.en, code=error.code) from error


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
