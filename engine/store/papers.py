"""Papers (giấy tờ): those of a dossier, and those held for their owners to be used again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import BindParameter, bindparam, func, select, update

from engine.components.papers import Paper
from engine.components.reuse import Held
from engine.history import Entry, read_personal
from engine.store.paper_tables import held_paper, paper
from engine.store.rows import Row, entry_of, paper_of, paper_row, text
from engine.store.statements import insert_text, text_of, update_text
from engine.store.tables import entry

Connection = psycopg.Connection[tuple[Any, ...]]
Write = tuple[str, Mapping[str, Any]]

#: Held shared while a paper's file is put in its place and its row is written; the sweep holds it
#: alone, so that it never takes a file whose row is just about to be committed.
_LOCK = 7_611_820_252

_code: BindParameter[str] = bindparam("code")
_PAPERS = text_of(select(paper).where(paper.c.dossier == _code).order_by(paper.c.number))
_ADD = insert_text(paper)
_MOVE = update_text(paper, [
    "state", "handed_back_at", "revision", "pools", "asked", "call",
])
_FIRST = text_of(select(entry).where(entry.c.chain == _code, entry.c.number == 1))
_HELD = select(
    held_paper.c.id, held_paper.c.owner, held_paper.c.paper_type, held_paper.c.dossier,
    held_paper.c.number, paper.c.copy, paper.c.sha256, paper.c.size, paper.c.media_type,
    held_paper.c.held_since,
).join(paper, (paper.c.dossier == held_paper.c.dossier) & (paper.c.number == held_paper.c.number))
_FOR_OWNER = text_of(
    _HELD.where(
        held_paper.c.owner == bindparam("owner"), held_paper.c.ended_at.is_(None),
        held_paper.c.paper_type == func.any(bindparam("types")),
        held_paper.c.dossier != _code,
    ).order_by(held_paper.c.held_since.desc(), held_paper.c.id),
)
_FROM_DOSSIER = text_of(
    _HELD.where(held_paper.c.dossier == _code, held_paper.c.ended_at.is_(None)),
)
_HOLD = insert_text(held_paper)
_END = text_of(
    update(held_paper).where(held_paper.c.id == bindparam("key")).values(ended_at=bindparam("at")),
)
_KNOWN = text_of(
    select(paper.c.sha256).where(
        paper.c.sha256 == func.any(bindparam("hashes")), paper.c.state != "erased",
    ).distinct(),
)


def of_dossier(connection: Connection, code: str) -> tuple[Paper, ...]:
    """Return every paper that a dossier ever had, by number."""
    return tuple(paper_of(row) for row in connection.execute(_PAPERS, {"code": code}))


def born_with(connection: Connection, code: str) -> Mapping[str, Any]:
    """Return the personal values of a dossier's registration, empty once they are erased."""
    row = connection.execute(_FIRST, {"code": code}).fetchone()
    kept: Entry | None = None if row is None else entry_of(row)
    return {} if kept is None else read_personal(kept)[1]


def held_for(
    connection: Connection, owner: str, types: Collection[str], beside: str,
) -> Sequence[Held]:
    """Return the papers of these types held for an owner, newest first.

    Those that the dossier `beside` itself brought are left out.
    """
    found = connection.execute(_FOR_OWNER, {"owner": owner, "types": list(types), "code": beside})
    return [_held(row) for row in found]


def held_from(connection: Connection, code: str) -> Sequence[Held]:
    """Return the papers that a dossier has brought and that are held now."""
    return [_held(row) for row in connection.execute(_FROM_DOSSIER, {"code": code})]


def putting(code: str, changed: Paper) -> Write:
    """Return the write of a new paper, or of a known one's new state."""
    if changed.revision == 1:
        return _ADD, paper_row(code, changed)
    return _MOVE, {
        "state": changed.state, "handed_back_at": changed.handed_back_at,
        "revision": changed.revision, "pools": text(changed.pools), "asked": changed.asked,
        "call": changed.call, "key_dossier": code, "key_number": changed.number,
    }


def holding(papers: Iterable[Held]) -> Iterator[Write]:
    """Yield the writes that hold papers for their owners."""
    for one in papers:
        yield _HOLD, {
            "id": one.id, "owner": one.owner, "paper_type": one.paper_type,
            "dossier": one.dossier, "number": one.number, "held_since": one.held_since,
            "ended_at": None,
        }


def ending(papers: Iterable[Held], at: datetime) -> Iterator[Write]:
    """Yield the writes by which papers are held no longer."""
    for one in papers:
        yield _END, {"key": one.id, "at": at}


def guard_files(connection: Connection, *, alone: bool = False) -> None:
    """Keep the sweep away until the transaction ends; `alone` keeps everybody else away."""
    shared = "" if alone else "_shared"
    connection.execute(f"SELECT pg_advisory_xact_lock{shared}(%(key)s)", {"key": _LOCK})


def known_files(connection: Connection, hashes: Collection[str]) -> frozenset[str]:
    """Return which of these files are papers of dossiers, and not erased there."""
    found = connection.execute(_KNOWN, {"hashes": list(hashes)})
    return frozenset(row[0] for row in found)


def _held(row: Row) -> Held:
    return Held(*row)
