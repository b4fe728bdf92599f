"""The nursery (vườn ươm): the process in which everything is loaded, and which forks each child.

It runs no work itself, so that it stays as it was loaded. It ends when its server does: the
control channel closes then, and the kernel ends its children with it.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import socket
import time
from datetime import UTC, datetime

from engine.flow.confined.answers import SIZE, receive
from engine.flow.confined.child import Job, live
from engine.flow.lint import lint
from engine.flow.play import PlayRequest, play

#: Seconds in which a server hands over a job it has asked a child for.
_HANDED_OVER = 30.0
_PLAIN = (
    b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:x">'
    b'<process id="p"><startEvent id="s"/><endEvent id="e"/>'
    b'<sequenceFlow id="f" sourceRef="s" targetRef="e"/></process></definitions>'
)


def main(number: int) -> None:
    """Fork a child for each channel that comes over the control channel, until that closes."""
    control = socket.socket(fileno=number)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps: no child becomes a zombie
    _warm()
    while True:
        said, handles, _, _ = socket.recv_fds(control, 1, 1)
        if not said:
            return
        for handle in handles:
            _fork(control, socket.socket(fileno=handle))


def _warm() -> None:
    """Load what the first work would load (schemas, tables), and share it with all children."""
    files = {"x.bpmn": _PLAIN}
    lint(files, "x.bpmn")
    play(files, "x.bpmn", PlayRequest(datetime.now(UTC)))
    gc.collect()
    gc.freeze()


def _fork(control: socket.socket, channel: socket.socket) -> None:
    nursery = os.getpid()
    with channel:
        try:
            child = os.fork()
        except OSError:
            return  # the server sees the channel close and says that there is no room
        if child == 0:
            control.close()
            live(channel, nursery, lambda: _job(channel))


def _job(channel: socket.socket) -> Job:
    until = time.monotonic() + _HANDED_OVER
    (size,) = SIZE.unpack(receive(channel, SIZE.size, until))
    content = receive(channel, size, until)
    channel.settimeout(None)
    job: Job = pickle.loads(content)  # noqa: S301 - written by our own server
    return job
