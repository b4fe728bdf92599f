"""E-mail (thư điện tử): one message for each call, under a Message-ID that stays when tried again.

Sent over TLS to a server that the configuration names; addresses and subject come from templates
and can never begin another header.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime

from engine.links.addresses import is_public, resolve
from engine.links.connectors.http import policy_of
from engine.links.connectors.orders import Done, Failed, Mistake, Order, Outcome, Policy
from engine.links.connectors.reading import Section, bad
from engine.links.connectors.templates import Template, Unfilled
from engine.links.outward import Outward

#: How the connection is made safe: TLS from the start, TLS on request, or not at all.
TLS = ("tls", "starttls", "none")
#: The error of business when the server knows no such recipient.
REFUSED = "recipient_refused"


@dataclass(frozen=True)
class Server:
    """Where messages are handed in, and by whom."""

    host: str
    port: int
    tls: str
    user: str | None
    password: str | None = field(repr=False)
    private: bool


@dataclass(frozen=True)
class Smtp:
    """A connector that sends e-mail; its result is `message_id`."""

    server: Server
    sender: Address
    to: Template
    subject: Template
    body: Template
    limit: float
    policy: Policy

    def call(self, order: Order) -> Outcome:
        """Send the message once and return what came of it."""
        try:
            message = self._message(order)
        except Unfilled as error:
            return Failed(f"order-not-complete: {error}", again=False)
        try:
            self._send(message)
        except smtplib.SMTPRecipientsRefused as refused:
            codes = {code for code, _ in refused.recipients.values()}
            return Mistake(REFUSED) if min(codes) >= 500 else Failed(f"smtp-{min(codes)}")
        except smtplib.SMTPResponseException as said:
            return Failed(f"smtp-{said.smtp_code}", again=said.smtp_code < 500)
        except (OSError, smtplib.SMTPException) as error:
            return Failed(f"smtp-unreachable: {type(error).__name__}")
        return Done({"message_id": message["Message-ID"]})

    def _message(self, order: Order) -> EmailMessage:
        message = EmailMessage(policy=WIRE)
        message["From"] = self.sender
        message["To"] = _address(self.to.text(order), self.to.place)
        message["Subject"] = _line(self.subject.text(order), self.subject.place)
        message["Date"] = format_datetime(order.now)
        message["Message-ID"] = f"<{order.task}@{self.sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine answers it
        message.set_content(self.body.text(order))
        return message

    def _send(self, message: EmailMessage) -> None:
        server = self.server
        make = _OverTls if server.tls == "tls" else _Plain
        client = make(server, self.limit)
        try:
            if server.tls == "starttls":
                client.starttls(context=ssl.create_default_context())
            if server.user and server.password:
                client.login(server.user, server.password)
            client.send_message(message)
        finally:
            # A message that was taken is sent, however the server says goodbye.
            with suppress(OSError, smtplib.SMTPException):
                client.quit()
            client.close()


def read_smtp(section: Section, outward: Outward) -> Smtp:
    """Return the connector that a section describes; raise Invalid naming the place of a fault."""
    secrets = section.secrets()
    texts = {
        name: Template.read(section.text(name), section.at(name), secrets)
        for name in ("to", "subject", "body")
    }
    made = Smtp(
        _server(section, secrets.get("password"), outward), _sender(section),
        texts["to"], texts["subject"], texts["body"],
        section.number("timeout", 30, 0.1, 120), policy_of(section),
    )
    section.end()
    return made


def _server(section: Section, password: str | None, outward: Outward) -> Server:
    host, tls = section.text("host"), section.one_of("tls", TLS, "starttls")
    port = int(section.number("port", 465 if tls == "tls" else 587, 1, 65_535))
    private = outward.may_be_private(host, port)
    if tls == "none" and not private:
        raise bad(
            section.at("tls"), "chỉ máy chủ trong private_hosts mới được gửi không mã hóa",
            "only a host among private_hosts may be used without TLS",
        )
    user = section.text("user") if section.get("user") is not None else None
    if user and not password:
        raise bad(section.at("secrets.password"), "còn thiếu", "this is missing")
    return Server(host, port, tls, user, password, private)


def _sender(section: Section) -> Address:
    try:
        return _address(section.text("from"), section.at("from"))
    except Unfilled:
        raise bad(section.at("from"), "không phải địa chỉ thư", "this is no address") from None


def _address(text: str, place: str) -> Address:
    """Return the one address that a text is; raise Unfilled for anything else."""
    clean = text.strip()
    local, mark, domain = clean.rpartition("@")
    plain = clean.isascii() and clean.isprintable() and not set(clean) & set(' ,;:<>()[]"\\')
    if not mark or not local or "." not in domain or not plain:
        raise Unfilled(place, "no address")
    try:
        return Address(addr_spec=clean)
    except (ValueError, IndexError):
        raise Unfilled(place, "no address") from None


def _line(text: str, place: str) -> str:
    """Return a text that is one line; raise Unfilled where it holds what could begin another."""
    if not text.isprintable() or len(text) > 300:
        raise Unfilled(place, "not one line")
    return text


def _connected(server: Server, port: int, timeout: float) -> socket.socket:
    """Return a connection to an address of the server that was checked before."""
    failure: OSError = OSError("no address")
    for address in resolve(server.host):
        if not server.private and not is_public(address):
            raise OSError("not a public address")
        try:
            return socket.create_connection((address, port), timeout)
        except OSError as error:
            failure = error
    raise failure


class _Plain(smtplib.SMTP):
    """A client that connects where it has checked, and is cut off when the whole time is over.

    A server may answer a byte at a time, which no timeout of a single read ends.
    """

    def __init__(self, server: Server, seconds: float) -> None:
        self._server = server
        self._watch = threading.Timer(seconds, self._cut)
        self._watch.daemon = True
        self._watch.start()
        try:
            super().__init__(server.host, server.port, timeout=seconds)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection."""
        self._watch.cancel()
        super().close()

    def _cut(self) -> None:
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002
        return _connected(self._server, port, timeout)


class _OverTls(_Plain):
    """The same under TLS from the start."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = _connected(self._server, port, timeout)
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
