"""Signed papers (giấy tờ đã ký số) in the archive, held against what their entries recorded.

The file begins with the very bytes that were to be signed, the last signature in it covers the rest
and is by the certificate that the entry names, from an authority that is trusted, not revoked when
it was made. No network is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from engine.errors import MotcuaError
from engine.history import Entry, read_body, read_instant
from engine.signatures import STATUSES, VALID, Trust, signatures_in

#: How long signing may take from its moment until the entry.
LONGEST = timedelta(hours=1)


@dataclass(frozen=True)
class Signed:
    """Where signed files are read, by hash and size, and whose certificates are trusted."""

    read: Callable[[str, int], bytes]
    trust: Trust


def signing(entry: Entry) -> bool:
    """Tell at a glance whether an entry may have brought a signature in."""
    return b'"kind":"signature"' in entry.body


def unlike_signed(
    code: str, chain: Iterable[Entry], signed: Signed, erased: Collection[str | None] = (),
) -> Iterator[str]:
    """Yield where a signed paper of a dossier is not as its entry says, or its signature is bad.

    Files whose hashes are in `erased` are gone on a recorded decision.
    """
    for entry in chain:
        if not signing(entry):
            continue
        try:
            body = read_body(entry)
            command = body["content"]["command"]
            if command["kind"] != "signature" or command["file"]["sha256"] in erased:
                continue
            faults = list(_faults(command, read_instant(body["at"]), signed))
        except MotcuaError as error:
            faults = [error.en]
        except (LookupError, TypeError, ValueError):
            return  # the chain itself is broken, and has been named
        for fault in faults:
            yield f"{code}, entry {entry.number}, signed paper {command['number']}: {fault}"


def _faults(command: Mapping[str, Any], at: datetime, signed: Signed) -> Iterator[str]:
    file, before = command["file"], command["before"]
    content = signed.read(file["sha256"], file["size"])
    if sha256(content[:before["size"]]).hexdigest() != before["sha256"]:
        yield "it does not begin with the paper that was to be signed"
    found = signatures_in(content, signed.trust, at)
    if not found:
        yield "it has no signature"
        return
    last = found[-1]
    if last.status != VALID:
        yield STATUSES[last.status][1]
    if last.end != len(content):
        yield "more stands behind its last signature"
    ours = {"serial": last.serial, "issuer": last.issuer, "fingerprint": last.fingerprint}
    if ours != command["certificate"]:
        yield "its last signature is by another certificate than the entry names"
    signed_at = read_instant(command["signed_at"])
    if last.signed_at != signed_at or not signed_at <= at <= signed_at + LONGEST:
        yield "its last signature is of another time than the entry says"
