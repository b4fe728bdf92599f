"""The demo issuer (nơi cấp mã dùng thử): makes tokens for anybody; stands with --embedded alone."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from api.problem import BadRequest
from engine.clock import Clock

#: One name wherever the server listens, so that a register can be filled before it starts.
ISSUER = "urn:motcua:demo-issuer"
LIFE = timedelta(minutes=15)

blueprint = Blueprint("demo_issuer", __name__, url_prefix="/demo-issuer")


class DemoIssuer:
    """Signs tokens with a key of its own, made in the home folder at the first start."""

    def __init__(self, home: Path, audience: str, clock: Clock) -> None:
        self._key = _key(home / "demo-issuer.jwk")
        self._audience = audience
        self._clock = clock

    @property
    def public(self) -> KeySet:
        """The public key, as the issuer publishes it."""
        return KeySet([OKPKey.import_key(self._key.as_dict(private=False))])

    def token(self, subject: str) -> str:
        """Return a token for a subject that holds for 15 minutes of the server's clock."""
        now = self._clock.now()
        claims = {
            "iss": ISSUER, "aud": self._audience, "sub": subject,
            "iat": int(now.timestamp()), "exp": int((now + LIFE).timestamp()),
        }
        header = {"alg": "Ed25519", "kid": self._key.kid}
        return jwt.encode(header, claims, self._key, algorithms=["Ed25519"])


@blueprint.get("/.well-known/openid-configuration")
def discovery() -> Response:
    """Say where the key and the tokens are, as OpenID Connect Discovery has it."""
    base = request.host_url.rstrip("/") + "/demo-issuer"
    return jsonify({
        "issuer": ISSUER, "jwks_uri": f"{base}/jwks.json", "token_endpoint": f"{base}/token",
        "id_token_signing_alg_values_supported": ["Ed25519"],
        "response_types_supported": ["token"], "subject_types_supported": ["public"],
    })


@blueprint.get("/jwks.json")
def keys() -> Response:
    """Publish the public key."""
    return jsonify(_issuer().public.as_dict())


@blueprint.post("/token")
def token() -> Response:
    """Return a token for `{"person": SUBJECT}`: nobody is asked to prove anything."""
    body = request.get_json(silent=True)
    person = body.get("person") if isinstance(body, dict) else None
    if not isinstance(person, str) or not 1 <= len(person) <= 200 or not person.isprintable():
        raise BadRequest('Hãy gửi {"person": "mã người"}.', 'Send {"person": "their subject"}.')
    return jsonify({"access_token": _issuer().token(person), "token_type": "Bearer",
                    "expires_in": int(LIFE.total_seconds())})


def _issuer() -> DemoIssuer:
    issuer: DemoIssuer = current_app.extensions["motcua"].demo_issuer
    return issuer


def _key(path: Path) -> OKPKey:
    """Return the key in the file, made by whichever process comes first."""
    if not path.exists():
        made: dict[str, Any] = dict(OKPKey.generate_key("Ed25519").as_dict(private=True))
        own = path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(made, file)
        try:
            path.hardlink_to(own)  # only one name can be the first
        except FileExistsError:
            pass
        finally:
            own.unlink()
    key = OKPKey.import_key(json.loads(path.read_text(encoding="utf-8")))
    key.ensure_kid()
    return key
