"""Slow neighbours (nút chậm): machines that take every call and never answer hold nobody up."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from test_http_server import wait_for
from test_jobs_worker import overdue, place, started, waiting, whole

from engine.clock import SystemClock
from engine.handoff import Sent
from engine.jobs import wake
from engine.links.identity import make_key
from engine.store import Store, nodes, outbox
from engine.store.nodes import Node

__all__ = ["place"]

#: More nodes than a worker has places for jobs.
SLOW = 4


@dataclass
class Hanging:
    """A machine that accepts connections and says nothing."""

    listener: socket.socket
    kept: list[socket.socket] = field(default_factory=list)

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                self.kept.append(self.listener.accept()[0])


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    machine = Hanging(socket.create_server(("127.0.0.1", 0)))
    threading.Thread(target=machine.accept, daemon=True).start()
    yield machine
    machine.listener.close()
    for one in machine.kept:
        one.close()


@pytest.fixture
def linked(place: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment of a worker whose node has keys."""
    make_key(tmp_path / "keys.json")
    return {**place, "MOTCUA_NODE": "urn:test:here",
            "MOTCUA_NODE_KEYS": str(tmp_path / "keys.json")}


def waits_for(store: Store, name: str, url: str) -> None:
    """Link a node, and let an envelope wait for it."""
    with store.unit() as unit:
        nodes.put(unit.connection, Node(name, url, private=True), SystemClock().now())
        unit.queue([outbox.adding(Sent(f"of {name}", name, "H-1", 1, "sent", b"{}"))])
        unit.commit()


def test_timers_fire_while_more_nodes_hang_than_a_worker_has_jobs(
    store: Store, linked: dict[str, str], owner: str, hanging: Hanging,
) -> None:
    url = f"http://127.0.0.1:{hanging.listener.getsockname()[1]}"
    for number in range(SLOW):
        waits_for(store, f"urn:test:slow{number}", url)
    with started(linked, "worker", "--concurrency", "1", ready=owner):
        wait_for(lambda: len(hanging.kept) >= SLOW)
        codes = overdue(store, 3)
        with store.unit() as unit:
            wake(unit.connection, SystemClock().now())
            unit.commit()
        began = time.monotonic()
        wait_for(lambda: waiting(store) == 0)
        # A call of a node that hangs is given up after eight seconds.
        assert time.monotonic() - began < 6
    assert whole(store, codes)
