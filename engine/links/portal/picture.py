"""The picture (bức tranh hồ sơ): a dossier as it stood at one entry, read from its history."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from engine.components.papers import Paper
from engine.dossier import Dossier
from engine.history import Entry, read_body, read_instant, read_personal
from engine.law.standing import Standing
from engine.store.rows import standing_of


@dataclass(frozen=True)
class Step:
    """What one entry did: who did which acts when, where, in what role, and what stood after it.

    `content` is what was said with the acts: reason, items, note; empty where it was erased.
    """

    number: int
    at: datetime
    actor: str
    acts: tuple[str, ...]
    standing: Standing
    agency: str = ""
    role: str = ""
    content: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Names:
    """What things are called: the procedure, its sector; agencies, people, components by code."""

    procedure: str
    sector: str
    agencies: Mapping[str, str]
    people: Mapping[str, str] = field(repr=False)
    components: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Picture:
    """A dossier up to one entry: its row, what was done, who asks, and the names of all.

    `papers` are those that had come, as they stand now; `results` the components which the office
    gives out.
    """

    dossier: Dossier
    steps: tuple[Step, ...]
    applicant: Mapping[str, Any] = field(repr=False)
    names: Names
    papers: tuple[Paper, ...] = ()
    results: frozenset[str] = frozenset()

    @property
    def standing(self) -> Standing:
        """The legal side of the dossier at that entry."""
        return self.steps[-1].standing

    def step_of(self, act: str, at: datetime | None) -> Step | None:
        """Return the step that performed an act at an instant."""
        return next((s for s in self.steps if s.at == at and act in s.acts), None)

    def until(self, number: int) -> Picture:
        """Return the picture as it was at an earlier entry."""
        kept = tuple(step for step in self.steps if step.number <= number)
        return replace(self, steps=kept)


def steps_of(chain: Sequence[Entry]) -> tuple[Step, ...]:
    """Return what the entries of a chain did, in order."""
    return tuple(_step(entry) for entry in chain)


def applicant_of(chain: Sequence[Entry]) -> Mapping[str, Any] | None:
    """Return who asks, as the first entry keeps it; None where that was erased."""
    _, values = read_personal(chain[0])
    found: Mapping[str, Any] | None = values.get("applicant")
    return found


def _step(entry: Entry) -> Step:
    body = read_body(entry)
    command, outcome = body["content"]["command"], body["content"]["outcome"]
    done: Mapping[str, Any] = next(
        (task for task in outcome["tasks"] if task["id"] == command.get("task")), {},
    )
    _, personal = read_personal(entry)
    return Step(
        number=entry.number, at=read_instant(body["at"]), actor=body["actor"],
        acts=tuple(act["act"] for act in outcome["acts"] if not {"skipped", "asked"} & act.keys()),
        standing=standing_of(json.dumps(outcome["standing"])),
        agency=done.get("agency", ""), role=done.get("role") or "",
        content=personal.get("content") or personal.get("answers") or {},
    )
