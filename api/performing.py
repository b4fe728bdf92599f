"""Performing (thực hiện): from headers and body to office.execute, and from Result to an answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from flask import Response, current_app, g, request

from api.problem import BadRequest
from engine.commands import Command, Request
from engine.history import canonical
from engine.office import Upload
from engine.people import Actor

if TYPE_CHECKING:
    from api.wiring import Services

_KEY = re.compile(r"[\x20-\x7e]{1,255}")


def services() -> Services:
    """Return what the present app was wired with."""
    found: Services = current_app.extensions["motcua"]
    return found


def actor() -> Actor:
    """Return who asks, as the door has admitted them."""
    found: Actor = g.actor
    return found


def perform(
    command: Command, body: object, *, location: str | None = None, upload: Upload | None = None,
) -> Response:
    """Execute a command for the asker and answer with its result and ETag.

    `body` is what a repetition under the same Idempotency-Key must repeat; `location` is where a
    created thing stands, with {names} of the result's members; `upload` is the file that came.
    """
    result = services().office.execute(
        command, actor(), request=repeatable(body), if_match=if_match(), upload=upload,
    )
    response = answer(result.body, status=201 if result.created else 200, etag=result.etag)
    if result.created and location:
        response.headers["Location"] = location.format(**result.body)
    if result.repeated:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def answer(body: Mapping[str, Any], *, status: int = 200, etag: str | None = None) -> Response:
    """Return a JSON answer that no cache keeps: it is about people."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    response = Response(text, status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    if etag is not None:
        response.set_etag(etag)
    return response


def if_match() -> frozenset[str] | None:
    """Return the versions that If-Match names, None without it, {"*"} for any.

    Weak tags never match: a change needs strong comparison (RFC 9110 section 13.1.1).
    """
    if "If-Match" not in request.headers:
        return None
    tags = request.if_match
    return frozenset({"*"}) if tags.star_tag else frozenset(tags.as_set())


def repeatable(body: object) -> Request | None:
    """Return what makes the present request recognisable, None without an Idempotency-Key."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise BadRequest(
            "Idempotency-Key phải có 1 đến 255 ký tự ASCII in được.",
            "An Idempotency-Key has 1 to 255 printable ASCII characters.",
            code="bad-idempotency-key",
        )
    return Request(key, request.method, request.path, sha256(canonical(body)).hexdigest())
