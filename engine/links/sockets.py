"""Sockets (ổ kết nối): connections to checked addresses, and what one call may still spend on them.

Below every timeout of a single read stands the end of the whole call: a host that sends one byte
each second holds nobody longer than that.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpcore

from engine.links.addresses import Resolver, is_public, resolve_within

#: Bytes written before the time is looked at again.
PIECE = 64 * 1024


class Spent(Exception):
    """The time of the whole call is over."""


class TooMuch(Exception):
    """More bytes came than the caller wants to hold."""


class Barred(Exception):
    """The host lies at an address that is not public."""


@dataclass
class Purse:
    """What one call may still spend: until when, and how many bytes before the body begins."""

    until: float
    head: int | None

    def left(self, asked: float | None) -> float:
        """Return the seconds that one wait may last; raise Spent when there are none."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise Spent("the time of the whole call is over")
        return left if asked is None else min(left, asked)

    def took(self, count: int) -> None:
        """Count bytes that came before the body; raise TooMuch when they are too many."""
        if self.head is None:
            return
        self.head -= count
        if self.head < 0:
            raise TooMuch("headers")


_purse: ContextVar[Purse] = ContextVar("purse")


@contextmanager
def spending(seconds: float, head: int) -> Iterator[Purse]:
    """Bound whatever this thread does with connections inside the block."""
    purse = Purse(time.monotonic() + seconds, head)
    token = _purse.set(purse)
    try:
        yield purse
    finally:
        _purse.reset(token)


class Guarded(httpcore.NetworkBackend):
    """Connects to nothing but addresses that are public, or that the caller allows by host."""

    def __init__(self, allowed: Callable[[str, int], bool], resolver: Resolver) -> None:
        self._allowed, self._resolver = allowed, resolver
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve a host once and connect to the first of its addresses that answers.

        Raises Barred when one of them may not be called: a name that mixes both is not trusted.
        """
        found = self._checked(host, port, timeout)
        failure: Exception = httpcore.ConnectError("the name has no address")
        for address in found:
            try:
                stream = self._plain.connect_tcp(
                    address, port, _purse.get().left(timeout), local_address, socket_options,
                )
                return Stream(stream)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _checked(self, host: str, port: int, timeout: float | None) -> Iterable[str]:
        try:
            found = resolve_within(self._resolver, host, _purse.get().left(timeout))
        except TimeoutError:
            raise httpcore.ConnectTimeout("name not resolved") from None
        except OSError as error:
            raise httpcore.ConnectError(f"name not resolved: {error}") from error
        if not self._allowed(host, port):
            for address in found:
                if not is_public(address):
                    raise Barred(f"{address} is not a public address")
        return found


class Stream(httpcore.NetworkStream):
    """A connection whose every wait ends with the call that waits."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what came, at most so many bytes."""
        purse = _purse.get()
        came = self._inner.read(max_bytes, purse.left(timeout))
        purse.took(len(came))
        return came

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all bytes."""
        for start in range(0, len(buffer), PIECE):
            self._inner.write(buffer[start:start + PIECE], _purse.get().left(timeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Return the connection under TLS, the host's certificate checked against its name."""
        left = _purse.get().left(timeout)
        return Stream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        """Return what the connection below tells of itself."""
        return self._inner.get_extra_info(info)

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()
