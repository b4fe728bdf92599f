"""Routes for papers between nodes (giấy tờ liên thông): the file behind a link, and fresh links."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Response, request

from api.calling_node import calling_node, own_identity
from api.giving import given
from api.performing import answer, services
from api.routes.blueprints import Room
from api.schemas.handoffs import FreshLink, LinkAsked
from engine.components.papers import Paper
from engine.errors import Conflict, Corrupt, NotFound
from engine.links.paper_links import envelope_of, make_link
from engine.store import downloads, handed, papers

blueprint = Room("handed_papers", __name__, public=True,
                 description="Papers between nodes (giấy tờ liên thông)")


@blueprint.get("/handoffs/papers/<sha256>")
@blueprint.response(200, {"type": "string", "format": "binary"},
                    content_type="application/octet-stream")
@blueprint.look()
def content(sha256: str) -> Response:
    """Give a node the file of a paper that was handed over to it (tải giấy tờ liên thông).

    `link` is what came with the envelope: for this paper and this node, until it expires (403);
    404 where the paper is here no longer or its file is lost. The caller proves itself by a JWT, as
    with envelopes.
    """
    node, identity = calling_node(b"")
    token, now = request.args.get("link", ""), services().clock.now()
    envelope = envelope_of(identity, sha256, token, node.id, now)
    paper = _paper(envelope, node.id, sha256)
    try:
        file = services().files.reading(sha256, paper.size or 0)
    except Corrupt as lost:  # the other node need not try again; here somebody must look
        structlog.get_logger().error(
            "handed-paper-lost", node=node.id, envelope=envelope, sha256=sha256, reason=lost.en)
        raise NotFound(
            "Kho tệp của nút gửi đã mất hoặc làm hỏng tệp này; hãy báo nút gửi.",
            "The sending node has lost this file, or it was damaged there; tell that node.",
            code="paper-gone",
        ) from lost
    return given(paper, file)


@blueprint.post("/handoffs/papers/<sha256>/link")
@blueprint.arguments(LinkAsked)
@blueprint.response(200, FreshLink)
@blueprint.look()
def link(body: dict[str, Any], sha256: str) -> Response:
    """Give the node to which a paper was handed over a fresh link to it (xin đường tải mới)."""
    node, _ = calling_node(request.get_data())
    house, envelope = services(), body["envelope"]
    _paper(envelope, node.id, sha256)
    until = house.clock.now() + house.settings.link_hold
    return answer({"link": make_link(own_identity(), sha256, envelope, node.id, until)})


def _paper(envelope: str, node: str, sha256: str) -> Paper:
    """Return the paper that an envelope carried to a node, its file being here.

    Raises NotFound where none was handed over or its file is gone, Conflict while it is on its way
    here itself.
    """
    with services().store.reading() as connection:
        found = handed.paper_given(connection, envelope, node, sha256)
        if found is None:
            raise NotFound(
                f"Giấy tờ này không được chuyển cho nút {node}.",
                f"This paper was not handed over to node {node}.", code="paper-not-handed",
            )
        code, number = found
        known = papers.of_dossier(connection, code)
        paper = next((p for p in known if p.number == number), None)
        state, _ = downloads.states(connection, code).get(number, ("done", None))
    if paper is None or paper.state == "erased":
        raise NotFound(
            "Tệp này đã xóa theo quyết định ở nút gửi.",
            "This file was erased by decision at the sending node.", code="paper-gone",
        )
    if state != "done":
        raise Conflict(
            "Tệp này chính nút gửi cũng chưa có; hãy thử lại sau.",
            "The sending node itself does not have this file yet; try again later.",
            code="paper-pending",
        )
    return paper
