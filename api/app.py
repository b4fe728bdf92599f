"""The app (ứng dụng): Flask with the routes of the house, strict at its edge."""

from __future__ import annotations

from http import HTTPStatus
from importlib.metadata import version

from flask import Flask, request
from flask_smorest import Api
from werkzeug.exceptions import HTTPException

from api import demo_issuer, logs, metrics, problem
from api.performing import services
from api.problem import BadRequest
from api.receiving import BESIDE
from api.routes import (
    components,
    deliveries,
    dossiers,
    downloads,
    external_tasks,
    handed_papers,
    handoffs,
    history,
    house,
    lookup,
    papers,
    portal_messages,
    procedures,
    register,
    service_calls,
    signatures,
    tasks,
)
from api.schemas.base import StrictJSON
from api.schemas.problem import Problem
from api.wiring import Services
from engine.errors import NotFound

#: Bytes of a body; only an upload of files may be larger.
MOST_BYTES = 1_000_000
_LARGER = {"procedures.upload": procedures.MOST_BYTES, "handoffs.take": handoffs.MOST_BYTES}

_CONFIG = {
    "API_TITLE": "motcua", "API_VERSION": version("motcua"), "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/", "OPENAPI_JSON_PATH": "openapi.json",
    "MAX_CONTENT_LENGTH": MOST_BYTES, "MAX_FORM_PARTS": 250, "PROPAGATE_EXCEPTIONS": False,
}


class _Api(Api):  # type: ignore[misc]  # the library has no types
    """The API whose refusals are ours: application/problem+json for everything."""

    DEFAULT_ERROR_RESPONSE_NAME = "Problem"

    def _register_error_handlers(self) -> None:
        problem.register(self._app)

    def _register_responses(self) -> None:
        """Describe every refusal that the library documents as a problem."""
        for name in ("Problem", *(status.name for status in HTTPStatus if status >= 400)):
            self.spec.components.response(name, {
                "description": "Bị từ chối (refused), RFC 9457",
                "content": {"application/problem+json": {"schema": Problem}},
            }, lazy=True)


def create_app(services: Services) -> Flask:
    """Return the app that serves with these services."""
    app = Flask("api", root_path=None, static_folder=None)
    app.json = StrictJSON(app)
    app.config.update(_CONFIG)
    app.extensions["motcua"] = services
    logs.register(app)
    metrics.register(app)
    app.before_request(_guard)
    api = _Api(app, spec_kwargs={"info": {
        "description": "Hồ sơ một cửa chạy theo sơ đồ BPMN (dossiers driven by BPMN diagrams).",
    }})
    app.extensions["motcua-api"] = api
    _describe(api)
    for room in (
        dossiers, components, tasks, history, papers, register, procedures, lookup, handoffs,
        handed_papers, deliveries, downloads, external_tasks, service_calls, portal_messages,
        signatures,
    ):
        api.register_blueprint(room.blueprint)
    app.register_blueprint(house.blueprint)
    if services.demo_issuer is not None:
        app.register_blueprint(demo_issuer.blueprint)
    return app


def _describe(api: Api) -> None:
    """Say in the specification how the door is opened."""
    api.spec.components.security_scheme(
        "bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    )
    api.spec.options["security"] = [{"bearer": []}]


def _most(endpoint: str) -> int:
    """Return how many bytes a body may have: that of a paper as many as the setting allows."""
    if endpoint == "components.add":
        return services().settings.file_bounds.size + BESIDE
    return _LARGER.get(endpoint, MOST_BYTES)


def _guard() -> None:
    """Bound the body, and refuse addresses and queries that nobody serves."""
    endpoint = request.endpoint or ""
    request.max_content_length = _most(endpoint)
    for value in (request.view_args or {}).values():
        if isinstance(value, str) and not value.isprintable():
            raise NotFound("Không có gì ở địa chỉ này.", "There is nothing at this address.")
    if request.args and isinstance(request.routing_exception, HTTPException | None) and (
        endpoint not in _QUERIED
    ):
        named = ", ".join(sorted(request.args)[:5])
        raise BadRequest(
            f"Địa chỉ này không có tham số nào: {named}.",
            f"This address takes no parameters: {named}.", code="bad-query",
        )


#: Views that take a query; their schemas refuse what they do not know.
_QUERIED = frozenset({
    "tasks.page", "history.page", "procedures.diff", "papers.print_paper", "papers.page",
    "register.register", "handoffs.events", "handoffs.shared", "deliveries.page",
    "service_calls.page", "portal_messages.page", "handed_papers.content", "downloads.page",
})
