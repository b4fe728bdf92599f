"""Handoff (liên thông): the envelope in which a message goes from one part to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

#: delivered: the receiver moved; kept: it came early and waits; outside: to a pool without process.
EnvelopeState = Literal["delivered", "kept", "outside"]


@dataclass(frozen=True)
class Envelope:
    """One message between parts of a dossier; only the declared payload crosses.

    `number` counts the dossier's envelopes from 1; `id` is stable under replay.
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
