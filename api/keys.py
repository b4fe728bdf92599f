"""Keys (khóa công khai): those of the issuer of tokens, fetched once and kept."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from engine.errors import Unavailable

#: Seconds: how long one fetch may take, how often an unknown key may cause one, when keys grow old.
TIMEOUT, PATIENCE, LIFE = 3.0, 60.0, 3600.0
MOST_BYTES = 1_000_000

Fetch = Callable[[str], Any]


class Keys(Protocol):
    """Anything that knows the public keys of the issuer."""

    def find(self, kid: str | None) -> Key | None:
        """Return the key of that id, the only key where a token names none; None if unknown."""
        ...


class FixedKeys:
    """Keys that are at hand: those of the built-in issuer."""

    def __init__(self, keys: KeySet) -> None:
        self._keys = keys

    def find(self, kid: str | None) -> Key | None:
        """Return the key of that id, the only key where a token names none; None if unknown."""
        if kid is None:
            return self._keys.keys[0] if len(self._keys.keys) == 1 else None
        return next((key for key in self._keys if key.kid == kid), None)


class IssuerKeys:
    """Keys of an OIDC issuer by its discovery document, fetched again for an unknown id.

    An unknown id causes at most one fetch a minute, so that forged tokens cannot make us flood the
    issuer; old keys go on to serve while the issuer does not answer.
    """

    def __init__(
        self, issuer: str, fetch: Fetch | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer = issuer
        self._fetch = fetch or fetch_json
        self._monotonic = monotonic
        self._keys = FixedKeys(KeySet([]))
        self._fetched = self._tried = float("-inf")
        self._lock = threading.Lock()

    def find(self, kid: str | None) -> Key | None:
        """Return the key of that id, the only key where a token names none; None if unknown.

        Raises Unavailable while the issuer's keys have never been had.
        """
        now = self._monotonic()
        key = self._keys.find(kid) if now - self._fetched < LIFE else None
        if key is None:
            self._refresh(now)
            key = self._keys.find(kid)
        return key

    def _refresh(self, now: float) -> None:
        with self._lock:
            had = self._fetched > float("-inf")
            if now - self._tried >= (PATIENCE if had else TIMEOUT):
                self._tried = now
                try:
                    self._keys, self._fetched = FixedKeys(self._read()), now
                except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
                    structlog.get_logger().warning("issuer", issuer=self._issuer, error=str(error))
            if self._fetched == float("-inf"):
                raise Unavailable(
                    "Chưa lấy được khóa của nơi cấp mã đăng nhập; hãy thử lại sau ít phút.",
                    "The keys of the token issuer cannot be had; try again in a moment.",
                    code="issuer-unavailable",
                )

    def _read(self) -> KeySet:
        document = self._fetch(self._issuer.rstrip("/") + "/.well-known/openid-configuration")
        if document["issuer"] != self._issuer:
            msg = f"the discovery document is of {document['issuer']!r}"
            raise ValueError(msg)
        published = self._fetch(document["jwks_uri"])["keys"]
        # A shared secret or a key for encryption has no business in checking signatures.
        usable = [
            key for key in published
            if key.get("kty") in {"RSA", "EC", "OKP"} and key.get("use", "sig") == "sig"
        ]
        return KeySet.import_key_set({"keys": usable})


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow nobody: a redirection could lead to another host, or off https."""


def fetch_json(url: str) -> Any:
    """Return the JSON at an https address (http on this machine alone), bounded in time and size.

    Raises OSError or ValueError.
    """
    parts = urlsplit(url)
    loopback = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        msg = f"{url} is not an https address"
        raise URLError(msg)
    with build_opener(_NoRedirect).open(url, timeout=TIMEOUT) as answer:
        return json.loads(answer.read(MOST_BYTES))
