"""Authentication (xác thực): the token proves who; agency and roles come from our own register."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from flask import current_app, g, request
from joserfc import jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jws import JWSRegistry

from api.keys import Keys
from engine.clock import Clock, local
from engine.errors import Forbidden, Unauthenticated
from engine.people import Actor

#: Asymmetric algorithms alone: nobody who can check a token can then make one.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
              "EdDSA", "Ed25519")
#: Seconds by which clocks may differ; longest token read; proven tokens kept per process.
LEEWAY, MOST_CHARACTERS, KEPT = 60, 8_192, 1_024
#: Seconds for which a proven signature is believed before the issuer's keys are asked again.
BELIEVED = 60.0

#: Finds a person by issuer and subject, with the posts valid on that local day.
Register = Callable[[str, str, date], Actor | None]


class _Registry(JWSRegistry):
    """The algorithms that we take, and no other."""

    def get_alg(self, name: str) -> Any:
        """Return an algorithm of the list; the old name EdDSA is still what issuers write."""
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError(f"Algorithm of '{name}' is not allowed")
        return self.algorithms[name]


_REGISTRY = _Registry()


@dataclass
class Doorkeeper:
    """Turns a bearer token into an Actor, or refuses it (401), or sends them away (403)."""

    issuer: str
    audience: str
    keys: Keys
    clock: Clock
    register: Register
    _proven: dict[bytes, tuple[float, Mapping[str, Any]]] = field(default_factory=dict, repr=False)

    def admit(self, authorization: str | None) -> Actor:
        """Return who asks, by the Authorization header.

        Raises Unauthenticated for a missing, forged, stale or foreign token or an unknown person,
        Forbidden for a person who holds no post today.
        """
        claims = self._claims(_bearer(authorization))
        now = self.clock.now()
        self._check(claims, int(now.timestamp()))
        actor = self.register(self.issuer, claims["sub"], local(now).date())
        if actor is None:
            raise _refused("người này chưa có trong danh bạ", "this person is not in the register")
        if not actor.posts:
            raise Forbidden(
                f"{actor.name} hiện không giữ vị trí nào; hãy nhờ quản trị danh bạ cập nhật.",
                f"{actor.id} holds no post today; ask who keeps the register.", code="no-post",
            )
        return actor

    def _claims(self, token: str) -> Mapping[str, Any]:
        """Return the claims of a token whose signature holds; a repeated token is not redone."""
        name, now = sha256(token.encode()).digest(), time.monotonic()
        proven = self._proven.get(name)
        if proven is not None and now - proven[0] < BELIEVED:
            return proven[1]
        key = self.keys.find(_key_id(token))
        if key is None:
            raise _refused("khóa ký không rõ", "its signing key is unknown")
        try:
            claims = jwt.decode(token, key, registry=_REGISTRY).claims
        except (JoseError, ValueError, TypeError) as error:
            raise _refused("chữ ký không đúng", "its signature does not hold") from error
        if len(self._proven) >= KEPT:
            self._proven.clear()
        self._proven[name] = now, claims
        return claims

    def _check(self, claims: Mapping[str, Any], now: int) -> None:
        registry = jwt.JWTClaimsRegistry(
            now=now, leeway=LEEWAY, exp={"essential": True}, sub={"essential": True},
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.audience},
        )
        try:
            registry.validate(dict(claims))
        except JoseError as error:
            claim = getattr(error, "claim", None) or "exp"
            raise _refused(f"mục «{claim}» không đúng hoặc đã hết hạn",
                           f"its claim {claim!r} does not hold: {error.description}") from error
        if not (isinstance(claims["sub"], str) and claims["sub"].isprintable()):
            raise _refused("mục «sub» có ký tự lạ", "its claim 'sub' is no printable text")


def authenticate() -> None:
    """Admit the asker of the present request; a blueprint calls it before anything is read."""
    g.actor = current_app.extensions["motcua"].doorkeeper.admit(
        request.headers.get("Authorization"),
    )
    g.actor_id = g.actor.id


def _bearer(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(
            "Chưa đăng nhập: hãy gửi Authorization: Bearer <mã>.",
            "No token: send Authorization: Bearer <token>.", code="no-token",
        )
    if len(token) > MOST_CHARACTERS or not token.isascii():
        raise _refused("quá dài hoặc có ký tự lạ", "it is too long or not ASCII")
    return token.strip()


def _key_id(token: str) -> str | None:
    """Return the key id that the token's header names, read before anything is believed."""
    part = token.split(".", 1)[0]
    try:
        header = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        kid = header.get("kid")
    except (ValueError, AttributeError, RecursionError) as error:
        raise _refused("không đọc được", "it cannot be read") from error
    return kid if isinstance(kid, str) else None


def _refused(vi: str, en: str) -> Unauthenticated:
    return Unauthenticated(
        f"Mã đăng nhập không dùng được: {vi}.", f"The token is refused: {en}.",
        code="invalid-token",
    )
