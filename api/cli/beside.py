"""The worker beside (tiến trình kèm theo): `motcua serve` keeps one background worker running."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from multiprocessing.sharedctypes import RawValue
from pathlib import Path

#: Seconds that a worker must live to have started well, and those before the next start after the
#: first that did not; they double up to the longest.
STEADY, PAUSE, LONGEST = 20.0, 1.0, 30.0
#: Seconds that it has to finish: a call to another node, given up after twelve, may be under way.
PATIENCE = 20.0


class Beside:
    """A background worker as a process of its own, with the place and clock of the server.

    It ends with the server even where that is killed: it watches its parent.
    """

    def __init__(self, embedded: bool, clock: Path | None) -> None:
        self._command = [
            sys.executable, "-m", "api", "worker", "--beside", str(os.getpid()),
            *(["--embedded"] if embedded else []),
            *(["--clock", str(clock)] if clock is not None else []),
        ]
        self._process: subprocess.Popen[bytes] | None = None
        self._started = self._not_before = 0.0
        # Shared with gunicorn's workers, which are forked later and answer for it.
        self._failures = RawValue("i", 0)

    def failures(self) -> int:
        """Return how often in a row the worker ended soon after its start."""
        return int(self._failures.value)

    def keep(self) -> None:
        """Start the worker where none runs; one that ends soon again and again is left waiting."""
        if self._process is not None and self._process.poll() is None:
            if time.monotonic() - self._started > STEADY:
                self._failures.value = 0
            return
        if self._process is not None:
            self._note_end(self._process)
            self._process = None
        if time.monotonic() >= self._not_before:
            self._started = time.monotonic()
            self._process = subprocess.Popen(self._command)  # noqa: S603 - our own command line

    def tell_to_stop(self) -> None:
        """Tell the worker to finish what is under way and end."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def end(self) -> None:
        """Tell the worker to stop, and wait until it has finished what is under way."""
        self.tell_to_stop()
        if self._process is None:
            return
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _note_end(self, process: subprocess.Popen[bytes]) -> None:
        now = time.monotonic()
        failures = 0 if now - self._started > STEADY else self.failures() + 1
        pause = min(PAUSE * 2 ** min(failures - 1, 10), LONGEST) if failures else 0.0
        self._failures.value, self._not_before = failures, now + pause
        logging.getLogger("gunicorn.error").warning(
            "motcua worker: tiến trình nền dừng / the background worker ended (code %s), "
            "chạy lại sau / starts again in %.0f s", process.returncode, pause,
        )
