"""The child (tiến trình con): one piece of work in a process of its own, within bounds.

A child is forked, binds itself, works, sends one answer and ends. What it cannot survive (a crash
in C, the kernel's kill) reaches its parent as an answer that never came.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from engine.flow.confined.answers import MOST_BYTES, SIZE, STARTED, Answer
from engine.flow.limits import Bounds

MEGABYTE = 1024 * 1024
#: prctl(2): the kernel sends this signal when the process that forked us ends.
_PR_SET_PDEATHSIG = 1
_LINUX = sys.platform.startswith("linux")
_prctl = ctypes.CDLL(None).prctl if _LINUX else None


#: Something to do, and within what.
Job = tuple[Callable[[], object], Bounds]


def live(channel: socket.socket, parent: int, job: Callable[[], Job]) -> NoReturn:
    """Be the child: ask for the job, do it, send its answer over the channel, end.

    Never returns into the code that forked: no handler or buffer of the parent's runs twice.
    """
    try:
        _die_with(parent)
        channel.sendall(STARTED)
        packed = _packed(job)
        with suppress(OSError):  # nobody waits for the answer any more
            channel.sendall(SIZE.pack(len(packed)) + packed)
    finally:
        os._exit(0)


def _die_with(parent: int) -> None:
    """Let the kernel end this process when its parent ends; where it cannot, the clock does."""
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def _bind(bounds: Bounds) -> int:
    """Set the limits that the kernel enforces, in C code as well; return that of memory."""
    for number in (signal.SIGALRM, signal.SIGXCPU, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    signal.setitimer(signal.ITIMER_REAL, bounds.wall)
    _limit(resource.RLIMIT_CPU, bounds.cpu)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    memory = _size("VmSize") + bounds.megabytes * MEGABYTE
    if _LINUX:  # macOS counts address space otherwise and enforces no limit of it
        _limit(resource.RLIMIT_AS, memory)
    return memory


def _limit(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    kept = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (kept, kept))


def _size(name: str) -> int:
    """Return the bytes of address space that this process has now or had at most, 0 if unknown."""
    if not _LINUX:
        return 0
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def _packed(job: Callable[[], Job]) -> bytes:
    """Take the job, do it within its bounds, and return the answer as bytes."""
    memory = 0
    try:
        work, bounds = job()
        memory = _bind(bounds)
        packed = pickle.dumps(Answer("done", work()), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        return pickle.dumps(Answer("memory"))
    except Exception:  # noqa: BLE001 - whatever it was, the parent is told and says it
        packed = pickle.dumps(Answer("failed", traceback.format_exc(limit=-20)))
    # What a C library says when it had no room left (such as "not XML") is not to be believed.
    crowded = memory and _size("VmPeak") > memory - MEGABYTE
    return pickle.dumps(Answer("memory")) if crowded or len(packed) > MOST_BYTES else packed
