"""Servers (máy chủ) of the HTTP row: ours and the bare one, under gunicorn in the same way."""

from __future__ import annotations

import os
import pickle
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from api.cli.serve import THREADS
from bench.premises import Premises
from bench.recording import Transaction

WORKERS = 2
_ROOT = Path(__file__).resolve().parent.parent
_PATIENCE = 30.0  # seconds until a server answers
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A running server: its port and the process that its workers belong to."""

    port: int
    process: subprocess.Popen[bytes]

    def connect(self) -> closing[HTTPConnection]:
        """Return a connection that is kept open between requests, to be used in `with`."""
        return closing(HTTPConnection("127.0.0.1", self.port, timeout=30))

    def cpu(self) -> float:
        """Return the CPU seconds that its processes have used (Linux counts in ticks)."""
        spent = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
            except OSError:
                continue  # a process that has just ended
            if self.process.pid in (int(stat.parent.name), int(fields[1])):
                spent += int(fields[11]) + int(fields[12])
        return spent / _TICKS


@contextmanager
def ours(place: Premises) -> Iterator[Server]:
    """Run `motcua serve --embedded` on the server's own database `motcua`."""
    arguments = ["-m", "api", "serve", "--embedded", "--workers", str(WORKERS)]
    with _running(place, arguments, {"MOTCUA_HOME": str(place.home)}) as server:
        yield server


@contextmanager
def bare(
    place: Premises, database: str, transactions: Mapping[str, tuple[Transaction, str]],
) -> Iterator[Server]:
    """Run the bare route on a database."""
    kept = place.home / "transactions"
    kept.write_bytes(pickle.dumps(dict(transactions)))
    address = place.url(database).replace("postgresql+psycopg://", "postgresql://")
    arguments = ["-m", "gunicorn", "-w", str(WORKERS), "-k", "gthread", "--threads", str(THREADS),
                 "--keep-alive", "15", "--log-level", "warning", "bench.bare:create()"]
    environ = {"BENCH_BARE": str(kept), "BENCH_DATABASE": address}
    with _running(place, arguments, environ) as server:
        yield server


@contextmanager
def linked_server(place: Premises, database: str, node: str, keys: Path) -> Iterator[Server]:
    """Run a receiving node on a database."""
    arguments = ["-m", "gunicorn", "-w", "1", "-k", "gthread", "--threads", str(THREADS),
                 "--keep-alive", "15", "--log-level", "warning", "bench.link_server:create()"]
    environ = {"BENCH_DATABASE": place.url(database), "BENCH_NODE": node,
               "BENCH_NODE_KEYS": str(keys)}
    with _running(place, arguments, environ) as server:
        yield server


def ask(
    connection: HTTPConnection, path: str, body: bytes, headers: Mapping[str, str],
) -> tuple[int, bytes]:
    """Send one POST and return status and body."""
    connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
    answer = connection.getresponse()
    return answer.status, answer.read()


@contextmanager
def _running(
    place: Premises, arguments: list[str], environ: Mapping[str, str],
) -> Iterator[Server]:
    port = _free_port()
    where = ["--port", str(port)] if "serve" in arguments else ["-b", f"127.0.0.1:{port}"]
    # A log that is written, as in earnest, and kept out of the table.
    with (place.home / f"server-{port}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *arguments, *where], cwd=_ROOT, env={**os.environ, **environ},
            stdout=log, stderr=log,
        )
    try:
        _wait(process, port)
        yield Server(port, process)
    finally:
        process.terminate()
        process.wait(timeout=_PATIENCE)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    patience = time.monotonic() + _PATIENCE
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse()
        except OSError:
            if process.poll() is not None or time.monotonic() > patience:
                msg = f"{process.args!r} does not answer"
                raise RuntimeError(msg) from None
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
