"""Keys (khóa ký): a PKCS#12 file opened for one signature; its key stays in the hand."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from engine.signatures.signing import Hand, Pen


class NotOpened(Exception):
    """A key that cannot be used; says why in a word, never with anything of the key."""


def opened(content: bytes, passphrase: str) -> Pen:
    """Return the pen in a PKCS#12 file; raise NotOpened for a wrong passphrase or another file."""
    try:
        key, certificate, chain = pkcs12.load_key_and_certificates(content, passphrase.encode())
    except (ValueError, TypeError):
        # What the library says is left out: it may quote what it was given.
        raise NotOpened("wrong-passphrase-or-no-pkcs12") from None
    if key is None or certificate is None:
        raise NotOpened("no-key-or-certificate-inside")
    return Pen(_der(certificate), tuple(map(_der, chain)), _hand(key))


def serial_of(certificate: bytes) -> str:
    """Return the serial number of a certificate in DER, hexadecimal."""
    return f"{x509.load_der_x509_certificate(certificate).serial_number:x}"


def _hand(key: object) -> Hand:
    if isinstance(key, rsa.RSAPrivateKey):
        return lambda data: key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return lambda data: key.sign(data, ec.ECDSA(hashes.SHA256()))
    raise NotOpened("neither-rsa-nor-ec")


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
