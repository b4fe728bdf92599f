"""The setting of one input (bối cảnh): seed, instant, facts; the one seam for time and ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from engine.errors import MotcuaError
from engine.step import Data, TraceItem
from engine.worktime import Calendar

#: Picks the flow of a question nobody answered: (gateway, flow ids in document order) -> flow id.
Chooser = Callable[[str, tuple[str, ...]], str | None]


@dataclass(frozen=True)
class Setting:
    """What surrounds one input: `seed` makes ids, `at` (aware) is the time, `facts` are read-only.

    `budget` bounds the flow nodes run for this input. `chooser` answers questions left open (only
    rehearsals give one), `hold_sends` opens send tasks like service tasks (rehearsals again);
    `witness` is a list that sees the trace even of an input that fails.
    """

    seed: str
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    calendar: Calendar | None = None
    budget: int = 10_000
    chooser: Chooser | None = None
    hold_sends: bool = False
    witness: list[TraceItem] | None = None


@dataclass(frozen=True)
class Message:
    """A message or signal from outside; `element` narrows it to one catching node."""

    name: str
    payload: Data = field(default_factory=dict)
    key: str | None = None
    element: str | None = None
    kind: Literal["message", "signal"] = "message"


class FlowFailed(MotcuaError):
    """The drawing cannot go on from here with these data; `facts["element"]` names the node."""

    code = "flow-failed"
