"""Erasing (xóa): what is personal goes on a recorded decision; that it was there stays proven."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn

from engine.audit.erased import carries_personal, leavings
from engine.audit.handed import keys_of, own_node
from engine.commands import Request
from engine.components.papers import Paper, numbered
from engine.errors import Conflict
from engine.office import permits
from engine.office.deciding import decide, facts_of
from engine.office.decisions import need_decision
from engine.office.library import Library
from engine.office.papers import seen_by
from engine.office.result import Result, finish
from engine.office.waking import Wakes
from engine.paperwork import ErasePaper, ErasePersonal
from engine.people import Actor
from engine.proceed import Before, Facts, proceed
from engine.store import downloads, entries, erasing, handed, inbox, papers
from engine.store.erasing import Undelivered

if TYPE_CHECKING:
    from engine.store import Store, Unit


class Eraser:
    """Executes decisions to erase; whoever asked takes files away once they are recorded."""

    def __init__(self, store: Store, library: Library, wakes: Wakes) -> None:
        self._store, self._library, self._wakes = store, library, wakes

    def execute(
        self, command: ErasePaper | ErasePersonal, actor: Actor, now: datetime,
        request: Request | None, _if_match: frozenset[str] | None,
    ) -> Result:
        """Record that a paper is erased, or everything personal of a dossier that is over.

        Returns the hash of the paper's file; else the entry, the hashes of files, and how many
        envelopes were emptied. Raises NotFound for a dossier or paper that the actor may not see,
        Forbidden without the role, Invalid without a decision; Conflict for a paper that has no
        file, while the dossier is under way, and for an envelope that says something personal, has
        not come where it is to go, and is not dropped.
        """
        with self._store.unit() as unit:
            inbox.lock(unit.connection, command.dossier)
            before, facts, seen = self._opened(unit, command, actor, now)
            if isinstance(command, ErasePersonal):
                return finish(unit, actor, request, self._all(unit, before, command, facts))
            paper = numbered(seen, command.number)
            decide(unit, before, command, facts, self._wakes)
            unit.queue([_fetched_no_more(command, paper.number)])
            return finish(unit, actor, request, Result({"sha256": paper.sha256}))

    def _all(self, unit: Unit, before: Before, command: ErasePersonal, facts: Facts) -> Result:
        code = command.dossier
        proceed(before, command, facts)  # whether it is over comes before what is under way
        _need_delivered(erasing.undelivered(unit.connection, code), command.drops)
        gone = [p for p in before.papers if p.sha256 and p.state != "erased"]
        command = replace(
            command, papers=[paper.number for paper in gone],
            envelopes=_envelopes(unit, command),
        )
        entry = decide(unit, before, command, facts, self._wakes).dossier.entries
        unit.queue(_fetched_no_more(command, paper.number) for paper in gone)
        unit.queue([erasing.erasing(code, entry)])
        return Result({
            "entry": entry, "envelopes": len(command.envelopes),
            # Also those of earlier decisions: whoever asked then may have died before they went.
            "files": sorted({paper.sha256 for paper in before.papers if paper.sha256}),
        })

    def _opened(
        self, unit: Unit, command: ErasePaper | ErasePersonal, actor: Actor, now: datetime,
    ) -> tuple[Before, Facts, Sequence[Paper]]:
        """Return the dossier with its papers, the facts, and the papers that the actor sees.

        Raises unless the actor may have what a decision says erased there.
        """
        need_decision(command.decision, command.decided_by)
        before = unit.load(command.dossier)
        before = replace(before, papers=papers.of_dossier(unit.connection, command.dossier))
        facts = facts_of(unit, self._library, before.dossier, (actor, now))
        seen = seen_by(unit, before, actor, facts).papers
        permits.do_erase(actor)
        return before, facts, seen


def _fetched_no_more(command: ErasePaper | ErasePersonal, number: int) -> downloads.Write:
    return downloads.stopping(command.dossier, number, f"erased: {command.decision}")


def _envelopes(unit: Unit, command: ErasePersonal) -> Sequence[dict[str, str]]:
    """Return what stays of each envelope that is emptied."""
    chain = entries.chain(unit.connection, command.dossier)
    own = own_node(chain)
    kept = handed.of_dossier(unit.connection, command.dossier, own)
    return leavings(kept, own, keys_of(kept), command.drops)


def _need_delivered(found: Iterable[Undelivered], drops: Sequence[str]) -> None:
    """Raise Conflict for the first envelope that would be lost, or that cannot be dropped.

    Emptied before it is delivered it would be lost without anybody having decided that.
    """
    known = {one.id: one for one in found}
    for name in drops:
        if name not in known or not known[name].droppable:
            raise Conflict(
                f"Không bỏ được phong bì {name}: chỉ bỏ thư chết, thư nằm sau thư chết, thư chờ "
                "nút đã tạm ngừng, hay thư đến sớm của hồ sơ này.",
                f"Envelope {name} cannot be dropped: only a dead letter, one behind a dead letter, "
                "one for a suspended node, or an early one of this dossier can.",
                code="not-droppable", envelope=name,
            )
    left = [one for name, one in known.items() if name not in drops and carries_personal(one.body)]
    if left:
        _undelivered(left[0], len(left) - 1)


def _undelivered(one: Undelivered, others: int) -> NoReturn:
    early = one.way == "in"
    where = (f"đến sớm từ {one.node}, còn chờ phong bì trước nó" if early else
             f"chưa giao cho {one.node} ({one.state})")
    place = (f"came early from {one.node} and waits for those before it" if early else
             f"is not delivered to {one.node} ({one.state})")
    drop = (f" hoặc bỏ nó bằng chính quyết định này: --drop {one.id}",
            f", or drop it by this very decision: --drop {one.id}") if one.droppable else ("", "")
    more = (f" Còn {others} phong bì khác cũng chưa tới nơi.",
            f" Others that are not there either: {others}.") if others else ("", "")
    raise Conflict(
        f"Phong bì {one.id} (số {one.sequence}) {where}. Chưa xóa gì: hãy chờ nó đến nơi"
        f"{drop[0]}.{more[0]}",
        f"Envelope {one.id} (number {one.sequence}) {place}. Nothing was erased: wait until it has "
        f"come where it is to go{drop[1]}.{more[1]}",
        code="envelope-undelivered", envelope=one.id, node=one.node, state=one.state,
        others=others,
    )
