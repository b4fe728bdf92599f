"""Routes of papers (giấy tờ in): print one about a dossier, and list what was printed."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from flask import Response
from marshmallow import RAISE

from api.cursors import a_number, cut, read_cursor
from api.performing import actor, answer, repeatable, services
from api.routes.blueprints import Room
from api.schemas.dossiers import PageQuery
from api.schemas.papers import PapersPage, Printing, PrintQuery
from api.seeing import seen
from engine.office.printing import Printed, printed_json
from engine.paperwork import PrintPaper
from engine.store import printed

blueprint = Room("papers", __name__, description="Printed papers (giấy tờ in)")

MEDIA = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@blueprint.post("/dossiers/<code>/papers/<paper>")
@blueprint.arguments(PrintQuery, location="query", unknown=RAISE)
@blueprint.arguments(Printing)
@blueprint.response(201, description="the file; its hash stands in the history")
@blueprint.change(etag=False, more=(501,))
def print_paper(query: dict[str, Any], body: dict[str, Any], code: str, paper: str) -> Response:
    """Print a paper of the law about a dossier, and record it (in giấy tờ)."""
    command = PrintPaper(code, paper, query["format"], body["asked"])
    printed = services().office.execute(
        command, actor(), request=repeatable({**query, **body}),
    )
    assert isinstance(printed, Printed)  # noqa: S101 - what the office answers to this command
    return _file(printed, f"{paper}-{code}.{query['format']}")


@blueprint.get("/dossiers/<code>/papers")
@blueprint.arguments(PageQuery, location="query", unknown=RAISE)
@blueprint.response(200, PapersPage)
@blueprint.look()
def page(query: dict[str, Any], code: str) -> Response:
    """List the papers printed about a dossier, in their order (giấy tờ đã in)."""
    seen(code)
    size, after = query["limit"], read_cursor(query.get("cursor"), a_number)
    start = int(after[0]) if after else 0
    with services().store.reading() as connection:
        found = printed.of_dossier(connection, code, after=start, size=size + 1)
    shown, following = cut(found, size, lambda entry: (str(entry.number),))
    return answer({"items": [printed_json(entry) for entry in shown], "next": following})


def recorded(response: Response, printed: Printed) -> Response:
    """Return the answer saying which entry recorded the paper, and the hash that it recorded."""
    digest = b64encode(bytes.fromhex(printed.body["sha256"])).decode()
    response.headers["Content-Digest"] = f"sha-256=:{digest}:"
    response.headers["Motcua-Entry"] = str(printed.body["entry"])
    return response


def _file(printed: Printed, name: str) -> Response:
    """Return the bytes with what was recorded of them, as a file that no cache keeps."""
    media = MEDIA[printed.body["format"]]
    response = recorded(Response(printed.content, status=201, content_type=media), printed)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    if printed.repeated:
        response.headers["Idempotent-Replayed"] = "true"
    return response
