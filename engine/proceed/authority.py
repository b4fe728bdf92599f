"""Authority (thẩm quyền) between nodes: who may say what of a dossier, however well it is signed.

A node speaks for the parts that live there, and for nothing else. The origin alone ends a dossier,
holds it or asks for opinions; it alone is told of progress and asked for acts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.commands import ReceiveEnvelope
from engine.errors import Forbidden
from engine.handoff import ACT, CANCEL, CONSULT, OWN, PROGRESS, SIGNAL, STANDING
from engine.proceed import linked
from engine.proceed.work import Work

#: What only the origin of a dossier says, and what is said to it alone.
_BY_ORIGIN, _TO_ORIGIN = frozenset({CANCEL, CONSULT, STANDING}), frozenset({ACT, PROGRESS})


def need(work: Work, command: ReceiveEnvelope) -> None:
    """Raise Forbidden for what is not the sending node's to say."""
    message, links = command.content["message"], work.dossier.links
    name, node = message["name"], command.node
    if name in _BY_ORIGIN and node != links.origin:
        raise _not_theirs(node, name)
    if name in _TO_ORIGIN and links.origin:
        raise _not_theirs(node, name)
    if name == ACT and not _may_ask(work, node, message):
        raise _not_theirs(node, str(message["payload"]["act"]))
    if name == SIGNAL and not _lives(work, message["sender"], node):
        raise _not_theirs(node, str(message["payload"]["name"]))
    if not name.startswith(OWN) and not (
        _lives(work, message["sender"], node) and _lives(work, message["process"], None)
    ):
        raise _not_theirs(node, name)


def _may_ask(work: Work, node: str, message: Mapping[str, Any]) -> bool:
    """Tell whether an act is drawn in a part of the node, or answers what it was consulted on."""
    asked, element = message["payload"], message["element"]
    if element:
        return _lives(work, message["sender"], node) and work.facts.flow.draws(
            asked["act"], element)
    return bool(asked["act"] == "answer")


def _lives(work: Work, part: str | None, node: str | None) -> bool:
    """Tell whether a part's pool is drawn and lives at a node, None being this one."""
    process = (part or "").partition("~")[0]
    drawn = any(pool.process == process for pool in work.facts.flow.pools)
    return drawn and linked.home_of(work, process) == node


def _not_theirs(node: str, what: str) -> Forbidden:
    return Forbidden(
        f"Nút {node} không được gửi «{what}» về hồ sơ này.",
        f"Node {node} may not say {what!r} of this dossier.", code="not-theirs",
    )
