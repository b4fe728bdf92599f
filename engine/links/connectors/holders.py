"""Holders (nơi giữ khóa ký): who holds an official's key, outside the engine, and signs with it.

A key or its passphrase is read for one signature and forgotten; it is in no row, entry or log.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from engine.links.connectors.http import Http
from engine.links.connectors.orders import Done, Failed, Order
from engine.links.connectors.reading import SECRET, Section, bad
from engine.links.connectors.trusting import held
from engine.signatures.keys import NotOpened, opened, serial_of
from engine.signatures.signing import Pen, Refused
from engine.signatures.trust import certificates


class Holder(Protocol):
    """Who holds one official's key; `serial` is that of the certificate that is theirs."""

    @property
    def serial(self) -> str:
        """Return the serial number of the official's certificate, hexadecimal."""
        ...

    def pen(self, order: Order) -> Pen:
        """Return what signs for one order; raise Refused where there is no key to be had."""
        ...


@dataclass(frozen=True)
class KeyFile:
    """A PKCS#12 file, its passphrase in a variable of the environment or in a file of its own."""

    serial: str
    file: Path
    passphrase: Callable[[], str]

    def pen(self, _order: Order) -> Pen:
        """Open the file."""
        try:
            return opened(self.file.read_bytes(), self.passphrase())
        except OSError as error:
            raise Refused(Failed(f"key-file-not-read: {error.strerror}", again=False)) from error
        except NotOpened as error:
            raise Refused(Failed(f"key-not-opened: {error}", again=False)) from error


@dataclass(frozen=True)
class Remote:
    """A service that holds the key: it gets the hash and gives the signature back."""

    serial: str
    chain: tuple[bytes, ...]
    credential: str
    service: Http

    def pen(self, order: Order) -> Pen:
        """Return a pen whose hand asks the service."""
        return Pen(self.chain[0], self.chain[1:], lambda data: self._signed(order, data))

    def _signed(self, order: Order, data: bytes) -> bytes:
        digest = b64encode(sha256(data).digest()).decode()
        asked = {"digest": digest, "credential": self.credential, "serial": self.serial}
        # Another try signs at another time, so another hash: it is another request.
        task = f"{order.task}-{sha256(data).hexdigest()[:16]}"
        outcome = self.service.call(replace(order, task=task, inputs=asked))
        if not isinstance(outcome, Done):
            raise Refused(outcome)
        try:
            return b64decode(outcome.result["signature"], validate=True)
        except (Error, ValueError, TypeError):
            raise Refused(Failed("answer-not-understood: signature is no base64")) from None


def read_holder(section: Section, service: Http | None) -> Holder:
    """Return who holds the key of an official, from a section; raise Invalid naming a fault."""
    serial = section.text("serial").lower().replace(":", "").lstrip("0")
    if section.get("file") is not None:
        file = Path(section.text("file"))
        made: Holder = KeyFile(serial, file, _passphrase(section))
    else:
        made = _remote(section, service, serial)
    section.end()
    return made


def _remote(section: Section, service: Http | None, serial: str) -> Remote:
    place = section.at("certificate")
    if service is None:
        raise bad(place, "cần mục remote, hoặc file thay cho certificate",
                  "this needs the section `remote`, or `file` instead of `certificate`")
    chain = held(place, section.text("certificate"), certificates)
    if not chain or serial_of(chain[0]) != serial:
        raise bad(place, f"chứng thư đầu tiên không có số sê-ri {serial}",
                  f"its first certificate has not the serial number {serial}")
    return Remote(serial, chain, section.text("credential", serial), service)


def _passphrase(section: Section) -> Callable[[], str]:
    """Return what reads the passphrase when it is needed: servers that sign nothing need none."""
    path = section.get("passphrase_file")
    if path is not None:
        place = Path(section.text("passphrase_file"))
        return lambda: place.read_text(encoding="utf-8").rstrip("\r\n")
    name = section.text("passphrase")
    if not SECRET.fullmatch(name):
        raise bad(section.at("passphrase"), "phải là tên biến môi trường MOTCUA_SECRET_…",
                  "this must name a variable of the environment, MOTCUA_SECRET_…")
    return lambda: _of_environment(name)


def _of_environment(name: str) -> str:
    if name not in os.environ:
        raise Refused(Failed(f"passphrase-not-set: {name}", again=False))
    return os.environ[name]
