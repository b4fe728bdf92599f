"""A step (bước): what a process instance hands upwards after it moved; no XML, no SpiffWorkflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

#: Plain JSON data, as citizens' and officials' answers are.
Data = Mapping[str, Any]
Severity = Literal["error", "warning", "info"]
WaitKind = Literal["message", "signal", "timer", "conditional"]


@dataclass(frozen=True)
class Finding:
    """One remark on a drawing (nhận xét): severity, stable code, place, sentence, hint."""

    severity: Severity
    code: str
    element: str | None
    name: str | None
    line: int | None
    vi: str
    en: str
    hint_vi: str = ""
    hint_en: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the finding in the shape told in docs/commands.md."""
        return {
            "severity": self.severity, "code": self.code, "element": self.element,
            "name": self.name, "line": self.line,
            "message": {"vi": self.vi, "en": self.en},
            "hint": {"vi": self.hint_vi, "en": self.hint_en},
        }


@dataclass(frozen=True)
class Question:
    """A gateway drawn without conditions, asked of the person before it (câu hỏi rẽ nhánh).

    `options` are (flow id, flow name, act or None) in document order; `default` is a flow id.
    """

    gateway: str
    name: str
    options: tuple[tuple[str, str, str | None], ...]
    default: str | None = None


@dataclass(frozen=True)
class Service:
    """Who does a service task (dịch vụ): a connector by name, or a machine that asks for a topic.

    `result` is the name that takes the whole result. Unless `spreads`, as Camunda's own external
    tasks do, nothing else of it comes out but the outputs that are drawn.
    """

    kind: Literal["connector", "topic"]
    name: str
    result: str | None = None
    spreads: bool = False


@dataclass(frozen=True)
class TaskNote:
    """What the drawing says of a person's task (bước xử lý); all texts exactly as drawn."""

    element: str
    name: str
    lane: str | None = None
    role: str | None = None
    agency: str | None = None       # a code or `dossier.<field>`; None = the pool's
    form: str | None = None
    step: str | None = None         # B1 ...
    duration: str | None = None     # "04 giờ"
    budget: str | None = None       # the element whose duration is shared, or the task itself
    status: str | None = None
    questions: tuple[Question, ...] = ()
    service: Service | None = None


@dataclass(frozen=True)
class OpenTask:
    """A task that has just opened; `id` is unique and stable in replay.

    `inputs` are the values of the names drawn as inputs, where a machine does the task.
    """

    id: str
    note: TaskNote
    kind: Literal["user", "service"] = "user"
    inputs: Data = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Wait:
    """Something that an instance waits for; `due` is set for timers alone.

    `working` tells of a timer counted in working time, which a change of the calendar moves.
    """

    id: str
    element: str
    kind: WaitKind
    due: datetime | None = None
    message: str | None = None
    key: str | None = None
    working: bool = False


@dataclass(frozen=True)
class Outgoing:
    """A message thrown by an instance: only the declared payload leaves (liên thông).

    `target_process` is None when it goes to a pool without a process (outside), whose id and name
    then stand in `target_pool`. `starts` tells that the target is a message start event. `papers`
    are the codes of the components that the message declares.
    """

    element: str
    message: str
    payload: Data
    key: str | None = None
    target_pool: str | None = None
    target_process: str | None = None
    target_element: str | None = None
    starts: bool = False
    papers: tuple[str, ...] = ()


@dataclass(frozen=True)
class TraceItem:
    """One flow node entered, completed or cancelled, by its source id."""

    element: str
    name: str
    event: Literal["entered", "completed", "cancelled"]
    task: str = ""
    instance: int | None = None     # of a repeated activity, from 0


@dataclass(frozen=True)
class DrawnAct:
    """An act of the law drawn on a flow or an event (hành vi), met on the way."""

    act: str
    element: str


@dataclass(frozen=True)
class Step:
    """Everything that one input did to one instance; `state` is the new state, encoded.

    `opened` and `closed` are the tasks that changed (ids for closed); `waits` all that stand now;
    `sent`, `acts`, `statuses` and `trace` are in the order in which the instance met them.
    """

    state: bytes
    digest: str
    opened: tuple[OpenTask, ...] = ()
    closed: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()
    waits: tuple[Wait, ...] = ()
    sent: tuple[Outgoing, ...] = ()
    signals: tuple[str, ...] = ()   # thrown; whoever waits inside has heard them already
    acts: tuple[DrawnAct, ...] = ()
    statuses: tuple[str, ...] = ()
    trace: tuple[TraceItem, ...] = ()
    finished: bool = False
    data: Data = field(default_factory=dict)
