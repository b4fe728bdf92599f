"""Servers of this machine that behave as badly as a neighbour can, byte by byte."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

#: Answers one connection, of which the request's head and body were read.
Talk = Callable[[socket.socket, bytes], None]


def reply(body: bytes = b"{}", status: str = "200 OK", **headers: str) -> Talk:
    """Answer every request of a connection alike."""
    named = {"Content-Length": str(len(body)), **headers}
    head = "".join(f"{k.replace('_', '-')}: {v}\r\n" for k, v in named.items())
    return lambda end, _: end.sendall(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body)


@contextmanager
def talking(talk: Talk, trust: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[bytes]]]:
    """Serve until the block ends; yield the port and the list of requests that came."""
    listener = socket.create_server(("127.0.0.1", 0))
    came: list[bytes] = []
    open_ends: list[socket.socket] = []

    def serve(end: socket.socket) -> None:
        with suppress(OSError), end:
            if trust is not None:
                end = trust.wrap_socket(end, server_side=True)
                open_ends.append(end)
            while request := _read(end):
                came.append(request)
                talk(end, request)

    def accept() -> None:
        with suppress(OSError):
            while True:
                end, _ = listener.accept()
                open_ends.append(end)
                threading.Thread(target=serve, args=(end,), daemon=True).start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield listener.getsockname()[1], came
    finally:
        # Closing alone does not wake who waits in accept.
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join()
        for end in open_ends:
            with suppress(OSError):
                end.close()


def _read(end: socket.socket) -> bytes:
    """Return one whole request, empty when the other side has gone."""
    read = b""
    while b"\r\n\r\n" not in read:
        piece = end.recv(65536)
        if not piece:
            return b""
        read += piece
    head, _, body = read.partition(b"\r\n\r\n")
    lengths = [
        line.split(b":")[1] for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    ]
    missing = int(lengths[0]) - len(body) if lengths else 0
    while missing > 0:
        piece = end.recv(65536)
        missing -= len(piece)
        read += piece
    return read


def certificate(folder: Path, host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return what a server of that name shows, and what trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    both = folder / f"{host}.pem"
    both.write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + made.public_bytes(serialization.Encoding.PEM))
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(both)
    trusting = ssl.create_default_context(
        cadata=made.public_bytes(serialization.Encoding.PEM).decode(),
    )
    return shown, trusting
