"""Real nodes that can be killed, and a network between them that fails in every way."""

from __future__ import annotations

import http.client
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import town
from answering import answering
from linked_drawings import CODE, OF_THREE, drawing, drawing_of_three
from test_http_server import free_port, wait_for

from engine.audit.desk import replay_stored
from engine.clock import FixedClock, SystemClock
from engine.commands import CompleteTask, RegisterDossier
from engine.errors import Conflict, Stale, Unavailable
from engine.jobs import wake, wake_node
from engine.links.identity import Identity, make_key, read_keys
from engine.office import Office, Wakes
from engine.store import Store, embedded, inbox, nodes, outbox, tasks
from engine.store.migrate import migrate
from engine.store.nodes import Node
from engine.store.tables import APPLICATION


def prepare(home: Path) -> None:
    """Fill a home with a town that has both procedures in force, and stop its server."""
    url = embedded.embedded(home)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        # Processes are killed here, not the machine: commits need not wait for the disk.
        for setting in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
    migrate(url)
    store = Store(embedded.address(home, role=APPLICATION))
    town.settle_town(store)
    fixed = FixedClock(SystemClock().now())
    for code, files in ((CODE, drawing()), (OF_THREE, drawing_of_three())):
        town.bring_into_force(Office(store, fixed), code, files, fixed)
    store.close()
    embedded.stop(home)


def kill_postgres(home: Path) -> None:
    """Kill the database server of a home, and start it again."""
    pid = int(next(home.rglob("postmaster.pid")).read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.3)
    embedded.embedded(home)


def copied(prepared: Path, home: Path) -> None:
    """Start a server in a home on a copy of what was prepared, owners and all."""
    subprocess.run(["cp", "-a", prepared / "database", home / "database"], check=True)
    embedded.embedded(home)


@dataclass
class RealNode:
    """One deployment: an embedded PostgreSQL of its own, a server process and a worker process."""

    name: str
    prepared: Path
    home: Path
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ahead: float = 0.0

    def __post_init__(self) -> None:
        copied(self.prepared, self.home)
        self.keys = self.home / "node.json"
        make_key(self.keys)
        self.identity = Identity(f"urn:test:{self.name}", read_keys(self.keys))
        self.store = Store(embedded.address(self.home, role=APPLICATION), pool_size=4)
        wakes = Wakes(wake, wake_node)
        self.office = Office(self.store, SystemClock(), wakes=wakes, node=self.identity.node)
        self.log = (self.home / "node.log").open("ab")

    def know(self, other: RealNode, address: str, *agencies: str) -> None:
        """Link another node at an address, which may be that of a failing network."""
        known = Node(other.identity.node, address, keys=other.identity.public(),
                     procedures=("*",), private=True)
        with self.store.unit() as unit:
            nodes.put(unit.connection, known, SystemClock().now())
            nodes.place(unit.connection, agencies, known.id)

    def start(self, what: str) -> None:
        """Start its server or its worker."""
        words = ["serve", "--port", str(self.port), "--workers", "1", "--no-worker"]
        arguments = words if what == "serve" else ["worker"]
        environment = {
            **os.environ, "MOTCUA_HOME": str(self.home), "MOTCUA_NODE": self.identity.node,
            "MOTCUA_NODE_KEYS": str(self.keys),
        }
        clock = []
        if self.ahead:
            self.tick()
            clock = ["--clock", str(self.home / "clock")]
        self.processes[what] = subprocess.Popen(
            [sys.executable, "-m", "api", *arguments, "--embedded", *clock], env=environment,
            stdout=self.log, stderr=self.log, start_new_session=True, cwd=town.ROOT,
        )

    def tick(self) -> None:
        """Let a clock that goes ahead go on: its processes read it from a file."""
        if self.ahead:
            moved = SystemClock().now().timestamp() + self.ahead
            fresh = self.home / "clock.new"
            fresh.write_text(_iso(moved), encoding="utf-8")
            fresh.replace(self.home / "clock")

    def kill(self, what: str) -> None:
        """Kill its server or worker, with all that it started."""
        process = self.processes.pop(what, None)
        if process is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def kill_postgres(self) -> None:
        """Kill the database server, and start it again."""
        kill_postgres(self.home)

    def stop(self) -> None:
        """End it."""
        for what in list(self.processes):
            self.kill(what)
        self.store.close()
        embedded.stop(self.home)
        self.log.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def work(self, left: int = 100) -> int:
        """Complete open tasks as their officials would, with one look for all; return how many."""
        done = 0
        self.tick()
        with suppress(Unavailable):
            with self.store.reading() as connection:
                rows = connection.execute(
                    "SELECT id, element, dossier, agency FROM task "
                    "WHERE state = 'open' ORDER BY id LIMIT %s", (left,),
                ).fetchall()
            for task_id, element, dossier, agency in rows:
                with suppress(Conflict, Stale):
                    self.office.execute(
                        CompleteTask(task_id, {"note": f"{element} {dossier}"}),
                        town.official(agency), if_match=frozenset({"*"}),
                    )
                    done += 1
        return done

    def register(self, procedure: str = CODE) -> str:
        """Register a dossier, however often the database goes away."""
        command = RegisterDossier(procedure, town.COMMUNE, "direct", {"name": "Nguyễn Văn An"})
        official = town.official(town.COMMUNE, "one_stop_officer")
        while True:
            with suppress(Unavailable):
                return str(self.office.execute(command, official).body["code"])
            time.sleep(0.2)

    def count(self, statement: str) -> int:
        """Return the one number that a statement gives, once the database answers."""
        while True:
            with suppress(Unavailable), self.store.reading() as connection:
                row = connection.execute(statement).fetchone()
                assert row is not None
                return int(row[0])
            time.sleep(0.2)

    def need_whole(self, code: str) -> None:
        """Fail unless the dossier's chain can be done again, byte for byte."""
        again = replay_stored(self.store, code)
        assert again.whole, (code, again.entries[-1].difference, again.rows)

    def unexplained(self) -> list[Any]:
        """Return what still waits, is dead, or came early."""
        with self.store.reading() as connection:
            return [*outbox.backlog(connection), *inbox.waiting(connection)]

    def open(self, code: str) -> int:
        """Return how many tasks of a dossier stand open."""
        with self.store.reading() as connection:
            return sum(t.state == "open" for t in tasks.of_dossier(connection, code))


class Network:
    """What lies between a node and the world: passes requests on, or fails as it is told."""

    def __init__(self, port: int, seed: int) -> None:
        self.port = port
        self.random = random.Random(seed)
        self.fault = "none"
        self.share = 0.5
        self.failed = 0
        self._kept: list[tuple[str, bytes, dict[str, str]]] = []

    def pass_on(
        self, path: str, content: bytes, headers: Mapping[str, str], method: str = "POST",
    ) -> tuple[int, bytes]:
        """Bring a request to the node, and its answer back."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, content, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def failing(self) -> bool:
        """Tell whether the next request fails."""
        fails = self.fault != "none" and self.random.random() < self.share
        self.failed += fails
        return fails

    def again(self, path: str, content: bytes, headers: dict[str, str]) -> None:
        """Send an old request once more, behind newer ones: repeated and out of order."""
        self._kept.append((path, content, headers))
        old = self.random.choice(self._kept[-20:])
        with suppress(OSError, http.client.HTTPException):
            self.pass_on(*old)


class _Crossing(BaseHTTPRequestHandler):
    """One request on its way, which fails as its network does."""

    protocol_version = "HTTP/1.1"
    way: Network

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name: self.headers[name] for name in ("Authorization", "Content-Type")}
        fault = self.way.fault if self.way.failing() else "none"
        if fault in ("hang", "refuse"):
            time.sleep(1.5 if fault == "hang" else 0)
            self.close_connection = True
        elif fault in ("500", "429"):
            self._answer(int(fault), b"{}", {"Retry-After": "1"} if fault == "429" else {})
        elif fault == "reorder":
            # This one is lost for now; an old one comes instead, and this one later again.
            self.way.again(self.path, content, headers)
            self._answer(503, b"{}")
        else:
            time.sleep(0.4 if fault == "slow" else 0)
            self._cross(content, headers, fault)

    def _cross(self, content: bytes, headers: dict[str, str], fault: str) -> None:
        try:
            for _ in range(2 if fault == "duplicate" else 1):
                status, answer = self.way.pass_on(self.path, content, headers)
        except (OSError, http.client.HTTPException):
            self.close_connection = True
            return
        if fault == "lost answer":
            self.close_connection = True
        else:
            self._answer(status, answer)

    def _answer(self, status: int, content: bytes, more: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def network(port: int, seed: int) -> Iterator[tuple[Network, str]]:
    """Put a network before a port; yield it and its address."""
    net = Network(port, seed)

    class Handler(_Crossing):
        way = net

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with answering(server) as address:
        yield net, address


def home() -> Path:
    """A short folder for an embedded server."""
    return Path(tempfile.mkdtemp(prefix="motcua-"))


def ready(node: RealNode) -> None:
    """Wait until a node's server answers."""
    def answers() -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=2)
        with closing(connection), suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        return False

    wait_for(answers)


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()
