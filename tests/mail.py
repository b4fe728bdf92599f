"""A mail server of this machine that takes messages, over TLS where asked, or refuses them."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


class Mailbox:
    """What came, and how the server answers: by command to the line that it says."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.said: dict[str, str] = {}
        self.drips = False
        self.logins = 0
        self.port = 0


@contextmanager
def mail_server(trust: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    """Take mail until the block ends; with `trust`, STARTTLS is offered."""
    box, listener = Mailbox(), socket.create_server(("127.0.0.1", 0))
    box.port = listener.getsockname()[1]

    def accept() -> None:
        with suppress(OSError):
            while True:
                end, _ = listener.accept()
                threading.Thread(target=_serve, args=(end, box, trust), daemon=True).start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield box
    finally:
        # Closing alone does not wake who waits in accept.
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join()


def _serve(end: socket.socket, box: Mailbox, trust: ssl.SSLContext | None) -> None:
    with suppress(OSError, ValueError):
        while box.drips:
            end.sendall(b"220-wait\r\n")
            time.sleep(0.1)
        _say(end, box, "hello", "220 here")
        reader = end.makefile("rb")
        while line := reader.readline():
            word = line.split()[0].decode().upper().split(":")[0]
            if word == "STARTTLS" and trust is not None:
                end.sendall(b"220 go\r\n")
                reader.close()
                end = trust.wrap_socket(end, server_side=True)
                reader = end.makefile("rb")
            elif word == "DATA":
                end.sendall(b"354 go on\r\n")
                _take(reader, box)
                _say(end, box, "DATA", "250 taken")
            else:
                _command(end, box, word, line, secure=isinstance(end, ssl.SSLSocket))
            if word == "QUIT":
                break
        reader.close()
    end.close()


def _command(end: socket.socket, box: Mailbox, word: str, line: bytes, *, secure: bool) -> None:
    if word == "EHLO":
        end.sendall(b"250-here\r\n250-AUTH PLAIN\r\n250 " + (
            b"8BITMIME" if secure else b"STARTTLS") + b"\r\n")
        return
    if word == "RCPT":
        box.recipients.append(line.decode().split("<")[1].split(">")[0])
    box.logins += word == "AUTH"
    _say(end, box, word, {"AUTH": "235 yes", "QUIT": "221 bye"}.get(word, "250 fine"))


def _say(end: socket.socket, box: Mailbox, word: str, otherwise: str) -> None:
    end.sendall(f"{box.said.get(word, otherwise)}\r\n".encode())


def _take(reader: Any, box: Mailbox) -> None:
    read = b""
    while not read.endswith(b"\r\n.\r\n"):
        line = reader.readline()
        if not line:
            return
        read += line
    box.messages.append(message_from_bytes(read[:-5], policy=policy.default))  # type: ignore[arg-type]
