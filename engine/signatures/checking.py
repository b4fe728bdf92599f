"""Checking (kiểm tra chữ ký): whether the signatures of a PDF hold, by whom and since when."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

from engine.signatures.installed import need_signing
from engine.signatures.seen import VALID, Signature
from engine.signatures.trust import Trust

#: Signatures of one file that are looked at.
MOST = 50


def signatures_in(content: bytes, trust: Trust, proven: datetime) -> tuple[Signature, ...]:
    """Return the signatures of a PDF in their order, none for a file without any.

    `proven` is a moment by which the file is known to have been there: without a time stamp a
    certificate that was revoked before it is taken for one revoked before the signing. Raises
    NotInstalled where signatures cannot be read. Never raises for what a file holds: a signature
    that nobody can read is told as such, before all others.
    """
    need_signing()
    # Its log names the subjects of certificates, and these hold identity numbers.
    for name in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        found, lost = _embedded(content)
    except Exception:  # noqa: BLE001 - a file may hold anything
        found, lost = [], 0
    if not found and b"/ByteRange" in content:
        lost = max(lost, 1)
    unread = (Signature("unreadable"),) * min(lost, MOST)
    return unread + tuple(_seen(one, trust, proven) for one in found[:MOST])


def _embedded(content: bytes) -> tuple[list[Any], int]:
    """Return the signatures of a PDF in their order, and how many more fields hold other things."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import enumerate_sig_fields

    reader = PdfFileReader(BytesIO(content), strict=False)
    found = list(reader.embedded_regular_signatures)
    filled = sum(1 for _ in enumerate_sig_fields(reader, filled_status=True))
    return found, filled - len(found) - len(reader.embedded_timestamp_signatures)


def _seen(embedded: Any, trust: Trust, proven: datetime) -> Signature:
    try:
        return asyncio.run(_checked(embedded, trust, proven))
    except Exception:  # noqa: BLE001 - so may a signature
        return Signature("unreadable")


async def _checked(embedded: Any, trust: Trust, proven: datetime) -> Signature:
    from engine.signatures.paths import Context

    certificate = embedded.signer_cert
    _, _, start, length = (int(number) for number in embedded.byte_range)
    told = Signature(
        VALID, certificate.subject.human_friendly, certificate.issuer.human_friendly,
        f"{certificate.serial_number:x}", sha256(certificate.dump()).hexdigest(),
        _aware(embedded.self_reported_timestamp), end=start + length,
    )
    context = Context(trust, told.signed_at or proven)
    status = await context.status(embedded)
    stamp = status.timestamp_validity
    if stamp is not None:
        told = replace(told, level="B-T", signed_at=stamp.timestamp)
    if fault := _fault_of(status, trust):
        return replace(told, status=fault)
    if stamp is not None:
        context, proven = Context(trust, stamp.timestamp), stamp.timestamp
    problem = await context.problem(certificate, embedded.other_embedded_certs, proven)
    if problem is None and stamp is None and not status.trusted:
        problem = "untrusted"
    return replace(told, status=problem or VALID)


def _aware(at: datetime | None) -> datetime | None:
    """Return a moment of which a file may have forgotten the offset."""
    return at if at is None or at.tzinfo is not None else at.replace(tzinfo=UTC)


def _fault_of(status: Any, trust: Trust) -> str | None:
    """Return what is wrong beside the signer's certificate, None where all is well."""
    stamp = status.timestamp_validity
    if not (status.intact and status.valid):
        return "altered"
    if not status.docmdp_ok:
        return "extended"
    if not trust.anchors:
        return "unchecked"
    if stamp is not None and not (stamp.intact and stamp.valid and stamp.trusted):
        return "timestamp"
    return None
