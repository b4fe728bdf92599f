"""Reuse (tái sử dụng): a paper held for this owner is offered, and may not be asked again.

Decree 107/2021 and Decision 468/QĐ-TTg until 30 June 2025, then Decree 118/2025 art. 4.2a: what the
data already say is asked on paper only where the data fail or are wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.components.declared import DIGITISED, Component
from engine.components.papers import Paper
from engine.errors import Conflict


@dataclass(frozen=True)
class Held:
    """A digitised paper held for its owner; `dossier` and `number` say where it came from.

    `owner` is personal: it stands in its table alone, never in the chain.
    """

    id: str
    owner: str
    paper_type: str
    dossier: str
    number: int
    copy: str
    sha256: str
    size: int
    media_type: str
    held_since: datetime

    @property
    def code(self) -> str:
        """Return the digitised paper code, `<owner id>.<paper type>` (Decision 468/QĐ-TTg)."""
        return f"{self.owner}.{self.paper_type}"


def owner_of(applicant: Mapping[str, Any]) -> str | None:
    """Return by which id papers are held for an applicant, None where none was given."""
    number = applicant.get("id_number")
    return number.strip().upper() or None if isinstance(number, str) else None


def reusable(components: Iterable[Component], papers: Iterable[Paper]) -> tuple[Paper, ...]:
    """Return the papers that become reusable once the dossier is settled well.

    Those of a class that must be digitised, with a file; one that was itself reused is held since
    before.
    """
    kinds = {component.code: component.kind for component in components}
    return tuple(
        paper for paper in papers
        if paper.state == "held" and paper.sha256 is not None and paper.source != "reused"
        and kinds.get(paper.component) in DIGITISED
    )


def named(items: Iterable[object], codes: Iterable[str]) -> tuple[str, ...]:
    """Return the component codes that items of a supplement request name, in their order."""
    known = frozenset(codes)
    found = [
        word for item in items if isinstance(item, str)
        for word in re.split(r"[^A-Za-z0-9._-]+", item)
    ]
    return tuple(dict.fromkeys(
        code for word in found for code in (word, word.rstrip(".-")) if code in known
    ))


def need_not_held(
    offers: Iterable[Held], codes: Iterable[str], because: object, article: str,
) -> None:
    """Raise Conflict where one of the papers asked for is held for this owner already.

    `because` says why the one held does not do; with it the paper may be asked for after all.
    """
    if isinstance(because, str) and because.strip():
        return
    asked = frozenset(codes)
    for offer in offers:
        if offer.paper_type in asked:
            raise Conflict(
                f"Giấy tờ «{offer.paper_type}» đã có bản số hóa của người nộp, không được yêu cầu "
                f"nộp lại ({article}); hãy dùng lại, hoặc nêu ở because vì sao bản đó không dùng "
                "được.",
                f"A paper {offer.paper_type!r} of this applicant is held already and may not be "
                f"asked for again ({article}); reuse it, or state in `because` why it fails.",
                code="already-held", component=offer.paper_type, offer=offer.id, article=article,
            )
