"""Work that no diagram should be able to do, for children that must survive none of it."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import time
from pathlib import Path


def spin() -> None:
    """Use CPU without end."""
    while True:
        pass


def sleep() -> None:
    """Use none, and never end."""
    time.sleep(600)


def deaf() -> None:
    """Ignore every signal that can be ignored, and use CPU without end."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    spin()


def hoard() -> int:
    """Take memory without end, a little at a time."""
    kept = []
    while True:
        kept.append(bytearray(1_000_000))


def grab() -> int:
    """Take much memory at once."""
    return len(bytearray(8_000_000_000))


def take(megabytes: int) -> int:
    """Take that much and give it back."""
    return len(bytearray(megabytes * 1024 * 1024))


def crash() -> None:
    """End as a fault in a C library ends a process."""
    faulthandler.disable()  # it would print what is meant to happen
    os.kill(os.getpid(), signal.SIGSEGV)


def fail() -> None:
    """Fail as a mistake of ours fails."""
    raise ZeroDivisionError("a mistake of ours")


def recurse(depth: int = 0) -> int:
    """Go deeper than Python allows."""
    return recurse(depth + 1) + 1


def babble() -> bytes:
    """Answer more than a parent reads."""
    return bytes(65_000_000)


class Forged:
    """An answer that would run code in the parent that unpickles it."""

    def __init__(self, place: str) -> None:
        self.place = place

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (Path(self.place),)


def forge(place: str) -> Forged:
    """Answer with code."""
    return Forged(place)


def leave_a_mark() -> int:
    """Change the module, as a child that reaches shared state would; return the marks there."""
    marks.append(os.getpid())
    return len(marks)


def write(place: str) -> None:
    """Write to a file."""
    Path(place).write_bytes(b"x" * 10)


def secrets() -> list[str]:
    """Return what of the environment looks secret."""
    return [name for name in os.environ if name.startswith(("MOTCUA_", "PG"))]


def who() -> tuple[int, int]:
    """Return process ids: its own and its parent's."""
    return os.getpid(), os.getppid()


def main_module() -> str:
    """Return the file of the program that this process takes itself for."""
    return str(getattr(sys.modules["__main__"], "__file__", ""))


marks: list[int] = []
