"""Beginning (khởi đầu): pools that begin with the dossier, at a time, by signal, by its state.

A person registers the dossier, and that begins the lead. Another pool with a plain start begins at
the same moment; a timer start counts from it. A condition sees the dossier and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.flow import run, starting
from engine.procedure import Pool
from engine.proceed import linked
from engine.proceed.parts import absorb, begin, expect
from engine.proceed.work import Work


def with_dossier(work: Work, answers: Mapping[str, Any]) -> None:
    """Open the parts that begin as the dossier becomes known here, the lead with its answers."""
    for pool in _here(work):
        if pool.lead:
            begin(work, pool.process, answers)
        elif pool.starts:
            begin(work, pool.process, {})
    for pool in _here(work):
        for start in starting.begun_by_timer(work.facts.flow, pool.process):
            expect(work, pool.process, start)
    linked.make_known(work)


def by_signal(work: Work, name: str) -> None:
    """Begin the pools that a signal starts, an instance at each such start event."""
    for pool in _here(work):
        for element in starting.begun_by_signal(work.facts.flow, pool.process, name):
            begin(work, pool.process, {}, run.Message(name, element=element, kind="signal"))


def look(work: Work) -> bool:
    """Look at conditions on the dossier where it has changed; tell whether that moved a part."""
    before, now = work.looked_at, work.visible()
    if before == now:
        return False
    work.looked_at = now
    moved = [_begin_true(work, pool, before, now) for pool in _here(work)]
    waiting = [p.id for p in work.parts.values() if p.status == "running"
               and any(wait.kind == "conditional" for wait in p.waits)]
    return any([*moved, *(_look_again(work, part) for part in waiting)])


def _begin_true(
    work: Work, pool: Pool, before: Mapping[str, Any] | None, now: Mapping[str, Any],
) -> bool:
    """Begin a pool at each of its conditions that has become true."""
    flow, at = work.facts.flow, work.facts.now
    held = [] if before is None else starting.begun_by_condition(
        flow, pool.process, at, {"dossier": before}, {})
    found = [element for element in starting.begun_by_condition(
        flow, pool.process, at, {"dossier": now}, {}) if element not in held]
    for element in found:
        begin(work, pool.process, {}, run.Message("", element=element))
    return bool(found)


def _look_again(work: Work, part_id: str) -> bool:
    part = work.parts[part_id]
    if part.status != "running":
        return False
    step = run.look(work.facts.flow, part.state, work.setting())
    if step.digest == part.digest:
        return False
    absorb(work, part_id, step)
    return True


def _here(work: Work) -> Iterator[Pool]:
    """Yield the pools that live at this node, while the dossier has not ended."""
    for pool in work.facts.flow.pools:
        if linked.home_of(work, pool.process) is None and work.standing.ended_at is None:
            yield pool
