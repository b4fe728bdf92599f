"""Work in hand (việc đang làm): what one command has changed so far, before it becomes an Outcome.

The one mutable thing of the heart: it lives for one call of proceed and never leaves it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.components.papers import Paper
from engine.dossier import Dossier, Part, ServiceCall, Task, visible
from engine.errors import Conflict
from engine.flow.run import Setting
from engine.handoff import Envelope
from engine.law.standing import Standing
from engine.law.status import Status, passed
from engine.proceed.outcome import Before, Facts
from engine.step import Outgoing, TraceItem
from engine.worktime import Calendar

#: Instances that may move in one command before the drawing is taken to run in circles.
MOST_MOVES = 200


class Work:
    """A dossier under one command; rooms of proceed read and change it through these methods."""

    def __init__(self, before: Before, facts: Facts, content: Mapping[str, Any]) -> None:
        self.before = before
        self.facts = facts
        self.content = content
        self.dossier: Dossier = before.dossier
        # Sorted, so that live and replay walk them in one order whatever the database returns.
        self.parts: dict[str, Part] = {p.id: p for p in sorted(before.parts, key=lambda p: p.id)}
        self.tasks: dict[str, Task] = {t.id: t for t in sorted(before.tasks, key=lambda t: t.id)}
        self.instances = dict(before.instances)
        self.envelopes: dict[str, Envelope] = {}
        self.kept: list[Envelope] = sorted(before.kept, key=lambda e: e.number)
        self.outgoing: deque[tuple[str, Outgoing]] = deque()
        self.signals: deque[tuple[str, str]] = deque()
        self.papers: dict[int, Paper] = {p.number: p for p in before.papers}
        #: What stands here for papers that came and were not entered again.
        self.stand: list[dict[str, Any]] = []
        self.acts: list[dict[str, Any]] = []
        self.trace: dict[str, list[TraceItem]] = {}
        self.calls: dict[str, ServiceCall] = {}
        self.ended: list[str] = []
        self.data: Mapping[str, Any] = {}
        self.statuses: list[Status] = []
        self.budgets: dict[tuple[str, str], datetime | None] = {}
        #: What conditions on the dossier were last looked at with; None for one just born.
        self.looked_at: dict[str, Any] | None = (
            self.visible() if before.dossier.entries else None)
        self._moves = 0

    @property
    def standing(self) -> Standing:
        """The legal side of the dossier as it stands now."""
        return self.dossier.standing

    def set_standing(self, standing: Standing) -> None:
        """Give the dossier a new legal side; what acts depend on has then a new revision."""
        now = self.dossier.standing.status
        if standing.status != now:
            self.statuses.extend(passed(now, standing.status))
        if standing != self.dossier.standing:
            before = self.before.dossier.revision
            self.dossier = replace(self.dossier, standing=standing, revision=before + 1)

    def forget_undo(self) -> None:
        """Let no act be taken back any more: an instance has moved on from it."""
        if self.standing.undo is not None:
            self.set_standing(replace(self.standing, undo=None))

    def setting(self) -> Setting:
        """Return the seam of the next move of an instance: its id seed, instant and facts."""
        self._moves += 1
        if self._moves > MOST_MOVES:
            raise Conflict(
                f"Các phần việc gửi qua lại quá {MOST_MOVES} lần trong một bước; "
                "hãy xem lại các luồng thông điệp trong sơ đồ.",
                f"Parts moved more than {MOST_MOVES} times in one command; "
                "look at the message flows of the diagram.",
                code="endless-messages",
            )
        seed = f"{self.dossier.code}/{self.dossier.entries + 1}/{self._moves}"
        return Setting(
            seed=seed, at=self.facts.now, facts={"dossier": self.visible()},
            calendar=self.calendar(self.dossier.competent_agency),
        )

    def visible(self) -> dict[str, Any]:
        """Return what expressions may know of the dossier: never who the applicant is."""
        return visible(self.dossier)

    def calendar(self, agency: str) -> Calendar:
        """Return the calendar that an agency works by."""
        return self.facts.calendars[agency]

    def desk(self, agency: str | None, otherwise: str) -> str:
        """Return the code of an agency as drawn (code, name or path), else the pool's."""
        return otherwise if agency is None else self.dossier.desks.get(agency, agency)

    def put_task(self, task: Task) -> None:
        """Open a task or change one; a changed one gets a new revision."""
        known = next((t for t in self.before.tasks if t.id == task.id), None)
        self.tasks[task.id] = replace(task, revision=known.revision + 1) if known else task

    def open_tasks(self) -> list[Task]:
        """Return the tasks that stand open now."""
        return [task for task in self.tasks.values() if task.state == "open"]
