"""The demo's time (thời gian): weeks of office hours in seconds, told to the server by a file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from engine.clock import VIETNAM
from engine.worktime import DEFAULT, Duration, due, working_minutes

#: Monday 9 November 2026, 08:00: two plain weeks before the holiday of 24 November.
START = datetime(2026, 11, 9, 8, 0, tzinfo=VIETNAM)


class OfficeTime:
    """A clock that moves by working minutes only; each move is written to the file at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.now = START
        self.set(START)

    def set(self, at: datetime) -> None:
        """Tell the server the time; whole or not at all, as it may be reading."""
        self.now = at
        fresh = self._path.with_suffix(".new")
        fresh.write_text(at.isoformat(), encoding="utf-8")
        fresh.replace(self._path)

    def work(self, minutes: int) -> None:
        """Let so many working minutes pass."""
        moved = due(self.now, Duration("hours", minutes), DEFAULT).at
        if moved is not None:
            self.set(moved.astimezone(VIETNAM))

    def until(self, moment: datetime) -> int:
        """Return the working minutes from now to a moment; negative when it has passed."""
        return working_minutes(self.now, moment, DEFAULT)
