"""The dossier (hồ sơ): its parts (phần việc) and tasks (bước xử lý) as frozen facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from engine.law.standing import Standing
from engine.step import Service, Wait

PartState = Literal["running", "finished", "cancelled"]
TaskState = Literal["open", "done", "cancelled"]
#: The role of tasks that machines do: nobody holds it, so no worklist shows them.
MACHINE = "motcua.service"


@dataclass(frozen=True)
class Part:
    """One part: one pool's own instance; `state` is its encoded state, `digest` names it.

    `id` is the process id, with ~2, ~3 ... when a pool is started again for the same dossier.
    """

    id: str
    process: str
    name: str
    agency: str
    lead: bool
    state: bytes = field(repr=False)
    digest: str
    status: PartState = "running"
    waits: tuple[Wait, ...] = ()


@dataclass(frozen=True)
class Task:
    """One task of an official; `revision` counts what If-Match guards.

    `part` is None for an act task, which the law opened and no drawing; `act` then names the act.
    `budget` is the element whose duration is shared, `due` the end of the task's own budget.
    """

    id: str
    part: str | None
    element: str
    name: str
    agency: str
    role: str | None
    step: str | None = None
    form: str | None = None
    act: str | None = None
    opened_at: datetime | None = None
    due: datetime | None = None
    budget: str | None = None
    state: TaskState = "open"
    assignee: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    revision: int = 1


@dataclass(frozen=True)
class ServiceCall:
    """A call that a service task waits for (lời gọi dịch vụ), by the id of its task.

    `inputs` are the values drawn as its inputs, `about` what expressions may know of the dossier.
    """

    task: str
    part: str
    element: str
    agency: str
    service: Service
    inputs: Mapping[str, Any] = field(repr=False)
    about: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Peer:
    """Another node that takes part (nút tham gia): envelopes to it and from it, and its parts.

    `parts` are as it last told them: name, agency, status and the rows of the control slip.
    """

    sent: int = 0
    received: int = 0
    parts: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Links:
    """How a dossier is spread over nodes; empty for one that stays at home.

    `node` is this one, `origin` the one where the dossier was registered (empty: here), `homes` the
    nodes of agencies that work elsewhere, `peers` those with which envelopes were exchanged.
    """

    node: str = ""
    origin: str = ""
    homes: Mapping[str, str] = field(default_factory=dict)
    peers: Mapping[str, Peer] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """Return what is said of the links, and nothing for a dossier without any."""
        data = {**vars(self), "peers": {
            name: {k: v for k, v in vars(peer).items() if v} for name, peer in self.peers.items()
        }}
        return {k: v for k, v in data.items() if v}


@dataclass(frozen=True)
class Dossier:
    """One dossier; `revision` counts changes of what acts depend on, `entries`/`head` its chain.

    `desks` maps agencies as drawn to their codes, resolved once at registration; `build` names the
    engine build that wrote the last entry; `links` say which agencies work at other nodes.
    """

    code: str
    procedure: str
    version: int
    flow_hash: str
    rule_set: str
    channel: str
    receiving_agency: str
    competent_agency: str
    registered_at: datetime
    desks: Mapping[str, str] = field(default_factory=dict)
    standing: Standing = field(default_factory=Standing)
    build: str = ""
    entries: int = 0
    head: str = "0" * 64
    envelopes: int = 0
    revision: int = 1
    links: Links = field(default_factory=Links)


def visible(dossier: Dossier) -> dict[str, Any]:
    """Return what expressions may know of a dossier: never who the applicant is."""
    return {
        "code": dossier.code, "procedure": dossier.procedure, "channel": dossier.channel,
        "receiving_agency": dossier.receiving_agency,
        "competent_agency": dossier.competent_agency, "status": dossier.standing.status,
    }
