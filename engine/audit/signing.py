"""Seals (dấu): Ed25519 keys that sign checkpoints, read from configuration."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from engine.errors import Invalid, Unavailable


class Seal:
    """A key pair, or the public half alone for those who only verify."""

    def __init__(self, public: Ed25519PublicKey, private: Ed25519PrivateKey | None = None) -> None:
        self._public = public
        self._private = private
        raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.key_id = sha256(raw).hexdigest()[:16]

    def sign(self, content: bytes) -> bytes:
        """Return the signature of the content; raise Unavailable without the private half."""
        if self._private is None:
            raise Unavailable(
                "Chỉ có khóa công khai, không thể ký.", "Only the public key is here; cannot sign.",
            )
        return self._private.sign(content)

    def verifies(self, content: bytes, signature: bytes) -> bool:
        """Tell whether the signature was made with this key over exactly this content."""
        try:
            self._public.verify(signature, content)
        except InvalidSignature:
            return False
        return True


def read_seal(path: Path) -> Seal:
    """Read a PEM key, private or public; raise Invalid naming the file when it is none."""
    try:
        content = path.read_bytes()
        if b"PRIVATE KEY" in content:
            private = load_pem_private_key(content, None)
            if isinstance(private, Ed25519PrivateKey):
                return Seal(private.public_key(), private)
        else:
            public = load_pem_public_key(content)
            if isinstance(public, Ed25519PublicKey):
                return Seal(public)
    except (OSError, ValueError) as error:
        raise _no_key(path, str(error)) from error
    raise _no_key(path, "not an Ed25519 key")


def make_seal(path: Path) -> Seal:
    """Make a new key pair, written as PEM for its owner alone to read."""
    private = Ed25519PrivateKey.generate()
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return Seal(private.public_key(), private)


def _no_key(path: Path, why: str) -> Invalid:
    return Invalid(
        f"Không đọc được khóa ký {path}: {why}.", f"Cannot read the checkpoint key {path}: {why}.",
        code="checkpoint-key",
    )
