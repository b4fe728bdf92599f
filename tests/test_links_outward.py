"""Calls to other machines: what may be called, to which address, for how long, for how much."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import certificate, reply, talking

from engine.links.addresses import is_public
from engine.links.outward import Answer, Limits, Outward, Refusal

HERE = frozenset({"127.0.0.1"})
QUICK = Limits(connect=0.5, read=0.4, total=1.0, body=10_000, head=4_000)


@contextmanager
def calling(
    private: frozenset[str] = HERE, limits: Limits = QUICK, **more: Any,
) -> Iterator[Callable[..., Answer]]:
    client = Outward(private, limits, **more)
    try:
        yield client.call
    finally:
        client.close()


def get(port: int, limits: Limits = QUICK) -> Answer:
    with calling(limits=limits) as call:
        return call("GET", f"http://127.0.0.1:{port}/")


def refusal(port: int, limits: Limits = QUICK) -> Refusal:
    with pytest.raises(Refusal) as told:
        get(port, limits)
    return told.value


@pytest.mark.parametrize("address", [
    "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1", "198.18.0.1",
    "192.0.2.1", "::", "::1", "fe80::1", "fe80::1%2", "fc00::1", "fd12::1", "fec0::1", "ff02::1",
    "2001:db8::1", "3fff::1", "2002:7f00:1::", "2001:0:53aa::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::8.8.8.8",
    "::8.8.8.8", "100::1",
])
def test_an_address_that_is_not_the_public_internet_is_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", [
    "8.8.8.8", "203.162.4.190", "2405:4800::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
])
def test_a_public_address_is_known(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_ipv4_is_judged_alike_however_it_is_wrapped(address: object) -> None:
    assert is_public(str(address)) == is_public(f"::ffff:{address}")
    assert is_public(str(address)) == is_public(f"64:ff9b::{address}")


@pytest.mark.parametrize("url", [
    "http://127.0.0.1:{port}/", "https://127.0.0.1:{port}/", "https://localhost:{port}/",
    "https://[::1]:{port}/", "https://2130706433:{port}/", "https://0x7f.1:{port}/",
    "https://[::ffff:127.0.0.1]:{port}/",
])
def test_this_machine_is_not_called_unless_allowed(url: str) -> None:
    with talking(reply()) as (port, came):
        with calling(frozenset()) as call, pytest.raises(Refusal) as told:
            call("GET", url.format(port=port))
        assert told.value.kind == "refused"
        assert came == []


@pytest.mark.parametrize("url", [
    "ftp://127.0.0.1/", "https:///x", "http://user:pw@127.0.0.1/", "http://127.0.0.1/a b",
    "http://127.0.0.1/\r\nX: y", "http://127.0.0.1/hồ-sơ", "http://127.0.0.1:99999/", "x", "",
    "file:///etc/passwd", "http://example.org/",
])
def test_an_address_that_cannot_be_meant_is_refused(url: str) -> None:
    with calling() as call, pytest.raises(Refusal) as told:
        call("GET", url)
    assert told.value.kind == "refused"


def test_a_header_that_would_begin_another_is_refused() -> None:
    with talking(reply()) as (port, came):
        with calling() as call, pytest.raises(Refusal) as told:
            call("GET", f"http://127.0.0.1:{port}/", {"X": "a\r\nY: b"})
        assert told.value.kind == "refused"
        assert came == []


def test_what_is_sent_and_answered_arrives_whole() -> None:
    with talking(reply(b'{"ok": true}', "201 Created", X_Kind="good")) as (port, came):
        with calling() as call:
            answer = call("POST", f"http://127.0.0.1:{port}/a?b=%20", {"X-One": "1"}, b"body")
        assert (answer.status, answer.body) == (201, b'{"ok": true}')
        assert answer.headers["x-kind"] == "good"
        head, body = came[0].split(b"\r\n\r\n")
        assert head.startswith(b"POST /a?b=%20 HTTP/1.1\r\n")
        assert f"host: 127.0.0.1:{port}".encode() in head
        assert b"x-one: 1" in head
        assert body == b"body"


def test_an_answer_whose_body_comes_together_with_its_head_is_not_too_large() -> None:
    body = b"x" * 60_000
    with talking(reply(body)) as (port, _):
        assert get(port, Limits()).body == body


def test_a_connection_serves_several_calls() -> None:
    ends: set[int] = set()

    def talk(end: socket.socket, request: bytes) -> None:
        ends.add(id(end))
        reply()(end, request)

    with talking(talk) as (port, came), calling() as call:
        for _ in range(3):
            assert call("GET", f"http://127.0.0.1:{port}/").status == 200
        assert (len(came), len(ends)) == (3, 1)


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    with talking(reply()) as (target, there), talking(
        reply(b"", "302 Found", Location=f"http://127.0.0.1:{target}/"),
    ) as (port, _):
        assert get(port).status == 302
        assert there == []


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with talking(reply(b"proxy")) as (proxy, through), talking(reply(b"host")) as (port, _):
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
        assert get(port).body == b"host"
        assert through == []


def test_a_name_that_changes_its_mind_is_connected_where_it_was_checked() -> None:
    asked: list[str] = []

    def resolver(host: str) -> Sequence[str]:
        asked.append(host)
        return ["203.0.113.1" if len(asked) > 1 else "127.0.0.1"]

    with talking(reply()) as (port, _), calling(
        frozenset({"node.test"}), resolver=resolver,
    ) as call:
        assert call("GET", f"http://node.test:{port}/").status == 200
        assert asked == ["node.test"]


def test_a_name_that_turns_to_this_machine_is_refused() -> None:
    said = iter([["8.8.8.8", "127.0.0.1"], ["127.0.0.1"]])
    with talking(reply()) as (port, came), calling(
        frozenset(), resolver=lambda _: next(said),
    ) as call:
        for _ in range(2):
            with pytest.raises(Refusal) as told:
                call("GET", f"https://node.test:{port}/")
            assert told.value.kind == "refused"
        assert came == []


def test_the_next_address_of_a_name_is_tried_when_the_first_is_dead() -> None:
    with talking(reply()) as (port, _), calling(
        frozenset({"node.test"}), resolver=lambda _: ["127.0.0.2", "127.0.0.1"],
    ) as call:
        assert call("GET", f"http://node.test:{port}/").status == 200


def test_a_permission_can_be_for_one_port_alone() -> None:
    with talking(reply()) as (port, _), talking(reply()) as (other, came), calling(
        frozenset({f"127.0.0.1:{port}"}),
    ) as call:
        assert call("GET", f"http://127.0.0.1:{port}/").status == 200
        with pytest.raises(Refusal) as told:
            call("GET", f"http://127.0.0.1:{other}/")
        assert told.value.kind == "refused"
        assert came == []


def test_a_name_without_an_address_and_a_closed_port_are_unreachable() -> None:
    def nobody(host: str) -> Sequence[str]:
        raise socket.gaierror(host)

    with calling(resolver=nobody) as call, pytest.raises(Refusal) as told:
        call("GET", "https://node.test/")
    assert told.value.kind == "unreachable"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert refusal(port).kind == "unreachable"


def test_a_resolver_that_hangs_is_not_waited_for() -> None:
    def slow(_: str) -> Sequence[str]:
        time.sleep(5)
        return []

    began = time.monotonic()
    with calling(resolver=slow) as call, pytest.raises(Refusal) as told:
        call("GET", "https://node.test/")
    assert told.value.kind == "timed-out"
    assert time.monotonic() - began < 2


def silent(_: socket.socket, __: bytes) -> None:
    time.sleep(5)


def dripping(head: bytes) -> object:
    def talk(end: socket.socket, _: bytes) -> None:
        end.sendall(head)
        while True:
            time.sleep(0.1)
            end.sendall(b"a")
    return talk


@pytest.mark.parametrize("talk", [
    silent,
    dripping(b""),
    dripping(b"HTTP/1.1 200 OK\r\nX: "),
    dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"),
], ids=["hangs", "drips its status", "drips a header", "drips its body"])
def test_a_slow_host_holds_nobody_longer_than_the_whole_time(talk: object) -> None:
    with talking(talk) as (port, _):  # type: ignore[arg-type]
        began = time.monotonic()
        assert refusal(port).kind == "timed-out"
        assert time.monotonic() - began < 2


def endless(head: bytes, piece: bytes) -> object:
    def talk(end: socket.socket, _: bytes) -> None:
        end.sendall(head)
        while True:
            end.sendall(piece)
    return talk


@pytest.mark.parametrize("talk", [
    reply(b"a" * 10_001),
    endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"5\r\naaaaa\r\n"),
    endless(b"HTTP/1.1 200 OK\r\n\r\n", b"a" * 100),
    endless(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    endless(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 100),
    endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
], ids=["length", "chunks", "no end", "headers", "one header", "continue"])
def test_an_answer_without_end_is_not_read_to_its_end(talk: object) -> None:
    with talking(talk) as (port, _):  # type: ignore[arg-type]
        assert refusal(port).kind == "too-large"


@pytest.mark.parametrize("head", [
    b"garbage\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
    b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b"\x16\x03\x01\x02\x00",
])
def test_a_host_that_breaks_off_or_speaks_no_http_is_unreachable(head: bytes) -> None:
    def talk(end: socket.socket, _: bytes) -> None:
        end.sendall(head)
        end.shutdown(socket.SHUT_RDWR)

    with talking(talk) as (port, _):
        told = refusal(port)
        assert told.kind == "unreachable"
        assert "garbage" not in told.en


def test_a_certificate_must_be_trusted_and_name_the_host(tmp_path: Path) -> None:
    shown, trusting = certificate(tmp_path, "node.test")
    with talking(reply(b"safe"), shown) as (port, came):
        def get_safely(host: str, **more: Any) -> Answer:
            names = frozenset({"node.test", "other.test"})
            with calling(names, resolver=lambda _: ["127.0.0.1"], **more) as call:
                return call("GET", f"https://{host}:{port}/")

        assert get_safely("node.test", trust=trusting).body == b"safe"
        for host, more in (("other.test", {"trust": trusting}), ("node.test", {})):
            with pytest.raises(Refusal) as told:
                get_safely(host, **more)
            assert told.value.kind == "unreachable"
        assert len(came) == 1


def test_what_a_refusal_says_holds_nothing_of_the_address_but_the_host() -> None:
    with talking(silent) as (port, _), calling() as call, pytest.raises(Refusal) as told:
        call("GET", f"http://127.0.0.1:{port}/040099001234?name=An")
    assert "040099001234" not in f"{told.value.vi} {told.value.en}"
