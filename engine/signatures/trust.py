"""Trust (tin cậy): the authorities at which chains of certificates end, and who was revoked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

#: By how much a certificate's dates and the clocks here may differ.
APART = timedelta(seconds=1)


@dataclass(frozen=True)
class Trust:
    """Certificates of trusted authorities, of others below them, and lists of revocation, in DER.

    Plain bytes, so that it can go into a process of its own. Nothing is ever fetched: whoever runs
    the machine puts newer lists in their place.
    """

    anchors: tuple[bytes, ...] = ()
    others: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()

    def revoked(self, chain: Sequence[bytes], at: datetime) -> bool:
        """Tell whether a certificate of a chain (issuer behind each, the root last) was revoked.

        A list counts where the issuer itself has signed it; one from before `at` may know less.
        """
        known = [x509.load_der_x509_certificate(der) for der in chain]
        lists = [x509.load_der_x509_crl(der) for der in self.crls]
        return any(
            _lists(crl, below.serial_number, at)
            for below, above in pairwise(known)
            for crl in lists if crl.issuer == above.subject and _signed_by(crl, above)
        )


def certificates(content: bytes) -> tuple[bytes, ...]:
    """Return the certificates of a file, PEM or DER, in DER; raise ValueError for any other."""
    if b"-----BEGIN" in content:
        found: Iterable[x509.Certificate] = x509.load_pem_x509_certificates(content)
    else:
        found = [x509.load_der_x509_certificate(content)]
    return tuple(one.public_bytes(Encoding.DER) for one in found)


def revocations(content: bytes) -> bytes:
    """Return a list of revocation, PEM or DER, in DER; raise ValueError for any other file."""
    load = x509.load_pem_x509_crl if b"-----BEGIN" in content else x509.load_der_x509_crl
    return load(content).public_bytes(Encoding.DER)


def _signed_by(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    try:
        # Other kinds of keys than certificates of authorities have cannot have signed it.
        return crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    except TypeError:
        return False


def _lists(crl: x509.CertificateRevocationList, serial: int, at: datetime) -> bool:
    found = crl.get_revoked_certificate_by_serial_number(serial)
    return found is not None and found.revocation_date_utc <= at.astimezone(UTC) + APART
