"""Outward (gọi ra ngoài): the one guarded HTTP client, for hosts that others have named.

Connects to the very address that it has checked, so a name that changes its meaning in between
changes nothing; follows no redirects; takes no proxy and no password from the environment; bounds
every time and every size. What it says of a failure names the host alone: addresses carry data.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal
from urllib.parse import SplitResult, urlsplit

import httpcore

from engine.errors import MotcuaError
from engine.links.addresses import Resolver, resolve
from engine.links.sockets import Barred, Guarded, Purse, Spent, TooMuch, spending

#: Why no answer came: not allowed to ask; no answer in time; more than was allowed; no connection,
#: or one that broke or spoke no HTTP (the request may have arrived all the same).
Kind = Literal["refused", "timed-out", "too-large", "unreachable"]
#: Longest pause that a host may ask for by Retry-After.
LONGEST = timedelta(hours=1)
#: Takes a file piece by piece.
Sink = Callable[[bytes], object]
#: Bytes of an answer that is not the file that was asked for.
_SAID_MOST = 64 * 1024
_SAID: Mapping[Kind, tuple[str, str]] = {
    "refused": ("Không được phép gọi {host}: {why}", "{host} may not be called: {why}"),
    "timed-out": ("{host} không trả lời kịp: {why}", "{host} did not answer in time: {why}"),
    "too-large": ("{host} trả lời quá lớn: {why}", "The answer of {host} is too large: {why}"),
    "unreachable": ("Không kết nối được {host}: {why}", "{host} cannot be reached: {why}"),
}


class Refusal(MotcuaError):
    """A call that gave no answer; `kind` tells why, and is the end of `code`.

    `reached` tells that the host took the connection; `begun`, that the answer had begun and did
    not come whole.
    """

    reached = True
    begun = False

    def __init__(self, kind: Kind, host: str, why: str) -> None:
        vi, en = _SAID[kind]
        super().__init__(
            vi.format(host=host, why=why), en.format(host=host, why=why), code=f"call-{kind}",
        )
        self.kind = kind


@dataclass(frozen=True)
class Limits:
    """How long and how much: seconds to connect, between two bytes, and in all; bytes at most.

    `head` bounds what comes until the body begins, which may bring a first piece of it (64 KiB).
    """

    connect: float = 5.0
    read: float = 10.0
    total: float = 30.0
    body: int = 1024 * 1024
    head: int = 128 * 1024


@dataclass(frozen=True)
class Answer:
    """What a host answered: status, headers by lower-case name (the last of equals), body as sent.

    A redirect is an answer like any other, and no body is unpacked.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def retry_after(self) -> timedelta | None:
        """Return the pause that it asks for in seconds, an hour at most; None for none."""
        seconds = self.headers.get("retry-after", "")
        if not seconds.isascii() or not seconds.isdigit():
            return None
        return min(timedelta(seconds=int(seconds[:9])), LONGEST)


class Outward:
    """Calls hosts over HTTP/1.1, from any thread; keeps connections for some seconds.

    `private` names hosts ("host" or "host:port") that may lie at any address and be called without
    TLS; all others must be public and are called by https alone. `trust` replaces the machine's
    certificate authorities. `resolver` gives the addresses of a host name.
    """

    def __init__(
        self, private: frozenset[str] = frozenset(), limits: Limits | None = None,
        *, trust: ssl.SSLContext | None = None, resolver: Resolver = resolve,
    ) -> None:
        self._private = frozenset(name.lower() for name in private)
        self._limits = limits or Limits()
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust or ssl.create_default_context(), keepalive_expiry=5.0,
            max_keepalive_connections=20, retries=0,
            network_backend=Guarded(self.may_be_private, resolver),
        )

    def may_be_private(self, host: str, port: int) -> bool:
        """Return whether a host was allowed to lie at any address."""
        return not self._private.isdisjoint({host.lower(), f"{host.lower()}:{port}"})

    def call(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"",
        limits: Limits | None = None,
    ) -> Answer:
        """Send one request and return its answer, whatever its status; never tries again.

        Raises Refusal when there is no answer.
        """
        bounds = limits or self._limits
        target, host = self._target(url)
        return self._exchange(_request(method, target, headers, body, bounds), host, bounds, None)

    def fetch(
        self, url: str, headers: Mapping[str, str], sink: Sink, limits: Limits,
    ) -> Answer:
        """Get a file: the body of a 200 goes to `sink` as it comes, any other into the answer.

        `limits.body` bounds the file. Raises Refusal when there is no whole answer, and what the
        sink raises.
        """
        target, host = self._target(url)
        return self._exchange(_request("GET", target, headers, b"", limits), host, limits, sink)

    def _exchange(
        self, request: httpcore.Request, host: str, bounds: Limits, sink: Sink | None,
    ) -> Answer:
        begun = False
        try:
            with (
                spending(bounds.total, bounds.head) as purse,
                closing(self._pool.handle_request(request)) as response,
            ):
                begun = True
                return _answer(response, purse, bounds.body, sink)
        except _FAILURES as failure:
            refusal = _refusal(failure, host)
            refusal.begun, refusal.reached = begun, not isinstance(failure, _UNREACHED)
            raise refusal from failure

    def close(self) -> None:
        """Close the connections that are kept."""
        self._pool.close()

    def _target(self, url: str) -> tuple[SplitResult, str]:
        try:
            target = urlsplit(url)
            host, port = (target.hostname or "").encode("idna").decode("ascii"), target.port
        except ValueError:
            raise Refusal("refused", "?", "the address cannot be read") from None
        if target.scheme not in {"https", "http"} or not host or "@" in target.netloc:
            raise Refusal("refused", host or "?", "an address is https://host[:port]/path")
        if not url.isascii() or any(mark <= " " or mark == "\x7f" for mark in url):
            raise Refusal("refused", host, "the address holds what must be percent-encoded")
        port = port or (443 if target.scheme == "https" else 80)
        if target.scheme == "http" and not self.may_be_private(host, port):
            raise Refusal("refused", host, "it is called without TLS")
        shown = f"[{host}]" if ":" in host else host
        return target._replace(netloc=f"{shown}:{port}", fragment=""), host


#: What breaks off a call: bounds of ours, and the library's own failures.
_FAILURES = (
    Barred, Spent, TooMuch, httpcore.TimeoutException, httpcore.LocalProtocolError,
    httpcore.UnsupportedProtocol, httpcore.NetworkError, httpcore.ProtocolError,
)
_UNREACHED = (Barred, httpcore.ConnectError, httpcore.ConnectTimeout)


def _refusal(failure: Exception, host: str) -> Refusal:
    kind: Kind = "unreachable"
    # What the library says of a broken protocol holds bytes of the answer.
    why = "it speaks no HTTP or broke off"
    match failure:
        case Barred():
            kind, why = "refused", str(failure)
        case Spent():
            kind, why = "timed-out", str(failure)
        case TooMuch():
            kind, why = "too-large", str(failure)
        case httpcore.TimeoutException():
            kind, why = "timed-out", type(failure).__name__
        case httpcore.LocalProtocolError() | httpcore.UnsupportedProtocol():
            kind, why = "refused", "bad request"
        case httpcore.NetworkError():
            why = str(failure) or type(failure).__name__
    return Refusal(kind, host, why)


def _request(
    method: str, target: SplitResult, headers: Mapping[str, str] | None, body: bytes,
    bounds: Limits,
) -> httpcore.Request:
    times = {
        "connect": bounds.connect, "read": bounds.read, "write": bounds.read, "pool": bounds.total,
    }
    return httpcore.Request(
        method, _url(target), headers=_headers(target, headers or {}, body), content=body,
        extensions={"timeout": times},
    )


def _answer(
    response: httpcore.Response, purse: Purse, most: int, sink: Sink | None,
) -> Answer:
    purse.head = None  # from here on the body counts
    headers = {k.decode("ascii").lower(): v.decode("latin-1") for k, v in response.headers}
    if sink is not None and response.status == 200:
        _read(response, headers, most, sink)
        return Answer(response.status, headers, b"")
    read = bytearray()
    _read(response, headers, most if sink is None else _SAID_MOST, read.extend)
    return Answer(response.status, headers, bytes(read))


def _url(target: SplitResult) -> httpcore.URL:
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    return httpcore.URL(
        scheme=target.scheme, host=target.hostname or "", port=target.port, target=path,
    )


def _headers(
    target: SplitResult, headers: Mapping[str, str], body: bytes,
) -> list[tuple[bytes, bytes]]:
    named = {name.lower(): value for name, value in headers.items()}
    standard = {443: "https", 80: "http"}.get(target.port or 0) == target.scheme
    host = target.netloc.rsplit(":", 1)[0] if standard else target.netloc
    ours = {"host": host, "accept-encoding": "identity", "content-length": str(len(body))}
    if not body:
        del ours["content-length"]
    return [
        (k.encode("latin-1", "replace"), v.encode("latin-1", "replace"))
        for k, v in {**named, **ours}.items()
    ]


def _read(
    response: httpcore.Response, told: Mapping[str, str], most: int, sink: Sink,
) -> None:
    length, count = told.get("content-length", ""), 0
    if length.isdecimal() and int(length) > most:
        raise TooMuch(f"{length} > {most} bytes")
    for piece in response.iter_stream():
        count += len(piece)
        if count > most:
            raise TooMuch(f"> {most} bytes")
        sink(piece)
