"""Completeness (đủ thành phần hồ sơ): a dossier is accepted once every paper it needs is there.

Decree 61/2018 art. 17.1, Decree 118/2025 art. 17: what is incomplete is asked for by a supplement
request; the clock starts when the dossier is complete. This is asked at the office alone: doing an
entry again looks at no paper.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.components.declared import FROM_APPLICANT
from engine.components.needs import Circle, Need, needs
from engine.dossier import visible
from engine.errors import Conflict
from engine.proceed import Before, Facts, Outcome
from engine.store import papers

if TYPE_CHECKING:
    from engine.store import Unit


def check_accepted(unit: Unit, before: Before, outcome: Outcome, facts: Facts) -> None:
    """Raise Conflict when a command accepts a dossier that lacks papers, by hand or as drawn."""
    was, now = before.dossier.standing, outcome.dossier.standing
    if was.accepted_at is None and now.accepted_at is not None:
        need_complete(unit, before, facts)


def need_complete(unit: Unit, before: Before, facts: Facts) -> None:
    """Raise Conflict naming the components that a dossier lacks, with the article of acceptance.

    Papers and start answers are read only where the drawing asks the applicant for papers.
    """
    components = facts.drawn.components
    if not any(one.required and one.kind in FROM_APPLICANT for one in components):
        return
    dossier, connection = before.dossier, unit.connection
    answers = papers.born_with(connection, dossier.code).get("answers", {})
    told = needs(
        components, papers.of_dossier(connection, dossier.code), (),
        Circle(answers, visible(dossier), facts.now),
    )
    lacking = [need for need in told if need.missing]
    if lacking:
        raise _incomplete(lacking, facts.rules.article("accept"))


def _incomplete(lacking: list[Need], article: str) -> Conflict:
    named = "; ".join(
        f"«{need.component.code}» {need.component.name} ({need.missing:02d})" for need in lacking)
    return Conflict(
        f"Chưa tiếp nhận được, hồ sơ còn thiếu: {named} ({article}). Hãy thêm giấy tờ, dùng lại "
        "bản số hóa đã có, hoặc yêu cầu bổ sung.",
        f"The dossier cannot be accepted yet, it lacks: {named} ({article}). Add the papers, reuse "
        "those that are held, or request a supplement.",
        code="dossier-incomplete", article=article,
        missing=[need.component.code for need in lacking],
    )
