"""Addresses (địa chỉ mạng): which of them are the public Internet, and what a host name means now.

A host name is untrusted: it may name this machine, its neighbours or the metadata service of a
cloud, and it may name something else a moment later. So it is resolved once, and what was checked
is what is connected to.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

#: Gives the addresses of a host name, best first; raises OSError when there are none.
Resolver = Callable[[str], Sequence[str]]

_UNICAST = IPv6Network("2000::/3")  # the only global unicast space that IANA has given out
_TUNNELS = (IPv6Network("2002::/16"), IPv6Network("2001::/32"))  # they hide another address
_DOCUMENTATION = IPv6Network("3fff::/20")  # RFC 9637; this Python may not know it yet
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are the IPv4 address meant


def is_public(address: str) -> bool:
    """Return whether an address lies in the public Internet, by what it finally leads to.

    IPv4 inside IPv6 (mapped, NAT64) is judged as IPv4; tunnels and all that is reserved, private,
    shared, link-local, loopback or multicast is not public. Raises ValueError for no address.
    """
    found = ip_address(address)
    if isinstance(found, IPv4Address):
        return _public_v4(found)
    if found.ipv4_mapped is not None:
        return _public_v4(found.ipv4_mapped)
    if found in _NAT64:
        return _public_v4(IPv4Address(int(found) & 0xFFFFFFFF))
    return _public_v6(found)


def _public_v4(found: IPv4Address) -> bool:
    return found.is_global and not (found.is_multicast or found.is_reserved)


def _public_v6(found: IPv6Address) -> bool:
    hidden = found in _DOCUMENTATION or any(found in tunnel for tunnel in _TUNNELS)
    return found in _UNICAST and found.is_global and not hidden


def resolve(host: str) -> Sequence[str]:
    """Return the addresses that the machine's resolver gives for a host; raise OSError for none."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolve_within(resolver: Resolver, host: str, seconds: float) -> Sequence[str]:
    """Resolve a host within a time; raise TimeoutError after it, OSError when there is no address.

    The system's resolver knows no time limit of the caller's, so it runs beside and is left to its
    own one when it is late.
    """
    given: list[Sequence[str] | BaseException] = []

    def ask() -> None:
        try:
            given.append(resolver(host))
        except (OSError, UnicodeError) as error:
            given.append(error)

    asking = threading.Thread(target=ask, name="resolve", daemon=True)
    asking.start()
    asking.join(max(seconds, 0))
    if not given:
        raise TimeoutError(host)
    answer = given[0]
    if isinstance(answer, BaseException):
        raise OSError(str(answer)) from answer
    return answer
