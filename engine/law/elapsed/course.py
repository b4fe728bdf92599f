"""The course of a dossier (diễn biến): the facts from which its clocks are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Protocol

from engine.law.elapsed.spans import Span, cut, merged, without
from engine.law.rules import RuleSet
from engine.law.standing import Pause, Standing
from engine.law.status import ENDED
from engine.worktime import Calendar

#: Holds in which the citizen is awaited, and the act that ends each. While any other hold stands
#: another agency is awaited, whose time it is.
AWAITED: Mapping[str, str] = {
    "request-supplement": "receive-supplement", "request-payment": "record-payment",
}
#: Act tasks that nobody works on: a warning to be read moves no dossier.
_NO_WORK = frozenset({"acknowledge"})


class Step(Protocol):
    """What a clock reads of a task (bước xử lý); an act task has an `act` and no `part`."""

    @property
    def agency(self) -> str: ...  # noqa: D102 - fields, told by the class
    @property
    def part(self) -> str | None: ...  # noqa: D102
    @property
    def act(self) -> str | None: ...  # noqa: D102
    @property
    def state(self) -> str: ...  # noqa: D102
    @property
    def opened_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def closed_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def due(self) -> datetime | None: ...  # noqa: D102


@dataclass(frozen=True)
class Course:
    """One dossier with every step that it ever had, as seen at `now`.

    `competent` is the competent agency, by whose calendar the dossier itself is counted;
    `calendars` are by agency. An agency without one is counted by the competent agency's.
    `rules` are the rule set that the dossier keeps.
    """

    registered_at: datetime
    standing: Standing
    steps: Sequence[Step]
    competent: str
    calendars: Mapping[str, Calendar] = field(repr=False)
    rules: RuleSet
    now: datetime

    @cached_property
    def start(self) -> datetime:
        """The receipt (tiếp nhận): acceptance, else registration; cut to the minute.

        Where the clock started later, at the competent agency's own receipt, that is the start; a
        clock that a supplement began anew does not move it.
        """
        standing = self.standing
        restarts = {pause.until for pause in standing.pauses if pause.restarts}
        anew = standing.clock_from in restarts
        received = standing.accepted_at if anew else standing.clock_from
        return cut(received or standing.accepted_at or self.registered_at)

    @cached_property
    def ended(self) -> datetime | None:
        """When the dossier ended: settled, else returned, else ended without result.

        Where that instant was not kept, an ended dossier ended when its last step was closed.
        """
        standing = self.standing
        found = standing.settled_at or standing.returned_at or standing.ended_at
        if found is None and standing.status in ENDED:
            found = max((s.closed_at for s in self.steps if s.closed_at), default=None)
        return None if found is None else cut(found)

    @cached_property
    def stands_since(self) -> datetime | None:
        """Since when the present hold lets the legal clock stand, None where it runs."""
        hold = self.standing.hold
        if hold is None or (hold.act == "request-payment" and not self.rules.payment_pauses):
            return None
        return cut(hold.since)

    @cached_property
    def end(self) -> datetime:
        """The last instant to be counted: when it ended, else now; never before the start."""
        return max(self.start, self.ended or cut(self.now))

    @cached_property
    def present(self) -> Pause | None:
        """The hold that stands, as a pause that lasts until now."""
        hold = self.standing.hold
        if hold is None:
            return None
        return Pause(
            hold.act, hold.since, max(hold.since, self.now), runs=self.stands_since is None,
            part=hold.part,
        )

    @cached_property
    def pauses(self) -> tuple[Pause, ...]:
        """Every hold that the dossier ever had, the present one last."""
        return self.standing.pauses + ((self.present,) if self.present else ())

    def calendar(self, agency: str) -> Calendar:
        """Return the calendar that an agency works by."""
        return self.calendars.get(agency) or self.calendars[self.competent]

    def awaited(self, *acts: str) -> list[Span]:
        """Return when the citizen was awaited after these acts, of one part or of all; merged."""
        return merged(_span(pause) for pause in self.pauses if pause.act in acts)

    def stood(self) -> list[Span]:
        """Return when holds let the legal clock stand; merged."""
        return merged(_span(pause) for pause in self.pauses if not pause.runs)

    def worked(self, step: Step) -> list[Span]:
        """Return when a step was worked on: from opening to closing, without its holds."""
        if step.opened_at is None or step.act in _NO_WORK:
            return []
        return without((cut(step.opened_at), self.finish(step)), self.held(step))

    def held(self, step: Step) -> list[Span]:
        """Return when holds kept a step from being worked on; merged.

        A hold of a part keeps the steps of that part, one of the dossier all drawn steps. Act
        tasks are kept by a citizen who is awaited alone: while an opinion is awaited, the task to
        give it is what is worked on.
        """
        return merged(_span(pause) for pause in self.pauses if _keeps(pause, step))

    def moved(self, step: Step) -> list[Span]:
        """Return the holds of a step that ended and so moved its due date; merged."""
        return merged(_span(pause) for pause in self.standing.pauses if _keeps(pause, step))

    def kept_since(self, step: Step) -> datetime | None:
        """Return since when the present hold keeps a step, None where it does not."""
        present = self.present
        return cut(present.since) if present is not None and _keeps(present, step) else None

    def due(self, step: Step) -> datetime | None:
        """Return when a step is due; what the applicant is due to do is no budget of an agency."""
        applicants = step.act in AWAITED.values()
        return None if step.due is None or applicants else cut(step.due)

    def finish(self, step: Step) -> datetime:
        """Return when a step was closed, now while it is open; cut to the minute."""
        return cut(step.closed_at or self.now)


def _span(pause: Pause) -> Span:
    return cut(pause.since), cut(pause.until)


def _keeps(pause: Pause, step: Step) -> bool:
    if step.act is None:
        return pause.part in (None, step.part)
    return pause.act in AWAITED and (pause.part is None or AWAITED[pause.act] == step.act)
