"""Occasions (dịp in): when a paper makes sense, and which article says so."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import Conflict
from engine.law.rules import RuleSet
from engine.law.standing import Standing
from engine.papers.kinds import Paper

#: The act that each paper tells of; its article is the paper's.
ACTS: Mapping[Paper, tuple[str, ...]] = {
    "receipt": ("accept",), "supplement-request": ("request-supplement",),
    "refusal": ("not-accept", "refuse", "settle"), "apology": ("extend",),
    "stop-notice": ("stop", "close"), "control-slip": ("accept",),
}
_BEFORE: Mapping[Paper, tuple[str, str]] = {
    "receipt": ("hồ sơ chưa được tiếp nhận", "the dossier has not been accepted yet"),
    "supplement-request": (
        "chưa có yêu cầu bổ sung nào", "no supplement has been requested",
    ),
    "refusal": ("hồ sơ không bị từ chối", "the dossier was not refused"),
    "apology": ("hồ sơ chưa được gia hạn", "the dossier has not been extended"),
    "stop-notice": ("hồ sơ không dừng giải quyết", "the dossier was not stopped"),
    "control-slip": ("hồ sơ chưa được tiếp nhận", "the dossier has not been accepted yet"),
}


def need_occasion(paper: Paper, standing: Standing, rules: RuleSet, *, asked: bool) -> None:
    """Raise Conflict, with the article, where the paper makes no sense for the dossier now.

    A dossier settled on the spot gets a receipt only where the applicant has asked for it (Decree
    61/2018 art. 17.4), which `asked` says.
    """
    article = rules.article(act_of(paper, standing))
    if not _stands(paper, standing):
        vi, en = _BEFORE[paper]
        raise Conflict(
            f"Không in được giấy này: {vi} ({article}).",
            f"This paper cannot be printed: {en} ({article}).", code="paper-not-due", paper=paper,
        )
    at_once = rules.article("on_the_spot")
    if paper == "receipt" and standing.on_the_spot and not asked:
        raise Conflict(
            f"Hồ sơ giải quyết ngay không cần giấy tiếp nhận, trừ khi người nộp yêu cầu; nếu có "
            f"yêu cầu hãy gửi asked: true ({at_once}).",
            f"A dossier settled on the spot gets no receipt unless the applicant asks for it; if "
            f"so, send asked: true ({at_once}).", code="receipt-not-asked", paper=paper,
        )


def act_of(paper: Paper, standing: Standing) -> str:
    """Return the act that the paper tells of for a dossier that stands so."""
    if paper == "refusal" and standing.accepted_at is not None:
        return "refuse"
    return ACTS[paper][0]


def _stands(paper: Paper, standing: Standing) -> bool:
    match paper:
        case "receipt" | "control-slip":
            return standing.accepted_at is not None
        case "supplement-request":
            return standing.supplements > 0
        case "refusal":
            return standing.status == "not_accepted" or standing.result == "refused"
        case "apology":
            return bool(standing.extensions)
        case "stop-notice":
            return standing.status == "stopped"
        case "register":
            return False
