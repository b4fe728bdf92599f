"""Consulting (lấy ý kiến): what was asked and answered, as it stands beside the chain."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.dossier import Dossier, Part, Task
from engine.history import Entry, read_body, read_personal

#: What the acts say of a consultation, when it is asked and when it is answered.
_ASKED, _ANSWERED = ("question",), ("opinion", "agrees")


def wording(chain: Iterable[Entry]) -> dict[str, dict[str, Any]]:
    """Return question, opinion and agreement of each consultation by its id.

    What was erased, or never said because silence agreed, is left out.
    """
    known: dict[str, tuple[str, str | None]] = {}
    told: dict[str, dict[str, Any]] = {}
    for entry in chain:
        standing = read_body(entry)["content"]["outcome"]["standing"]
        now = {
            one["id"]: (one["asked_at"], one["answered_at"])
            for one in standing.get("consultations", [])
        }
        for key in [key for key, moments in now.items() if known.get(key) != moments]:
            personal = read_personal(entry)[1]
            said = personal.get("content") or personal.get("answers") or {}
            fresh = known.get(key, ("",))[0] != now[key][0]
            names = _ASKED if fresh else _ANSWERED
            before = {} if fresh else told.get(key, {})
            told[key] = {**before, **{name: said[name] for name in names if name in said}}
        known = now
    return told


def only_consulted(
    dossier: Dossier, parts: Iterable[Part], tasks: Iterable[Task], agencies: frozenset[str],
) -> bool:
    """Tell whether agencies were asked for an opinion and take no other part in the dossier."""
    taking_part = {dossier.receiving_agency, dossier.competent_agency}
    taking_part |= {part.agency for part in parts}
    taking_part |= {task.agency for task in tasks if task.act != "answer"}
    return not taking_part & agencies
