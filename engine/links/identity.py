"""Identity of a node (định danh nút): its Ed25519 keys, and what they sign.

Every envelope carries a detached JWS over its canonical bytes (RFC 7515 appendix F); a call carries
a JWT that names caller, callee and the digest of the body (RFC 7523).
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from engine.errors import Invalid, Unauthenticated
from engine.history import canonical, instant
from engine.proof import ALGORITHM, RECEIPT, REGISTRY, Keys, header, said_of

#: How long the proof of a call holds, and by how much clocks may differ.
HOLDS, LEEWAY = timedelta(minutes=2), 300


@dataclass(frozen=True)
class Identity:
    """This node: its id, the key that signs now, and the public halves that others may meet."""

    node: str
    keys: tuple[OKPKey, ...] = field(repr=False)

    def public(self) -> dict[str, dict[str, str]]:
        """Return the public keys by id, the signing one first; older ones stay for verifying."""
        return {
            key_id(key): {name: str(value) for name, value in key.as_dict(private=False).items()}
            for key in self.keys
        }

    def vouch(self) -> list[str]:
        """Return a detached JWS over the public keys by each of them: the old ones vouch."""
        body = canonical(self.public())
        return [Identity(self.node, (key,)).sign(body) for key in self.keys]

    def sign(self, body: bytes) -> str:
        """Return a detached JWS over bytes."""
        key = self.keys[0]
        named = {"alg": ALGORITHM, "kid": key_id(key)}
        head, _, signature = jws.serialize_compact(named, body, key, registry=REGISTRY).split(".")
        return f"{head}..{signature}"

    def sign_raw(self, content: bytes) -> bytes:
        """Return the bare Ed25519 signature over bytes, as Standard Webhooks wants it."""
        private: Any = self.keys[0].private_key
        signature: bytes = private.sign(content)
        return signature

    def receipt(self, source: str, name: str, body: bytes, now: datetime) -> str:
        """Return the signed receipt for an envelope that was taken in."""
        key = self.keys[0]
        said = {**said_of(self.node, source, name, body), "at": instant(now)}
        head = {"alg": ALGORITHM, "kid": key_id(key), "typ": RECEIPT}
        return jws.serialize_compact(head, canonical(said), key, registry=REGISTRY)

    def assertion(self, audience: str, body: bytes, now: datetime) -> str:
        """Return the token that proves a call of this node, for this body alone."""
        at = int(now.timestamp())
        key = self.keys[0]
        claims = {
            "iss": self.node, "sub": self.node, "aud": audience, "iat": at,
            "exp": at + int(HOLDS.total_seconds()), "jti": uuid4().hex,
            "body": sha256(body).hexdigest(),
        }
        return jwt.encode({"alg": ALGORITHM, "kid": key_id(key)}, claims, key, registry=REGISTRY)


class Keyring:
    """The identity of a node as its file of keys stands: read anew when the file has changed."""

    def __init__(self, node: str, path: Path) -> None:
        self._node, self._path = node, path
        self._kept = self.read()
        self._stamp = self._changed()

    def __call__(self) -> Identity:
        """Return the identity of now; while the file cannot be read, the one from before."""
        stamp = self._changed()
        if stamp != self._stamp:
            with suppress(Invalid):
                self._kept, self._stamp = self.read(), stamp
        return self._kept

    def read(self) -> Identity:
        """Return the identity as the file has it; raise Invalid where it cannot be read."""
        return Identity(self._node, read_keys(self._path))

    def _changed(self) -> int:
        try:
            return self._path.stat().st_mtime_ns
        except OSError:
            return -1


def key_id(key: OKPKey) -> str:
    """Return the id of a key: its RFC 7638 thumbprint."""
    return str(key.thumbprint())


def read_keys(path: Path) -> tuple[OKPKey, ...]:
    """Read a file of keys (a JWK set, the signing key first); raise Invalid naming the file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["keys"]
        keys = tuple(
            OKPKey.import_key({k: v for k, v in key.items() if k != "announced"}) for key in found
        )
    except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
        raise Invalid(
            f"Không đọc được khóa của nút {path}: {error}.",
            f"Cannot read the keys of the node {path}: {error}.", code="node-key",
        ) from error
    if not keys:
        raise Invalid(
            f"{path} không có khóa nào.", f"{path} holds no key.", code="node-key")
    return keys


def make_key(path: Path) -> tuple[str, bool]:
    """Take the next step of a change of keys; return the key's id, and whether it signs now.

    The first key of a file signs at once. A further one is announced first, so that others learn
    it; the next call lets it sign, and the old one stays for what it has signed.
    """
    old = json.loads(path.read_text(encoding="utf-8"))["keys"] if path.exists() else []
    announced = [key for key in old if key.get("announced")]
    if announced:
        kept = [{k: v for k, v in key.items() if k != "announced"} for key in old]
        first = old.index(announced[0])
        _write(path, [kept[first], *kept[:first], *kept[first + 1:]])
        return key_id(OKPKey.import_key(kept[first])), True
    key = OKPKey.generate_key("Ed25519")
    new: dict[str, Any] = dict(key.as_dict(private=True))
    _write(path, [*old, {**new, "announced": True} if old else new])
    return key_id(key), not old


def _write(path: Path, keys: list[dict[str, Any]]) -> None:
    made = path.with_suffix(".new")
    made.touch(mode=0o600)
    made.write_text(json.dumps({"keys": keys}), encoding="utf-8")
    made.replace(path)


def caller(token: str, body: bytes, audience: str, keys: Keys, now: datetime) -> str:
    """Return the node that a token proves as the caller.

    Raises Unauthenticated where it does not, telling the caller of a key that is not known here.
    """
    try:
        name = str(header(token)["kid"])
        if name not in keys:
            raise _unknown_key(name, audience)
        key = OKPKey.import_key(dict(keys[name]))
        claims = jwt.decode(token, key, registry=REGISTRY).claims
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()), leeway=LEEWAY, exp={"essential": True},
            iss={"essential": True}, aud={"essential": True, "value": audience},
        )
        registry.validate(claims)
    except (JoseError, KeyError, ValueError, TypeError) as error:
        raise _unproven() from error
    if claims.get("body") != sha256(body).hexdigest():
        raise _unproven()
    return str(claims["iss"])


def issuer_of(token: str) -> str:
    """Return the node that a token names, before anything is believed."""
    try:
        claims: dict[str, Any] = json.loads(jws.extract_compact(token.encode()).payload or b"")
        return str(claims["iss"])
    except (JoseError, KeyError, ValueError, TypeError) as error:
        raise _unproven() from error


def _unknown_key(name: str, audience: str) -> Unauthenticated:
    return Unauthenticated(
        f"Nút {audience} chưa biết khóa {name[:64]}; người vận hành nút đó cần chạy "
        "motcua node test với nút gọi rồi mới được ký bằng khóa mới.",
        f"Node {audience} does not know key {name[:64]}: its operator must run motcua node test "
        "for the calling node before it signs by a new key.", code="node-key-unknown",
    )


def _unproven() -> Unauthenticated:
    return Unauthenticated(
        "Không chứng minh được nút gọi: chữ ký, thời hạn hoặc nội dung không khớp.",
        "The calling node is not proven: signature, time or body do not hold.",
        code="node-not-proven",
    )
