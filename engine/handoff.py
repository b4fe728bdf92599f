"""Handoff (liên thông): the envelope in which a message goes from one part to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

#: delivered: the receiver moved; kept: it came early and waits; outside: to a pool without process;
#: outgoing: it goes to another node.
EnvelopeState = Literal["delivered", "kept", "outside", "outgoing"]
#: What an envelope between nodes says: a message of the drawing or of the law on its way out, one
#: on its way back, progress, the end of a part, the end of the dossier, that something failed.
Kind = Literal["sent", "answered", "received", "returned", "cancelled", "failed"]
TYPE = "vn.motcua.handoff."

#: Messages that no drawing can send: what nodes tell each other about a dossier.
OWN = "motcua."
ACT, CONSULT, PROGRESS, STANDING, CANCEL, FAILED, SIGNAL = (
    f"{OWN}{name}" for name in (
        "act", "consult", "progress", "standing", "cancel", "failed", "signal")
)


@dataclass(frozen=True)
class HandedPaper:
    """A paper as an envelope names it: by its hash, never with its bytes.

    `number` is that of the sender's dossier; `name` and `file_name` are personal.
    """

    number: int
    component: str
    copy: str
    count: int
    sha256: str
    size: int
    media_type: str
    name: str = ""
    file_name: str = ""

    def told(self) -> dict[str, Any]:
        """Return what history says of it: nothing personal."""
        return {"number": self.number, "component": self.component, "sha256": self.sha256,
                "size": self.size}


@dataclass(frozen=True)
class Envelope:
    """One message between parts of a dossier; only the declared payload and papers cross.

    `number` counts the dossier's envelopes from 1; `id` is stable under replay. Where the part
    lives at another node `node` names it, and `sequence` counts what went there.
    """

    id: str
    dossier: str
    number: int
    message: str
    key: str | None
    sender: str
    receiver: str | None
    receiver_name: str
    element: str | None
    starts: bool
    payload: Mapping[str, Any] = field(repr=False)
    sent_at: datetime
    state: EnvelopeState
    node: str | None = None
    sequence: int = 0
    kind: Kind = "sent"
    papers: tuple[HandedPaper, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Sent:
    """An envelope as it leaves for another node: a CloudEvent in its canonical bytes."""

    id: str
    node: str
    dossier: str
    sequence: int
    kind: Kind
    body: bytes = field(repr=False)
