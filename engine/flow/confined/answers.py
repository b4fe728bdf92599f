"""Answers (trả lời): what a child says over its channel, and what of it is believed.

A child has read what a stranger wrote. Its answer is bounded in size and time, and unpickles to
our own frozen dataclasses and plain values alone.
"""

from __future__ import annotations

import io
import pickle
import socket
import struct
import time
from dataclasses import dataclass
from typing import Any, Literal

from engine.components.declared import Component
from engine.flow.lint.report import Report
from engine.procedure import Facts, Lowered, Pool
from engine.step import Finding

#: The first byte a child sends: from here on its time counts.
STARTED = b"."
#: The length that goes before whatever is sent.
SIZE = struct.Struct(">Q")
#: Bytes of one answer.
MOST_BYTES = 64_000_000
Cause = Literal["time", "memory", "failed"]


@dataclass(frozen=True)
class Answer:
    """What became of the work: `value` is its result, or the traceback of a failure."""

    kind: Literal["done", "memory", "failed"]
    value: object = None


class Exceeded(Exception):
    """The work did not come to its end; `cause` says why, `detail` is for the log."""

    def __init__(self, cause: Cause, detail: str = "") -> None:
        super().__init__(cause)
        self.cause, self.detail = cause, detail


_BELIEVED = {
    (kind.__module__, kind.__qualname__): kind
    for kind in (Answer, Report, Finding, Facts, Component, Pool, Lowered)
}


class _Reader(pickle.Unpickler):
    """Knows our own dataclasses; anything else in an answer is a forgery."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _BELIEVED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of an answer") from None


def hear(channel: socket.socket, began: float, cpu: float, wall: float) -> Any:
    """Return the result that a child sends within `wall` seconds; raise Exceeded.

    `began` is a moment before the child's own clock (time.monotonic). A child that ended without
    an answer before `cpu` and `wall` were over cannot have been killed for them: it crashed.
    """
    # The kernel ends the child at `wall`: what comes a moment later has been sent before.
    until = time.monotonic() + wall + 0.5
    try:
        (size,) = SIZE.unpack(receive(channel, SIZE.size, until))
        if size > MOST_BYTES:
            raise Exceeded("memory", f"an answer of {size} bytes")
        packed = receive(channel, size, until)
    except TimeoutError:
        raise Exceeded("time") from None
    except (EOFError, ConnectionError):
        lasted = time.monotonic() - began
        spent = lasted >= min(cpu, wall) * 0.95
        cause: Cause = "time" if spent else "failed"
        raise Exceeded(cause, f"the child ended after {lasted:.2f} s without an answer") from None
    return _believed(packed)


def _believed(packed: bytes) -> Any:
    try:
        answer = _Reader(io.BytesIO(packed)).load()
    except Exception as error:  # noqa: BLE001 - a forged pickle may raise anything
        raise Exceeded("failed", f"the answer cannot be read: {error!r}") from None
    if not isinstance(answer, Answer):
        raise Exceeded("failed", "the answer is of another kind")
    if answer.kind == "done":
        return answer.value
    raise Exceeded("memory" if answer.kind == "memory" else "failed", str(answer.value or ""))


def receive(channel: socket.socket, size: int, until: float) -> bytes:
    """Return exactly that many bytes; raise EOFError, ConnectionError or TimeoutError."""
    content = bytearray()
    while len(content) < size:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        channel.settimeout(left)
        more = channel.recv(min(size - len(content), 1 << 20))
        if not more:
            raise EOFError
        content += more
    return bytes(content)
