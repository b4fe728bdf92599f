"""Triggers (cơ chế kích hoạt): what an event waits for or throws, as plain facts of the drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.expressions import Expression

TimerKind = Literal["date", "duration", "cycle"]


@dataclass(frozen=True)
class Route:
    """Where a message flow leads: a pool, its process if it has one, and the catching node."""

    pool: str
    process: str | None = None
    element: str | None = None
    starts: bool = False


@dataclass(frozen=True)
class MessageTrigger:
    """A message by name; `payload` is what may cross, `keys` are correlation properties.

    A payload name without expression is taken from the data if it is there. `papers` are the codes
    of the components whose papers cross with it.
    """

    name: str
    payload: tuple[tuple[str, Expression | None], ...] = ()
    keys: tuple[tuple[str, Expression], ...] = ()
    route: Route | None = None
    #: The key that an event waits for, reckoned from the data of its own instance.
    awaits: Expression | None = None
    #: What the process expects of correlation properties, reckoned from its data.
    expects: tuple[tuple[str, Expression], ...] = ()
    papers: tuple[str, ...] = ()


@dataclass(frozen=True)
class SignalTrigger:
    """A signal by name, heard by everyone who waits for it."""

    name: str


@dataclass(frozen=True)
class TimerTrigger:
    """A time: `text` as drawn, or an expression that gives one."""

    kind: TimerKind
    text: str = ""
    expression: Expression | None = None


@dataclass(frozen=True)
class ConditionalTrigger:
    """A condition that becomes true."""

    condition: Expression


@dataclass(frozen=True)
class ErrorTrigger:
    """An error by code; a catcher without code catches every error."""

    code: str | None = None


@dataclass(frozen=True)
class EscalationTrigger:
    """An escalation by code; a catcher without code catches every escalation."""

    code: str | None = None


@dataclass(frozen=True)
class CompensateTrigger:
    """Compensation of one activity, or of all that completed in the scope.

    A thrower that does not wait goes on while the handlers run.
    """

    activity: str | None = None
    waits: bool = True


@dataclass(frozen=True)
class TerminateTrigger:
    """The end of everything in the scope."""


@dataclass(frozen=True)
class CancelTrigger:
    """The cancellation of a transaction."""


Trigger = (
    MessageTrigger | SignalTrigger | TimerTrigger | ConditionalTrigger | ErrorTrigger
    | EscalationTrigger | CompensateTrigger | TerminateTrigger | CancelTrigger
)
