"""The clock (đồng hồ): the one source of "now", so that no rule reads the machine's time itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol

#: Viet Nam keeps one offset all year; legal days are days in this zone.
VIETNAM = timezone(timedelta(hours=7))


class Clock(Protocol):
    """Anything that tells an aware instant in UTC."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands where it was set, for tests and rehearsals."""

    def __init__(self, at: datetime) -> None:
        self._at = _aware(at)

    def now(self) -> datetime:
        """Return the instant at which the clock was set."""
        return self._at

    def set(self, at: datetime) -> None:
        """Set the clock to an aware instant."""
        self._at = _aware(at)

    def advance(self, by: timedelta) -> None:
        """Move the clock by a duration."""
        self._at += by


class FileClock:
    """A clock whose RFC 3339 instant stands in a file: the demo plays weeks in seconds."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        """Return the instant that stands in the file; raise ValueError when it has no offset."""
        return _aware(datetime.fromisoformat(self._path.read_text(encoding="utf-8").strip()))


def local(at: datetime) -> datetime:
    """Return the instant as read from a clock on a wall in Viet Nam."""
    return at.astimezone(VIETNAM)


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        msg = f"{at.isoformat()} has no offset; write one, for example +07:00"
        raise ValueError(msg)
    return at.astimezone(UTC)
