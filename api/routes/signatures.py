"""Routes of signatures (chữ ký số): officials ask for their own on a paper, and read all of it."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.component_views import with_file
from api.performing import answer, perform, services
from api.routes.blueprints import Room
from api.schemas.components import PapersChanged
from api.schemas.signatures import SignatureAsked, SignaturesPending, SignaturesRead
from api.schemas.tasks import Nothing
from api.seeing import papers_seen
from engine.components.signed import PDF, lineage
from engine.office.papers import paper_etag, signature_json
from engine.office.result import when
from engine.signing import AskSignature, WithdrawSignature
from engine.store import call_states

blueprint = Room("signatures", __name__, description="Signatures (chữ ký số)")


@blueprint.post("/dossiers/<code>/signatures")
@blueprint.arguments(SignatureAsked)
@blueprint.response(202, PapersChanged)
@blueprint.change(etag=True)
def ask(body: dict[str, Any], code: str) -> Response:
    """Ask for one's own signature on a paper; a worker has it made (ký số giấy tờ).

    If-Match names the paper that was read; a printed one cannot change and needs none.
    """
    command = AskSignature(
        code, body.get("paper"), body.get("printed"), body.get("connector", ""))
    response = perform(command, body)
    response.status_code = 202
    response.headers["Location"] = f"/api/v1/dossiers/{code}/signatures"
    return response


@blueprint.get("/dossiers/<code>/signatures")
@blueprint.response(200, SignaturesPending)
@blueprint.look()
def pending(code: str) -> Response:
    """List the signatures that are under way, with why one fails (chữ ký đang chờ)."""
    seen = papers_seen(code).papers
    asked = [paper for paper in seen if paper.call and paper.state == "held"]
    with services().store.reading() as connection:
        known = call_states.of_ids(connection, [paper.call for paper in asked])
    return answer({"items": [
        {
            "paper": paper.number, "official": paper.asked, "connector": call.name,
            "state": call.state, "asked_at": when(call.opened_at), "tries": call.tries,
            "failure": call.failure, "etag": paper_etag(code, paper),
        }
        for paper in asked if (call := known.get(paper.call))
    ]})


@blueprint.get("/dossiers/<code>/signatures/<int:number>")
@blueprint.response(200, SignaturesRead)
@blueprint.look(409, 501)
def read(code: str, number: int) -> Response:
    """Read the signatures in the file of a paper, whoever made them (đọc chữ ký trong tệp).

    Those of a paper from another node are judged by the roots of this one alone.
    """
    found, house = papers_seen(code), services()
    paper = with_file(found, number)
    came = lineage(found.every, paper)[-1]
    looking = house.looking(paper.added_at)
    kept = looking.read(house.files, paper, came.size or 0) if paper.media_type == PDF else ()
    told = [signature_json(one) for one in kept]
    return answer({"paper": number, "source": paper.source, "signatures": told})


@blueprint.post("/dossiers/<code>/signatures/<int:number>/withdraw")
@blueprint.arguments(Nothing)
@blueprint.response(200, PapersChanged)
@blueprint.change(etag=True)
def withdraw(body: dict[str, Any], code: str, number: int) -> Response:
    """Take back the asking for a signature on a paper (rút yêu cầu ký số)."""
    return perform(WithdrawSignature(code, number), body)
