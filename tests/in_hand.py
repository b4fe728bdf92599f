"""A dossier in hand (hồ sơ trên tay): the heart alone, on a drawing that draws no act at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
import town
from sketch import draw, named

from engine.audit.replay import replay
from engine.clock import VIETNAM
from engine.commands import (
    PERSONAL,
    CompleteTask,
    DossierCommand,
    FireTimer,
    PerformAct,
    RegisterDossier,
    from_json,
)
from engine.dossier import Task
from engine.errors import Conflict, Invalid
from engine.flow.load import Flow, load
from engine.flow.lower import lower
from engine.flow.read import read
from engine.history import (
    GENESIS,
    Entry,
    read_body,
    read_instant,
    read_personal,
    seal,
    verify,
)
from engine.law.rules import RuleSet, rules_by_id, rules_on
from engine.law.standing import Standing
from engine.proceed import Before, Facts, Outcome, Registration, after, proceed, register
from engine.proceed.record import REMINDERS
from engine.worktime import DEFAULT, Calendar

CODE = "9.000003"


def clean(limit: str | None = "5 ngày làm việc", **more: str) -> bytes:
    """One step, and nothing of the law: every act is performed by hand."""
    said = {"procedureCode": CODE, **({"timeLimit": limit} if limit else {}), **more}
    return draw(
        "start:s user:work end:e", "s>work work>e",
        named(**{f"motcua:{name}": value for name, value in said.items()}),
        work='motcua:role="specialist"',
    )



def flow_of(content: bytes) -> Flow:
    """The flow of a drawing."""
    return load(lower(read(content))[0].content)


def moment(text: str) -> datetime:
    """Read "09/11/2026 09:00" as a clock on a wall in Viet Nam shows it."""
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=VIETNAM)


@dataclass
class InHand:
    """A dossier registered at a moment, on which commands are performed at later ones."""

    registered: str = "09/11/2026 08:00"
    drawing: bytes = field(default_factory=clean)
    drawn: Flow | None = None
    competent: str | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    desks: dict[str, str] = field(default_factory=dict)
    rules: RuleSet | None = None
    calendars: dict[str, Calendar] = field(default_factory=lambda: dict.fromkeys(
        town.NAMES, DEFAULT))
    entries: list[Entry] = field(default_factory=list)
    last: Outcome | None = None

    def __post_init__(self) -> None:
        self.drawn = self.drawn or flow_of(self.drawing)
        self.now = moment(self.registered)
        self.rules = self.rules or rules_on(self.now.date())
        command = RegisterDossier(
            CODE, town.COMMUNE, "direct", {"name": "Nguyễn Văn A"}, self.answers,
            self.competent)
        born = Registration(f"{town.COMMUNE}-{self.now:%y%m%d}-0001", 1, self.desks)
        outcome = register(command, born, self.facts())
        self.before = Before(outcome.dossier)
        self._keep(outcome)

    def facts(self) -> Facts:
        """What the heart is told from outside."""
        assert self.rules is not None
        assert self.drawn is not None
        salt = len(self.entries).to_bytes(16, "big")
        return Facts(self.now, "can-bo", self.drawn, self.rules, self.calendars, salt)

    def _keep(self, outcome: Outcome) -> None:
        entry = seal(outcome.draft)
        self.before = after(self.before, outcome, entry)
        self.entries.append(entry)
        self.last = outcome

    def do(self, command: DossierCommand, at: str | datetime | None = None) -> InHand:
        """Do a command at a moment, or at the same as the one before."""
        if at is not None:
            self.now = moment(at) if isinstance(at, str) else at
        self._keep(proceed(self.before, command, self.facts()))
        return self

    def act(self, name: str, at: str | datetime | None = None, **content: Any) -> InHand:
        """Perform an act by hand."""
        return self.do(PerformAct(self.before.dossier.code, name, content), at)

    def complete(self, element: str, at: str | datetime | None = None, **answers: Any) -> InHand:
        """Complete the open task of an element."""
        return self.do(CompleteTask(self.task(element).id, answers), at)

    def remind(self, key: str, at: str | datetime | None = None) -> InHand:
        """Let a reminder of the law speak."""
        return self.do(FireTimer(self.before.dossier.code, REMINDERS, key), at)

    def refuses(
        self, name: str, at: str | None = None, **content: Any,
    ) -> Conflict | Invalid:
        """The refusal of an act; nothing has changed by it, and it names what it rests on."""
        stood = (self.before, list(self.entries))
        with pytest.raises((Conflict, Invalid)) as refusal:
            self.act(name, at, **content)
        assert (self.before, self.entries) == stood
        assert "Đ" in refusal.value.vi or "tham số" in refusal.value.vi
        return refusal.value

    @property
    def standing(self) -> Standing:
        """The legal side as it is now."""
        return self.before.dossier.standing

    @property
    def status(self) -> str:
        """The status as it is now."""
        return self.standing.status

    @property
    def due(self) -> str | None:
        """The legal due date as a person reads it."""
        at = self.standing.due
        return f"{at.astimezone(VIETNAM):%d/%m/%Y %H:%M}" if at else None

    def task(self, element: str) -> Task:
        """The one open task of an element."""
        (found,) = (task for task in self.before.tasks if task.element == element)
        return found

    def waiting(self) -> list[tuple[str, str]]:
        """The act tasks that stand open: act and agency."""
        return sorted((t.act, t.agency) for t in self.before.tasks if t.act is not None)

    def steps(self) -> list[str]:
        """The steps of the drawing that stand open."""
        return sorted(task.element for task in self.before.tasks if task.act is None)

    def told(self) -> list[dict[str, Any]]:
        """The acts that the last entry of the history tells of."""
        return list(read_body(self.entries[-1])["content"]["outcome"]["acts"])

    def papers(self) -> list[str]:
        """The papers that the last entry calls for."""
        return [paper for act in self.told() for paper in act.get("papers", [])]

    def said(self) -> dict[str, Any]:
        """What the last act said, as it stands beside the chain."""
        found: dict[str, Any] = read_personal(self.entries[-1])[1].get("content", {})
        return found

    def reminders(self) -> dict[str, str]:
        """The reminders that the last command has set, as a person reads them."""
        assert self.last is not None
        assert self.last.reminders is not None
        return {
            key: f"{at.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
            for key, at in sorted(self.last.reminders.items())
        }

    def replays(self) -> bool:
        """Whether the history can be done again, byte for byte."""
        assert self.rules is not None
        if self.rules == rules_by_id(self.rules.id):
            return replay(self.before.dossier.code, self.entries, self).whole
        return self._again().entries == self.entries

    def _again(self) -> InHand:
        """Do it again from its entries alone, under a rule set that only this test knows."""
        again = InHand(
            self.registered, self.drawing, self.drawn, self.competent, self.answers, self.desks,
            self.rules, self.calendars)
        previous = GENESIS
        for number, entry in enumerate(self.entries, start=1):
            verify(entry, self.before.dossier.code, number, previous)
            previous, body = entry.hash, read_body(entry)
            if number > 1:
                values = read_personal(entry)[1]
                kept = {key: values[key] for key in PERSONAL & values.keys()}
                command = from_json({**body["content"]["command"], **kept})
                again.do(command, read_instant(body["at"]))
        return again

    def calendar(self, version: str) -> Calendar:
        """The calendar of a version, as replay asks for it."""
        return next(one for one in self.calendars.values() if one.version == version)

    def flow(self, flow_hash: str) -> Flow:
        """The flow of a hash, as replay asks for it."""
        assert self.drawn is not None
        assert flow_hash == self.drawn.hash
        return self.drawn
