"""Signing (ký số): a PAdES baseline signature appended to a PDF, whoever holds the key.

The bytes that were there stay as they are: a signature is an incremental update behind them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from engine.signatures.installed import need_signing

#: Signs bytes with SHA-256: takes what is to be signed, returns the raw signature.
Hand = Callable[[bytes], bytes]
#: Asks a time-stamping authority: takes the request of RFC 3161 in DER, returns its answer.
Stamps = Callable[[bytes], bytes]
#: Hexadecimal digits kept free for a signature, and for a time stamp with what proves it; those of
#: the signer's certificates come on top.
_RESERVED, _STAMP = 8_192, 24_576


class NotSignable(Exception):
    """A file that is no PDF, or one that lets nobody sign it; says why, without its content."""


class NotMade(Exception):
    """A signature that did not come about though nobody refused it; says why in a word."""


class Refused(Exception):
    """What a hand or the stamps raise when they do not do it; `outcome` is for who gave them."""

    def __init__(self, outcome: object) -> None:
        super().__init__()
        self.outcome = outcome


@dataclass(frozen=True)
class Pen:
    """What signs: the signer's certificate in DER, those above it, and the hand with the key."""

    certificate: bytes
    chain: tuple[bytes, ...]
    hand: Hand = field(repr=False)


def signed(
    content: bytes, pen: Pen, at: datetime, name: str, stamps: Stamps | None = None,
) -> bytes:
    """Return a PDF with one signature more, of level B-B, or B-T where `stamps` are to be had.

    `at` is the time of signing that it claims, `name` that of its field, which no other has. Raises
    NotSignable for the file, NotMade where a time stamp makes no sense; Refused goes through.
    """
    need_signing()
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign.general import SigningError

    from engine.signatures.hands import pdf_signer

    try:
        writer = IncrementalPdfFileWriter(BytesIO(content), strict=False)
        signer = pdf_signer(pen, name, stamps)
        session = signer.init_signing_session(writer)
    except (PdfError, SigningError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise NotSignable(type(error).__name__) from error
    session.system_time = at
    room = _RESERVED + (_STAMP if stamps else 0)
    room += 2 * sum(map(len, (pen.certificate, *pen.chain)))
    try:
        return asyncio.run(_signed(session, room))
    except Refused:
        raise
    except Exception as error:  # what an authority answers may be anything
        raise NotMade(type(error).__name__) from error


def rehearsed(content: bytes, certificate: bytes) -> bool:
    """Tell whether a PDF lets itself be signed, by signing it with nobody's key."""
    pen = Pen(certificate, (), lambda _data: bytes(512))
    try:
        signed(content, pen, datetime.fromtimestamp(0, UTC), "motcua-rehearsal")
    except (NotSignable, NotMade):
        return False
    return True


async def _signed(session: Any, room: int) -> bytes:
    from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

    document = session.prepare_tbs_document(None, room)
    digest, out = document.digest_tbs_document()
    await document.perform_signature(
        digest.document_digest, PdfCMSSignedAttributes(signing_time=session.system_time),
    )
    content: bytes = out.getvalue()
    return content
