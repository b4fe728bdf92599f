"""Proof (chứng cứ): detached signatures and receipts of nodes, held against public keys.

Whoever delivers needs it at once, an auditor years later: RFC 7515 appendix F, Ed25519 (RFC 8037).
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry

from engine.history import canonical

ALGORITHM = "Ed25519"
REGISTRY = JWSRegistry(algorithms=[ALGORITHM])
RECEIPT = "motcua-receipt"

#: Public keys by id, as JWK.
Keys = Mapping[str, Mapping[str, str]]


def signed_by(body: bytes, signature: str, keys: Keys) -> bool:
    """Tell whether a detached JWS over these bytes was made with one of the keys."""
    return signer(body, signature, keys) is not None


def signer(body: bytes, signature: str, keys: Keys) -> str | None:
    """Return the id of the key that made a detached JWS over these bytes, None where none did."""
    head, _, end = signature.partition("..")
    return _checked(f"{head}.{urlsafe_b64encode(body).decode().rstrip('=')}.{end}", keys)


def said_of(by: str, source: str, name: str, body: bytes | str) -> dict[str, str]:
    """Return what a receipt says of an envelope, given its bytes or their digest: all but when."""
    known = body if isinstance(body, str) else sha256(body).hexdigest()
    return {"by": by, "source": source, "id": name, "body": known}


def receipted(receipt: str, said: Mapping[str, str], keys: Keys) -> str | None:
    """Return the id of the key under which a receipt says exactly this, None where it does not."""
    name = _checked(receipt, keys)
    if name is None:
        return None
    content = jws.extract_compact(receipt.encode()).payload or b""
    at = content.partition(b'"at":"')[2].partition(b'"')[0].decode("ascii", "replace")
    return name if content == canonical({**said, "at": at}) else None


def header(token: str) -> Mapping[str, Any]:
    """Return the header of a compact JWS, before anything is believed; raises JoseError."""
    return jws.extract_compact(token.encode()).headers()


def _checked(whole: str, keys: Keys) -> str | None:
    try:
        name = str(header(whole)["kid"])
        jws.deserialize_compact(whole, _key(tuple(keys[name].items())), registry=REGISTRY)
    except (JoseError, KeyError, ValueError, TypeError):
        return None
    return name


@cache
def _key(parts: tuple[tuple[str, str], ...]) -> OKPKey:
    """Return a public key; a process meets a few for each node, and each thousands of times."""
    return OKPKey.import_key(dict(parts))
