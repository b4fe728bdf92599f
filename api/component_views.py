"""Views of components (thành phần hồ sơ): required, present, missing and offered, by component."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from api.seeing import PapersSeen
from engine.components.declared import DIGITISED, OTHER
from engine.components.needs import Need
from engine.components.papers import Paper, need_come, numbered
from engine.components.reuse import Held
from engine.components.signed import PDF, lineage
from engine.errors import NotFound
from engine.office.papers import component_etag, paper_json, papers_etag
from engine.office.result import when

#: How a download stands -> what that says of the file, and in words.
_STATES = {"done": "here", "waiting": "pending", "dead": "failed"}
_LABELS = {"here": "đã có", "pending": "đang tải", "failed": "lỗi tải",
           "erased": "đã xóa theo quyết định"}


def components_view(
    code: str, needs: Iterable[Need], seen: PapersSeen, article: str,
) -> dict[str, Any]:
    """Return the components of a dossier, and under `others` the papers that nobody declared."""
    told = [_need(code, need, seen, article) for need in needs]
    missing = [item["component"] for item in told if item["missing"]]
    return {
        "dossier": code, "complete": not missing, "missing": missing, "items": told,
        "others": {
            "component": OTHER, "papers": _papers(code, seen, OTHER),
            "etag": component_etag(code, seen.every, OTHER),
        },
        "etag": papers_etag(code, seen.every),
    }


def with_file(seen: PapersSeen, number: int) -> Paper:
    """Return a paper whose file is here.

    Raises NotFound where the asker sees no such paper, it is on paper alone or erased, Conflict
    while its file is on its way from another node.
    """
    paper = numbered(seen.papers, number)
    if paper.sha256 is None:
        raise NotFound(
            f"Giấy tờ số {number} chỉ có bản giấy.", f"Paper {number} is on paper alone.",
            code="no-file",
        )
    if _stands(seen, paper) == "erased":
        raise NotFound(
            f"Tệp của giấy tờ số {paper.number} đã xóa theo quyết định.",
            f"The file of paper {paper.number} was erased by decision.", code="paper-erased",
        )
    need_come(paper, seen.downloads)
    return paper


def _need(code: str, need: Need, seen: PapersSeen, article: str) -> dict[str, Any]:
    component, held = need.component, bool(need.offers)
    return {
        "component": component.code, "name": component.name, "class": component.kind,
        "copy": component.copy, "count": component.count, "required": need.required,
        "missing": need.missing, "may_ask": not held, "article": article if held else None,
        "digitise": component.kind in DIGITISED and any(
            paper.sha256 is None and not paper.shown for paper in need.present
        ),
        "papers": _papers(code, seen, component.code),
        "offers": [_offer(offer) for offer in need.offers],
        "etag": component_etag(code, seen.every, component.code),
    }


def _papers(code: str, seen: PapersSeen, component: str) -> list[dict[str, Any]]:
    """Return all papers of a component; those that count no more are told by their state."""
    return [
        {**paper_json(code, paper), **_file(seen, paper)}
        for paper in seen.papers if paper.component == component
    ]


def _file(seen: PapersSeen, paper: Paper) -> dict[str, str | bool | None]:
    """Return whether the file of a paper is here, and whether all signatures in it were read."""
    came = lineage(seen.every, paper)[-1]
    read = came.source != "handed" or came.media_type != PDF
    if paper.sha256 is None:
        return {"file": None, "file_label": None, "signatures_read": read}
    state = _stands(seen, paper)
    return {"file": state, "file_label": _LABELS[state], "signatures_read": read}


def _stands(seen: PapersSeen, paper: Paper) -> str:
    if paper.state == "erased":
        return "erased"
    return _STATES[seen.downloads.get(paper.number, ("done", None))[0]]


def _offer(offer: Held) -> dict[str, Any]:
    return {
        "id": offer.id, "code": offer.code, "dossier": offer.dossier,
        "held_since": when(offer.held_since), "copy": offer.copy,
        "media_type": offer.media_type, "size": offer.size,
    }
