"""The fork server (máy chủ nhân bản): a fresh child of a loaded process for each piece of work.

As multiprocessing's forkserver works, with three differences that a server needs: a child does not
import the program's __main__ again, the environment's secrets do not go along, and a gunicorn
worker starts its own instead of inheriting that of its parent.
"""

from __future__ import annotations

import atexit
import os
import pickle
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from threading import BoundedSemaphore, Lock
from typing import TypeVar

from engine.errors import Unavailable
from engine.flow.confined.answers import SIZE, STARTED, Exceeded, hear, receive
from engine.flow.limits import Bounds

_T = TypeVar("_T")
#: Children at once for one server process, and seconds that others wait for their turn.
MOST_AT_ONCE, PATIENCE = max(2, os.cpu_count() or 1), 15.0
#: Seconds in which a nursery loads everything and forks, and a child takes its work.
_READY = 30.0
#: A nursery found dead after it took a channel, one found dead before, a new one.
_TRIES = 3
_BEGIN = "import sys; from engine.flow.confined.nursery import main; main(int(sys.argv[1]))"
_SECRET = ("MOTCUA_", "PG")


class ForkServer:
    """A nursery, started when it is first needed and again when it was killed; thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._turns = BoundedSemaphore(MOST_AT_ONCE)
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The nursery's process id, None where none was started."""
        return self._process.pid if self._process else None

    def run(self, work: Callable[[], _T], bounds: Bounds) -> _T:
        """Return what the work (picklable) gives, done in a child of its own.

        Raises Exceeded when it passed its bounds or broke, Unavailable when no child can be had.
        """
        packed = pickle.dumps((work, bounds), pickle.HIGHEST_PROTOCOL)
        if not self._turns.acquire(timeout=PATIENCE):
            raise _no_room()
        try:
            with self._child() as channel:
                began = time.monotonic()
                try:
                    channel.settimeout(_READY)
                    channel.sendall(SIZE.pack(len(packed)) + packed)
                except OSError as error:
                    raise Exceeded("failed", f"the child took no work: {error}") from None
                result: _T = hear(channel, began, bounds.cpu, bounds.wall)
                return result
        finally:
            self._turns.release()

    def close(self) -> None:
        """End the nursery and its children."""
        with self._lock:
            self._stop()

    def forget(self) -> None:
        """Let go, in a process just forked, of a nursery that belongs to its parent."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.returncode = 0  # not ours to wait for
        ForkServer.__init__(self)

    def _child(self) -> socket.socket:
        """Return the channel to a new child that is ready; a nursery that died is replaced."""
        for _ in range(_TRIES):
            ours, theirs = socket.socketpair()
            try:
                with theirs:
                    self._ask(theirs)
                receive(ours, len(STARTED), time.monotonic() + _READY)
            except TimeoutError:
                ours.close()
                break
            except (OSError, EOFError):
                ours.close()
            else:
                return ours
        raise _no_room()

    def _ask(self, channel: socket.socket) -> None:
        with self._lock:
            try:
                socket.send_fds(self._reach(), [b"."], [channel.fileno()])
            except OSError:
                self._stop()  # it has ended: the next try starts another
                raise

    def _reach(self) -> socket.socket:
        if self._control is None:
            self._control, theirs = socket.socketpair()
            with theirs:
                self._process = _nursery(theirs.fileno())
        return self._control

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._control = self._process = None


def _nursery(number: int) -> subprocess.Popen[bytes]:
    """Start a nursery that finds the same modules and none of the secrets of the environment."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(_SECRET)}
    paths = [os.path.abspath(path) for path in sys.path]  # noqa: PTH100 - "" is the folder we are in
    environment["PYTHONPATH"] = os.pathsep.join(paths)
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-P", "-c", _BEGIN, str(number)], pass_fds=[number], env=environment,
        cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True,
    )


def _no_room() -> Unavailable:
    return Unavailable(
        "Máy chủ đang bận soát các bản tải lên khác; hãy thử lại sau ít phút.",
        "The server is busy examining other uploads; try again in a few minutes.",
        code="examination-busy",
    )


#: The one of this process.
SERVER = ForkServer()
os.register_at_fork(after_in_child=SERVER.forget)


@atexit.register
def _close() -> None:
    with suppress(OSError):
        SERVER.close()
