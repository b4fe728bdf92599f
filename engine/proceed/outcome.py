"""What proceed takes and gives: the whole of a dossier before, the facts, and the outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.metadata import version
from typing import Any

from engine import procedure
from engine.components.papers import Paper
from engine.dossier import Dossier, Links, Part, ServiceCall, Task
from engine.errors import Corrupt
from engine.flow.load import Flow
from engine.handoff import Envelope, Sent
from engine.history import Draft, Entry, seal
from engine.law.rules import RuleSet
from engine.law.status import Status
from engine.worktime import Calendar

#: What moves instances: a state is byte-identical under replay only within one build.
BUILD = f"motcua {version('motcua')}, SpiffWorkflow {version('SpiffWorkflow')}"


@dataclass(frozen=True)
class Registration:
    """What the office decided when a dossier was born: its code, version and desks.

    `desks` maps agencies as drawn to codes of the register, `links` say which of them work at other
    nodes; replay takes them from the entry.
    """

    code: str
    version: int
    desks: Mapping[str, str]
    links: Links = field(default_factory=Links)

    def as_data(self) -> dict[str, Any]:
        """Return the fields as an entry pins them."""
        links = self.links.as_data()
        known = {"code": self.code, "version": self.version, "desks": self.desks}
        return {**known, "links": links} if links else known

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Registration:
        """Return the registration that an entry pinned."""
        return cls(**{**data, "links": Links(**data.get("links", {}))})


@dataclass(frozen=True)
class Before:
    """A dossier as it stands: all running parts, all open tasks, envelopes kept for later.

    `instances` counts the parts ever opened per process, so that a new one gets a new id;
    `papers` are all there ever were, read for the commands on them alone.
    """

    dossier: Dossier
    parts: tuple[Part, ...] = ()
    tasks: tuple[Task, ...] = ()
    kept: tuple[Envelope, ...] = ()
    instances: Mapping[str, int] = field(default_factory=dict)
    papers: tuple[Paper, ...] = ()


@dataclass(frozen=True)
class Facts:
    """Everything from outside that a command needs; each of them is pinned in the entry.

    `calendars` are by agency code and hold at least the agencies of the dossier's desks; `salt`
    protects the personal values of the entry. `node` is this one and `homes` the nodes of agencies
    that the command brings in, where they work elsewhere. `former` are the calendars from which a
    dossier turns to those of `calendars`, by agency code.
    """

    now: datetime
    actor: str
    flow: Flow
    rules: RuleSet
    calendars: Mapping[str, Calendar] = field(repr=False)
    salt: bytes = field(repr=False)
    build: str = BUILD
    node: str = ""
    homes: Mapping[str, str] = field(default_factory=dict)
    former: Mapping[str, Calendar] = field(default_factory=dict, repr=False)

    @property
    def drawn(self) -> procedure.Facts:
        """What the drawing says of the procedure; every published version says it."""
        if self.flow.facts is None:
            raise Corrupt(
                "Sơ đồ của hồ sơ không ghi mã thủ tục.",
                f"Flow {self.flow.hash} names no procedure, yet a dossier runs on it.",
            )
        return self.flow.facts


@dataclass(frozen=True)
class Outcome:
    """Everything that one command did; the store saves it in one transaction.

    `parts` are new or changed, `opened` new tasks, `changed` tasks that closed, moved or changed
    hands; `envelopes` and `papers` are new or of changed state. `draft` becomes the history entry.
    `reminders` are all that stand now, by key; None where nothing changed about them. `sent` leave
    for other nodes, `calls` are what opened service tasks and asked signatures wait for, `ended`
    those calls that no task's closing ends. `told` are the statuses that the national portal is to
    hear of, in order: those gone through, or the present one where only the day of
    acceptance or the due date changed.
    """

    dossier: Dossier
    parts: tuple[Part, ...]
    opened: tuple[Task, ...]
    changed: tuple[Task, ...]
    envelopes: tuple[Envelope, ...]
    draft: Draft
    reminders: Mapping[str, datetime] | None = None
    papers: tuple[Paper, ...] = ()
    sent: tuple[Sent, ...] = ()
    calls: tuple[ServiceCall, ...] = ()
    ended: tuple[str, ...] = ()
    told: tuple[Status, ...] = ()


def sealed(outcome: Outcome) -> tuple[Outcome, Entry]:
    """Return the outcome with its draft sealed as the head of its chain, and the entry."""
    entry = seal(outcome.draft)
    return replace(outcome, dossier=_headed(outcome.dossier, entry)), entry


def _headed(dossier: Dossier, entry: Entry) -> Dossier:
    return replace(dossier, entries=entry.number, head=entry.hash)


def after(before: Before, outcome: Outcome, entry: Entry) -> Before:
    """Return the dossier as it stands after an outcome whose draft was sealed as that entry.

    The same as what the store would load again: running parts, open tasks, kept envelopes.
    """
    parts = {part.id: part for part in before.parts} | {p.id: p for p in outcome.parts}
    tasks = {task.id: task for task in before.tasks}
    tasks |= {task.id: task for task in (*outcome.opened, *outcome.changed)}
    kept = {e.id: e for e in before.kept} | {e.id: e for e in outcome.envelopes}
    papers = {p.number: p for p in (*before.papers, *outcome.papers)}
    known = {part.id for part in before.parts}
    opened = Counter(part.process for part in outcome.parts if part.id not in known)
    return Before(
        dossier=_headed(outcome.dossier, entry),
        parts=tuple(part for part in parts.values() if part.status == "running"),
        tasks=tuple(task for task in tasks.values() if task.state == "open"),
        kept=tuple(e for e in kept.values() if e.state == "kept"),
        instances=Counter(before.instances) + opened, papers=tuple(papers.values()),
    )
