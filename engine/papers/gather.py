"""Gathering (thu thập): what papers tell, from the rows and the chain of one dossier."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from engine.dossier import Dossier, Task
from engine.errors import NotFound
from engine.history import Entry, read_body, read_instant, read_personal
from engine.law.elapsed import Course
from engine.law.rules import rules_by_id
from engine.store import Connection, calendars, entries, people, procedures, tasks
from engine.store.rows import standing_of
from engine.worktime import Calendar


@dataclass(frozen=True)
class Done:
    """One act as it was performed: when, by whom, and what it said."""

    act: str
    at: datetime
    actor: str
    content: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Told:
    """All that papers may tell of a dossier, as it stood at `at` before a paper was printed.

    `printed` counts the papers of each kind; `names` are those of agencies by code.
    """

    dossier: Dossier
    at: datetime
    applicant: Mapping[str, Any] = field(repr=False)
    acts: Sequence[Done]
    printed: Mapping[str, int]
    tasks: Sequence[Task]
    procedure: str
    names: Mapping[str, str]
    calendars: Mapping[str, Calendar] = field(repr=False)

    @cached_property
    def course(self) -> Course:
        """The course of the dossier until then, from which its clocks are read."""
        dossier = self.dossier
        return Course(
            registered_at=dossier.registered_at, standing=dossier.standing, steps=self.tasks,
            competent=dossier.competent_agency, calendars=self.calendars,
            rules=rules_by_id(dossier.rule_set), now=self.at,
        )

    def last(self, *acts: str) -> Done | None:
        """Return the last of these acts that stands, None where none was performed."""
        return next((done for done in reversed(self.acts) if done.act in acts), None)


def gather(
    connection: Connection, dossier: Dossier, at: datetime, before: int | None = None,
) -> Told:
    """Return what papers may tell of a dossier at an instant.

    `before` is the number of the entry that printed it, to print the same paper once more; without
    it everything so far counts.
    """
    chain = [
        entry for entry in entries.chain(connection, dossier.code)
        if before is None or entry.number < before
    ]
    bodies = [read_body(entry) for entry in chain]
    if not bodies:
        raise NotFound("Không có hồ sơ này.", "There is no such dossier.", code="no-dossier")
    standing = standing_of(json.dumps(bodies[-1]["content"]["outcome"]["standing"]))
    opened = [
        _as_of(task, at) for task in tasks.of_dossier(connection, dossier.code)
        if task.opened_at is not None and task.opened_at <= at
    ]
    codes = {dossier.receiving_agency, dossier.competent_agency, *(t.agency for t in opened)}
    return Told(
        dossier=replace(dossier, standing=standing), at=at,
        applicant=read_personal(chain[0])[1].get("applicant", {}),
        acts=_standing_acts(zip(chain, bodies, strict=True)), printed=_printed(bodies),
        tasks=opened, procedure=procedures.name(connection, dossier.procedure),
        names=people.names(connection, codes),
        calendars=calendars.of_agencies(connection, codes),
    )


def _as_of(task: Task, at: datetime) -> Task:
    """Return a task as it stood at an instant."""
    if task.closed_at is not None and task.closed_at > at:
        return replace(task, state="open", closed_at=None, closed_by=None)
    return task


def _standing_acts(chain: Iterator[tuple[Entry, dict[str, Any]]]) -> list[Done]:
    """Return the acts performed, without those that a correction has undone."""
    done: list[Done] = []
    for entry, body in chain:
        _, personal = read_personal(entry)
        said = personal.get("content") or personal.get("answers") or {}
        for act in body["content"]["outcome"]["acts"]:
            if "skipped" in act or act["act"] == "remind":
                continue
            if act["act"] == "correct":
                del done[-1:]  # what can be corrected is always the act before (law.mistakes)
                continue
            done.append(Done(act["act"], read_instant(body["at"]), body["actor"], said))
    return done


def _printed(bodies: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for body in bodies:
        command = body["content"]["command"]
        if command["kind"] == "print":
            counts[command["paper"]] = counts.get(command["paper"], 0) + 1
    return counts
