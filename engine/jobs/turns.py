"""Turns (lượt tải): downloads of papers beside a worker's jobs, one thread for each node.

Whatever a slow node does, timers and deliveries keep their places, and other nodes have theirs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from engine.jobs.downloads import Downloads

#: Nodes from which one worker fetches side by side, and seconds after which a node leaves its place
#: to the next, between two files.
PLACES, TURN = 8, 20.0


class Turns:
    """Lets nodes take turns. Its threads live as long as the worker."""

    def __init__(self, downloads: Downloads) -> None:
        self._downloads = downloads
        self._pool = ThreadPoolExecutor(PLACES, thread_name_prefix="papers")
        self._under_way: set[str] = set()
        self._last: dict[str, float] = {}
        self._among = threading.Lock()

    def begin(self, stopping: Callable[[], bool]) -> list[str]:
        """Begin to fetch from the nodes that wait and return which; wait for none of them.

        Where more wait than there are places, those go first whose last turn is longest ago.
        """
        waiting = sorted(self._downloads.waiting(), key=lambda name: self._last.get(name, 0.0))
        with self._among:
            free = [name for name in waiting if name not in self._under_way]
            begun = free[:PLACES - len(self._under_way)]
            self._under_way |= set(begun)
        for name in begun:
            self._last[name] = time.monotonic()
            self._pool.submit(self._turn, name, stopping)
        return begun

    def finish(self) -> None:
        """Wait until every thread has ended, which those of a worker that stops do soon."""
        self._pool.shutdown()

    def _turn(self, name: str, stopping: Callable[[], bool]) -> None:
        until = time.monotonic() + TURN
        try:
            self._downloads.drain(name, stopping, lambda: time.monotonic() > until)
        except Exception as error:  # noqa: BLE001 - no job is there that would tell of it
            _log().error("downloads-failed", node=name, reason=f"{type(error).__name__}: {error}")
        finally:
            with self._among:
                self._under_way.discard(name)


def _log() -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.get_logger()
    return logger
