"""Views of components (thành phần hồ sơ): required, present, missing and offered, by component."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from engine.components.declared import DIGITISED, OTHER
from engine.components.needs import Need
from engine.components.papers import Paper
from engine.components.reuse import Held
from engine.office.papers import component_etag, paper_json, papers_etag
from engine.office.result import when


def components_view(
    code: str, needs: Iterable[Need], papers: Sequence[Paper], article: str,
) -> dict[str, Any]:
    """Return the components of a dossier, and under `others` the papers that nobody declared."""
    told = [_need(code, need, papers, article) for need in needs]
    missing = [item["component"] for item in told if item["missing"]]
    return {
        "dossier": code, "complete": not missing, "missing": missing, "items": told,
        "others": {
            "component": OTHER, "papers": _papers(code, papers, OTHER),
            "etag": component_etag(code, papers, OTHER),
        },
        "etag": papers_etag(code, papers),
    }


def _need(code: str, need: Need, papers: Sequence[Paper], article: str) -> dict[str, Any]:
    component, held = need.component, bool(need.offers)
    return {
        "component": component.code, "name": component.name, "class": component.kind,
        "copy": component.copy, "count": component.count, "required": need.required,
        "missing": need.missing, "may_ask": not held, "article": article if held else None,
        "digitise": component.kind in DIGITISED and any(
            paper.sha256 is None and not paper.shown for paper in need.present
        ),
        "papers": _papers(code, papers, component.code),
        "offers": [_offer(offer) for offer in need.offers],
        "etag": component_etag(code, papers, component.code),
    }


def _papers(code: str, papers: Iterable[Paper], component: str) -> list[dict[str, Any]]:
    """Return all papers of a component; those that count no more are told by their state."""
    return [paper_json(code, paper) for paper in papers if paper.component == component]


def _offer(offer: Held) -> dict[str, Any]:
    return {
        "id": offer.id, "code": offer.code, "dossier": offer.dossier,
        "held_since": when(offer.held_since), "copy": offer.copy,
        "media_type": offer.media_type, "size": offer.size,
    }
