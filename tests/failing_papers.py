"""What lies between a node and the papers of another: passes calls on, or spoils what it is told.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from answering import answering

#: Seconds that a call hangs: longer than anybody waits between two bytes.
HANGS = 9.0


class Between:
    """A way to a node; `fault` is what befalls the papers that are fetched over it.

    With `only` it befalls the paper of that hash alone.
    """

    def __init__(self, base: str) -> None:
        self.target = urlsplit(base).netloc
        self.fault = "none"
        self.only = ""
        self.fetched = 0
        self.began = threading.Event()
        self.over = threading.Event()

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[
        int, list[tuple[str, str]], bytes,
    ]:
        """Pass a call on, and return what came."""
        connection = http.client.HTTPConnection(self.target, timeout=20)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()


class _Crossing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    way: Between

    def do_POST(self) -> None:
        self._cross("POST", self.rfile.read(int(self.headers["Content-Length"])))

    def do_GET(self) -> None:
        self._cross("GET", b"")

    def _cross(self, method: str, sent: bytes) -> None:
        way = self.way
        headers = {name: self.headers[name] for name in ("Authorization", "Content-Type")
                   if self.headers[name]}
        fetching = method == "GET" and "/papers/" in self.path
        fault = way.fault if fetching and way.only in self.path else "none"
        way.fetched += fetching
        if fault == "hang":
            way.over.wait(HANGS)
            self.close_connection = True
            return
        status, told, body = way.ask(method, self.path, sent, headers)
        if fault == "500":
            status, body = 500, b"{}"
        elif fault == "503":
            status, body = 503, b"{}"
        elif fault == "redirect":
            status, told, body = 302, [("Location", f"http://{way.target}{self.path}")], b""
        elif fault == "other bytes":
            body = body[:-1] + bytes([body[-1] ^ 1])
        elif fault == "longer":
            body += b"!"
        elif fault == "shorter":
            body = body[:-1]
        self._answer(status, told, body, fault)

    def _answer(
        self, status: int, told: list[tuple[str, str]], body: bytes, fault: str,
    ) -> None:
        self.send_response(status)
        for name, value in told:
            if name.lower() in {"content-type", "location"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if fault in ("truncate", "stall"):
            body = body[:len(body) // 2]
        self.wfile.write(body)
        if fault in ("truncate", "stall"):
            self.wfile.flush()
            self.way.began.set()
            if fault == "stall":
                self.way.over.wait(HANGS)
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def between(base: str) -> Iterator[tuple[Between, str]]:
    """Put a way before a node; yield it and its address."""
    way = Between(base)

    class Handler(_Crossing):
        pass

    Handler.way = way
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with answering(server) as address:
        try:
            yield way, address
        finally:
            way.over.set()
    time.sleep(0.05)


class Dribbling:
    """A node whose papers come a byte at a time, for as long as anybody listens."""

    def __init__(self) -> None:
        self.listening = 0
        self.over = threading.Event()


class _Drip(BaseHTTPRequestHandler):
    node: Dribbling

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "20000000")
        self.end_headers()
        self.node.listening += 1
        try:
            while not self.node.over.wait(0.25):
                self.wfile.write(b"%")
        except OSError:
            pass
        finally:
            self.node.listening -= 1

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def dribbling() -> Iterator[tuple[Dribbling, str]]:
    """Serve papers a byte at a time; yield the node and its address."""
    node = Dribbling()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Drip", (_Drip,), {"node": node}))
    server.daemon_threads = True
    with answering(server) as address:
        try:
            yield node, address
        finally:
            node.over.set()
