"""Orders (yêu cầu gọi): what a connector is given, and the three things that can come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True)
class Sheet:
    """A paper of a dossier with its file: its number, and bytes that were held against `sha256`."""

    number: int
    sha256: str
    content: bytes = field(repr=False)


class Papers(Protocol):
    """The papers of one dossier, to be read alone."""

    def pdf(self, number: int | None, component: str | None) -> Sheet | None:
        """Return a PDF that counts, by number or as the newest of a component; None without one."""
        ...


@dataclass(frozen=True)
class Order:
    """One task to do: its id, its inputs by name, what is known of the dossier, and the time.

    The same task is ordered with the same id however often it is tried. `papers` are those of the
    dossier, for connectors that read one.
    """

    task: str
    inputs: Mapping[str, Any] = field(repr=False)
    about: Mapping[str, Any] = field(repr=False)
    now: datetime
    papers: Papers | None = None


@dataclass(frozen=True)
class Done:
    """It was done; `result` are values by name."""

    result: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Mistake:
    """The answer is an error of business by its code, which the drawing can catch."""

    code: str


@dataclass(frozen=True)
class Failed:
    """Nothing came of it; `reason` holds no personal value.

    `again` tells that trying later may help, `after` the seconds that the other side asks for.
    """

    reason: str
    again: bool = True
    after: float | None = None


@dataclass(frozen=True)
class Signed:
    """A paper was signed: which one, its new bytes, and what the history keeps of the signature.

    `sha256` is that of the bytes before, `subject` personal.
    """

    number: int
    official: str
    sha256: str
    size: int
    content: bytes = field(repr=False)
    certificate: Mapping[str, str]
    signed_at: datetime
    level: str
    subject: str = field(repr=False)


Outcome = Done | Mistake | Failed | Signed


@dataclass(frozen=True)
class Policy:
    """How often a call is tried, and the seconds before the second try; they double each time."""

    attempts: int = 5
    pause: float = 10.0
    longest: float = 3600.0

    def before(self, tries: int, after: float | None) -> float:
        """Return the seconds to wait after so many tries, as long as the other side asks for."""
        pause = min(self.pause * 2.0 ** min(tries - 1, 30), self.longest)
        return pause if after is None else min(max(pause, after), self.longest)


class Connector(Protocol):
    """What does tasks; from any thread, within its `limit` of seconds."""

    @property
    def policy(self) -> Policy:
        """Return how often it is tried."""
        ...

    @property
    def limit(self) -> float:
        """Return the seconds within which one call ends, whatever happens."""
        ...

    def call(self, order: Order) -> Outcome:
        """Do one task and return what came of it; never raises for what the other side does."""
        ...
