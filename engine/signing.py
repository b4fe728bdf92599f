"""Signing (ký số): what can be asked about signatures on papers; each moves a dossier's papers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class AskSignature:
    """Ask for one's own signature on a paper (ký số giấy tờ): by number, or by the entry printed.

    The office adds by which `connector`, for which `agency`, and of a printed paper its `file`
    ({sha256, size}). `content` (name, file_name) is personal. `pool` is the process whose agency
    signs a printed one, where papers cross by declaration alone.
    """

    dossier: str
    number: int | None = None
    entry: int | None = None
    connector: str = ""
    agency: str = ""
    file: Mapping[str, Any] | None = None
    content: Mapping[str, Any] = field(default_factory=dict)
    pool: str = ""


@dataclass(frozen=True)
class WithdrawSignature:
    """Take back the asking for a signature that has not been made yet (rút yêu cầu ký số)."""

    dossier: str
    number: int


@dataclass(frozen=True)
class BringSignature:
    """Bring in a signature that an official's key has made (nhận chữ ký số) on a paper.

    `task` is its call and `lock` the token of its claim; `before` and `file` ({sha256, size}) are
    the paper without it and with it, `certificate` ({serial, issuer, fingerprint}) whose it is;
    `signed_at` is RFC 3339. `content` (subject) is personal: it holds an identity number.
    """

    dossier: str
    task: str
    lock: str
    number: int
    official: str
    before: Mapping[str, Any]
    file: Mapping[str, Any]
    certificate: Mapping[str, str]
    signed_at: str
    level: str
    content: Mapping[str, Any] = field(default_factory=dict, repr=False)


SigningCommand = AskSignature | WithdrawSignature | BringSignature
