"""Routes of components (thành phần hồ sơ): what a dossier needs and holds, and its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO
from urllib.parse import quote

from flask import Response, request

from api.component_views import components_view
from api.performing import answer, perform, services
from api.receiving import received
from api.routes.blueprints import Room
from api.schemas.base import PARSER, loaded
from api.schemas.components import (
    ComponentsSeen,
    HandBack,
    NewPaper,
    PaperForm,
    PapersChanged,
    Withdrawal,
)
from api.seeing import taking_part
from engine.commands import AddPaper, HandBackPapers, WithdrawPaper
from engine.components.needs import Circle, needs
from engine.components.papers import Paper, numbered
from engine.dossier import visible
from engine.errors import Fault, Invalid, NotFound
from engine.law.rules import rules_by_id
from engine.office import Upload
from engine.office.papers import papers_etag
from engine.office.reuse import offers
from engine.store import papers

blueprint = Room("components", __name__, description="Components (thành phần hồ sơ)")

#: What a paper says of itself; the rest of the command is about how it came.
_SAID = ("name", "because")
_BLOCK = 1 << 16
_BODY = {
    "required": True, "content": {
        "multipart/form-data": {"schema": PaperForm}, "application/json": {"schema": NewPaper},
    },
}


@blueprint.get("/dossiers/<code>/components")
@blueprint.response(200, ComponentsSeen)
@blueprint.look()
def components(code: str) -> Response:
    """Show what a dossier needs, holds, lacks and could reuse (xem thành phần hồ sơ)."""
    dossier, house = taking_part(code), services()
    facts = house.office.library.flow(dossier.flow_hash).facts
    declared = facts.components if facts else ()
    with house.store.reading() as connection:
        known = papers.of_dossier(connection, code)
        born = papers.born_with(connection, code)
        offered = offers(connection, code, declared, born.get("applicant", {}))
    circle = Circle(born.get("answers", {}), visible(dossier), house.clock.now())
    body = components_view(
        code, needs(declared, known, offered, circle), known,
        rules_by_id(dossier.rule_set).article("reuse"),
    )
    return answer(body, etag=papers_etag(code, known))


@blueprint.post("/dossiers/<code>/components/<component>")
@blueprint.doc(requestBody=_BODY)
@blueprint.response(201, PapersChanged)
@blueprint.change(etag=True)
def add(code: str, component: str) -> Response:
    """Add a paper: a form with its file, or JSON to reuse one or for paper alone (thêm giấy tờ)."""
    taking_part(code)
    if request.mimetype != "multipart/form-data":
        return _add(code, component, PARSER.load_json(request, NewPaper()), None)
    with received(request, services().files, services().looking()) as sent:
        return _add(code, component, sent.fields, sent.upload)


@blueprint.post("/dossiers/<code>/components/<int:number>/withdraw")
@blueprint.arguments(Withdrawal)
@blueprint.response(200, PapersChanged)
@blueprint.change(etag=True)
def withdraw(body: dict[str, Any], code: str, number: int) -> Response:
    """Withdraw a wrong paper; it stays in the history (rút giấy tờ sai)."""
    return perform(WithdrawPaper(code, number, body), body)


@blueprint.post("/dossiers/<code>/components/hand-back")
@blueprint.arguments(HandBack)
@blueprint.response(200, PapersChanged)
@blueprint.change(etag=True)
def hand_back(body: dict[str, Any], code: str) -> Response:
    """Hand originals back to the applicant (trả lại bản chính)."""
    content = {name: value for name, value in body.items() if name != "papers"}
    numbers = sorted(set(body["papers"]))
    return perform(HandBackPapers(code, numbers, content), body)


@blueprint.get("/dossiers/<code>/components/<int:number>/content")
@blueprint.response(200, {"type": "string", "format": "binary"},
                    content_type="application/octet-stream")
@blueprint.look()
def content(code: str, number: int) -> Response:
    """Give out the file of a paper, held against its hash (tải tệp giấy tờ)."""
    taking_part(code)
    with services().store.reading() as connection:
        paper = numbered(papers.of_dossier(connection, code), number)
    if paper.sha256 is None:
        raise NotFound(
            f"Giấy tờ số {number} chỉ có bản giấy.", f"Paper {number} is on paper alone.",
            code="no-file",
        )
    return _given(paper, services().files.reading(paper.sha256, paper.size or 0))


def _add(
    code: str, component: str, values: Mapping[str, Any], upload: Upload | None,
) -> Response:
    body = loaded(NewPaper(), values)
    said = {name: body.pop(name) for name in _SAID if name in body}
    reuse, replaces = body.pop("reuse", None), body.pop("replaces", None)
    if reuse is not None and upload is not None:
        vi, en = "Dùng lại thì không gửi tệp.", "To reuse a paper, send no file."
        raise Invalid(vi, en, [Fault("/reuse", "unknown-field", vi, en)], code="body-invalid")
    if upload is not None and body["shown"]:
        vi, en = "Giấy tờ xuất trình không có tệp.", "A paper that was only shown has no file."
        raise Invalid(vi, en, [Fault("/shown", "unknown-field", vi, en)], code="body-invalid")
    if reuse is not None:
        body["source"] = "reused"
    command = AddPaper(code, component, **body, origin=reuse, replaces=replaces, content=said)
    repeated = {**values, "sha256": upload.sha256} if upload else dict(values)
    return perform(
        command, repeated, upload=upload,
        location=f"/api/v1/dossiers/{quote(code)}/components/{{number}}/content",
    )


def _given(paper: Paper, file: BinaryIO) -> Response:
    """Return the file as something to be saved, never to be opened by the browser itself."""

    def blocks() -> Iterator[bytes]:
        while block := file.read(_BLOCK):
            yield block

    response = Response(blocks(), content_type=paper.media_type)
    response.call_on_close(file.close)
    response.headers["Content-Length"] = str(paper.size)
    response.headers["Content-Disposition"] = disposition(paper.file_name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "no-store"
    response.set_etag(paper.sha256 or "")
    return response


def disposition(name: str) -> str:
    """Return Content-Disposition for a name: ASCII for old readers, RFC 8187 for all others."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
