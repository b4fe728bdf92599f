"""Hands (tay ký): pyHanko's signer and time stamper over what holds keys and calls out for us."""

from __future__ import annotations

from typing import Any

from asn1crypto import tsp, x509
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from engine.signatures.signing import Hand, Pen, Stamps


class _Signer(signers.Signer):
    """Signs by a hand; the certificates go with the signature."""

    def __init__(self, pen: Pen) -> None:
        known = SimpleCertificateStore()
        known.register_multiple(x509.Certificate.load(der) for der in pen.chain)
        super().__init__(
            signing_cert=x509.Certificate.load(pen.certificate), cert_registry=known,
        )
        self._hand: Hand = pen.hand

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False,  # noqa: ARG002 - its shape
    ) -> bytes:
        """Return the signature over data."""
        return self._hand(data)


class _Stamper(TimeStamper):
    """Asks a time-stamping authority by what calls out for us."""

    def __init__(self, stamps: Stamps) -> None:
        super().__init__()
        self._stamps = stamps

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Return the authority's answer."""
        return tsp.TimeStampResp.load(self._stamps(req.dump()))


def pdf_signer(pen: Pen, name: str, stamps: Stamps | None) -> Any:
    """Return pyHanko's signer of PAdES for a pen, whose field has that name."""
    meta = signers.PdfSignatureMetadata(
        field_name=name, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES,
    )
    return signers.PdfSigner(meta, _Signer(pen), timestamper=_Stamper(stamps) if stamps else None)


