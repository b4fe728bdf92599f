"""The worker beside (tiến trình kèm theo): `motcua serve` keeps one background worker running."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

#: Seconds between two starts of a worker that ends by itself, and those that it has to finish: a
#: call to another node, which is given up after twenty, may be under way.
BETWEEN, PATIENCE = 5.0, 25.0


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
        self._started = float("-inf")

    def keep(self) -> None:
        """Start the worker where none runs; asked often, it waits between starts."""
        if self._process is not None and self._process.poll() is None:
            return
        if time.monotonic() - self._started > BETWEEN:
            self._started = time.monotonic()
            self._process = subprocess.Popen(self._command)  # noqa: S603 - our own command line

    def end(self) -> None:
        """Tell the worker to stop, and wait until it has finished what is under way."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
