"""Permits of signing (quyền ký số): for whom an official signs, and which papers."""

from __future__ import annotations

from engine.components.papers import Paper
from engine.dossier import Dossier
from engine.errors import Forbidden
from engine.office.permits import PRINTING_ROLES, Places
from engine.people import Actor

#: Roles that may sign papers of a dossier with their own certificate: a parameter as printing is.
SIGNING_ROLES = PRINTING_ROLES


def do_sign(dossier: Dossier, actor: Actor, parts: frozenset[str]) -> str:
    """Return the agency for which the actor signs papers of a dossier; raise Forbidden for none.

    Agencies that were merely consulted see no papers and sign none.
    """
    for agency in sorted({dossier.receiving_agency, dossier.competent_agency, *parts}):
        if any(actor.holds(agency, role) for role in SIGNING_ROLES):
            return agency
    raise Forbidden(
        f"Ký số giấy tờ của hồ sơ cần một trong các vai trò {', '.join(SIGNING_ROLES)} "
        "tại cơ quan tham gia giải quyết.",
        f"Signing papers of a dossier needs one of the roles {', '.join(SIGNING_ROLES)} "
        "at an agency that takes part.", code="wrong-role",
    )


def do_withdraw(paper: Paper, agency: str, actor: Actor) -> None:
    """Raise Forbidden unless the actor was asked to sign the paper, or leads that agency."""
    if actor.id != paper.asked and not actor.holds(agency, "leader"):
        raise Forbidden(
            f"Chữ ký số này đã yêu cầu với {paper.asked}; chỉ người đó hoặc lãnh đạo cơ quan đó "
            "được rút.",
            f"This signature was asked of {paper.asked}; only they or a leader of that agency may "
            "withdraw it.", code="signature-of-another", official=paper.asked,
        )


def do_sign_printed(printer: Actor | None, own: frozenset[str], entry: int) -> None:
    """Raise Forbidden unless an entry's paper was printed by an official of one's own part.

    `printer` is who printed it, as the register knew them that day; `own` are the agencies of the
    part. What others have printed would come among the signer's papers by the signing.
    """
    if printer is None or own.isdisjoint(printer.agencies()):
        raise Forbidden(
            f"Giấy ở mục {entry} của nhật ký do cơ quan khác in; hãy in bản của cơ quan mình rồi "
            "ký, hoặc nhờ cơ quan đó ký.",
            f"The paper of entry {entry} was printed by another agency; print your own and sign "
            "that, or ask that agency to sign.", code="printed-elsewhere", entry=entry,
        )


def own_agencies(dossier: Dossier, actor: Actor, places: Places) -> frozenset[str]:
    """Return the agencies of the parts on which an actor works, and of the actor's own desks."""
    mine = actor.agencies()
    desks = mine & {dossier.receiving_agency, dossier.competent_agency}
    return desks.union(*(agencies for agencies in places.values() if agencies & mine))
