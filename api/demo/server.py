"""The demo's server (máy chủ): `motcua serve --embedded --clock FILE` as a process of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request

from api.demo.client import Refused, ask
from engine.errors import Unavailable

#: Seconds that the server may take to answer for the first time.
PATIENCE = 30.0


@contextmanager
def server(clock: Path, log: Path) -> Iterator[str]:
    """Run the server on a free port and yield its address; it ends with the block."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command line
            [sys.executable, "-m", "api", "serve", "--embedded", "--clock", str(clock),
             "--port", str(port), "--workers", "1"],
            stdout=output, stderr=subprocess.STDOUT,
        )
        try:
            wait_for(address, process, log)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=20)


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers; raise Unavailable with the end of its log where it does not."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            ask(Request(f"{address}/readyz"))  # noqa: S310 - the demo's own server on loopback
        except Refused:
            time.sleep(0.1)
        else:
            return
    tail = log.read_text(encoding="utf-8", errors="replace")[-2000:]
    raise Unavailable(
        f"Máy chủ trình diễn không khởi động được; xem {log}.",
        f"The demo's server did not start; see {log}:\n{tail}", code="demo-server",
    )
