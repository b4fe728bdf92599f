"""Routes of components (thành phần hồ sơ): what a dossier needs and holds, and its files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask import Response, request

from api.component_views import components_view, with_file
from api.giving import given
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
from api.seeing import PapersSeen, papers_seen, taking_part
from engine.components.needs import Circle, Need, handed_needs, needs
from engine.dossier import visible
from engine.errors import Fault, Invalid
from engine.law.rules import rules_by_id
from engine.office import Upload
from engine.office.papers import papers_etag
from engine.office.reuse import offers
from engine.paperwork import AddPaper, HandBackPapers, WithdrawPaper
from engine.store import papers

blueprint = Room("components", __name__, description="Components (thành phần hồ sơ)")

#: What a paper says of itself; the rest of the command is about how it came.
_SAID = ("name", "because")
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
    found = papers_seen(code)
    body = components_view(
        code, _needs(found), found, rules_by_id(found.dossier.rule_set).article("reuse"),
    )
    return answer(body, etag=papers_etag(code, found.every))


@blueprint.post("/dossiers/<code>/components/<component>")
@blueprint.doc(requestBody=_BODY)
@blueprint.response(201, PapersChanged)
@blueprint.change(etag=True)
def add(code: str, component: str) -> Response:
    """Add a paper: a form with its file, or JSON to reuse one or for paper alone (thêm giấy tờ)."""
    taking_part(code)
    if request.mimetype != "multipart/form-data":
        return _add(code, component, PARSER.load_json(request, NewPaper()), None)
    house = services()
    with received(request, house.files, house.looking(house.clock.now())) as sent:
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
    found = papers_seen(code)
    paper = with_file(found, number)
    return given(paper, services().files.reading(paper.sha256 or "", paper.size or 0))


def _needs(found: PapersSeen) -> tuple[Need, ...]:
    """Return the components as the asker has to do with them.

    Who does not see all papers, or works at another node than the dossier's own, asks the applicant
    for nothing and is offered nothing.
    """
    dossier, house = found.dossier, services()
    if not found.whole or dossier.links.origin:
        return handed_needs(found.declared, found.papers)
    with house.store.reading() as connection:
        born = papers.born_with(connection, dossier.code)
        offered = offers(connection, dossier.code, found.declared, born.get("applicant", {}))
    circle = Circle(born.get("answers", {}), visible(dossier), house.clock.now())
    return needs(found.declared, found.papers, offered, circle)


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
