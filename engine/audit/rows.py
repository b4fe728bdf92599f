"""Rows (dòng): what the archive works with, held against the dossier that was done again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from engine.audit.replay import End
from engine.components.papers import Paper
from engine.dossier import Dossier, Part, Task
from engine.flow.state import digest


@dataclass(frozen=True)
class Kept:
    """The rows of one dossier: itself, every part, every task and every paper."""

    dossier: Dossier | None
    parts: Sequence[Part]
    tasks: Sequence[Task]
    papers: Sequence[Paper] = ()


def differing(end: End, kept: Kept) -> Iterator[str]:
    """Yield what the rows say otherwise than the entries, none when nobody touched them."""
    yield from _each("dossier", {"": end.dossier}, {"": kept.dossier})
    yield from _each(
        "part", {name: _named(part) for name, part in end.parts.items()},
        {part.id: _named(part) for part in kept.parts},
    )
    yield from _each("task", end.tasks, {task.id: task for task in kept.tasks})
    yield from _each(
        "paper", {f"{number:04d}": paper for number, paper in end.papers.items()},
        {f"{paper.number:04d}": paper for paper in kept.papers},
    )


def _named(part: Part) -> Part:
    """Return a part with the digest that its bytes have: compression may write them otherwise."""
    try:
        found = digest(part.state)
    except Exception:  # noqa: BLE001 - whatever was put there instead of a state
        found = "unreadable"
    return replace(part, state=b"", digest=part.digest if found == part.digest else f"of {found}")


def _each(kind: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(ours.keys() | theirs.keys()):
        end, row = ours.get(name), theirs.get(name)
        if end is None or row is None:
            yield f"{kind} {name}: {'no entry made this row' if row else 'its row is gone'}"
            continue
        wrong = [f.name for f in fields(end) if getattr(end, f.name) != getattr(row, f.name)]
        if wrong:
            yield f"{kind} {name}: its row differs in {', '.join(wrong)}"
