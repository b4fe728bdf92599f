"""Erasing (xóa): a paper's file goes on a recorded decision; that it was there stays proven."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from engine.commands import Request
from engine.components.papers import numbered
from engine.errors import Invalid
from engine.office import permits
from engine.office.deciding import decide, facts_of
from engine.office.library import Library
from engine.office.papers import seen_by
from engine.office.result import Result, finish
from engine.office.waking import Wakes
from engine.paperwork import ErasePaper
from engine.people import Actor
from engine.store import downloads, papers

if TYPE_CHECKING:
    from engine.store import Store


class Eraser:
    """Executes decisions on papers; whoever asked takes the file away once they are recorded."""

    def __init__(self, store: Store, library: Library, wakes: Wakes) -> None:
        self._store, self._library, self._wakes = store, library, wakes

    def execute(
        self, command: ErasePaper, actor: Actor, now: datetime, request: Request | None,
        _if_match: frozenset[str] | None,
    ) -> Result:
        """Record that a paper is erased, and fetch it no more; return the hash of its file.

        Raises NotFound for a dossier or paper that the actor may not see, Forbidden without the
        role, Conflict for a paper that has no file, Invalid without a decision.
        """
        code = command.dossier
        if not command.decision.strip() or not command.decided_by.strip():
            raise Invalid(
                "Phải ghi số quyết định và người quyết định.",
                "Name the decision and who took it.", code="decision-required",
            )
        with self._store.unit() as unit:
            before = unit.load(code)
            before = replace(before, papers=papers.of_dossier(unit.connection, code))
            facts = facts_of(unit, self._library, before.dossier, (actor, now))
            seen, _ = seen_by(unit, before, actor, facts)
            permits.do_erase(actor)
            paper = numbered(seen, command.number)
            decide(unit, before, command, facts, self._wakes)
            unit.queue([downloads.stopping(code, paper.number, f"erased: {command.decision}")])
            return finish(unit, actor, request, Result({"sha256": paper.sha256}))
