"""Direct forks (nhân bản trực tiếp): a child of this process itself, where nobody else runs in it.

For the command line, which has loaded what the work needs and has one thread: no server to start.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from typing import TypeVar

from engine.flow.confined.answers import STARTED, hear, receive
from engine.flow.confined.child import live
from engine.flow.limits import Bounds

_T = TypeVar("_T")
#: Seconds until a child has begun.
_BEGUN = 10.0


def directly(work: Callable[[], _T], bounds: Bounds) -> _T:
    """Return what the work gives, done in a child of this process; raise Exceeded."""
    parent = os.getpid()
    ours, theirs = socket.socketpair()
    began = time.monotonic()
    with ours:
        with theirs:
            child = os.fork()
            if child == 0:
                ours.close()
                live(theirs, parent, lambda: (work, bounds))
        try:
            receive(ours, len(STARTED), began + _BEGUN)
            result: _T = hear(ours, began, bounds.cpu, bounds.wall)
            return result
        finally:
            os.kill(child, signal.SIGKILL)  # not yet waited for, so the number is still its own
            os.waitpid(child, 0)
