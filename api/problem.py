"""Problems (báo lỗi): every refusal leaves as application/problem+json (RFC 9457), in vi and en."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from engine.errors import (
    Conflict,
    Corrupt,
    Fault,
    Forbidden,
    Invalid,
    MotcuaError,
    NotFound,
    NotInstalled,
    PreconditionRequired,
    Stale,
    Unauthenticated,
    Unavailable,
)

#: Seconds after which a client may try again when a part of the system is down.
RETRY_AFTER = 5

STATUS: Mapping[type[MotcuaError], HTTPStatus] = {
    Unauthenticated: HTTPStatus.UNAUTHORIZED, NotFound: HTTPStatus.NOT_FOUND,
    Forbidden: HTTPStatus.FORBIDDEN, Conflict: HTTPStatus.CONFLICT,
    Stale: HTTPStatus.PRECONDITION_FAILED, Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    PreconditionRequired: HTTPStatus.PRECONDITION_REQUIRED,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE, Corrupt: HTTPStatus.INTERNAL_SERVER_ERROR,
    NotInstalled: HTTPStatus.NOT_IMPLEMENTED,
}

_INTERNAL = (
    "Máy chủ gặp lỗi không lường trước; hãy báo người quản trị mã yêu cầu này.",
    "The server met an unexpected failure; tell the administrator this request id.",
)
#: What the HTTP library itself refuses: status -> (code, vi, en).
_EDGE: Mapping[int, tuple[str, str, str]] = {
    400: ("bad-request", "Yêu cầu không đọc được.", "The request cannot be read."),
    404: ("no-such-address", "Không có địa chỉ này.", "There is nothing at this address."),
    405: (
        "method-not-allowed", "Địa chỉ này không nhận phương thức đó.",
        "This address does not take that method.",
    ),
    413: ("too-large", "Nội dung gửi lên quá lớn.", "What was sent is too large."),
    415: (
        "media-type", "Hãy gửi JSON với Content-Type: application/json.",
        "Send JSON, with Content-Type: application/json.",
    ),
}
_OWN = frozenset({"type", "title", "status", "code", "detail", "detail_vi", "instance", "errors"})


class BadRequest(MotcuaError):
    """The request breaks HTTP's own grammar or names a parameter that there is not (400)."""

    code = "bad-request"


def register(app: Flask) -> None:
    """Let every refusal of the app leave as a problem."""
    app.register_error_handler(MotcuaError, refused)
    app.register_error_handler(HTTPException, edge)
    app.register_error_handler(Exception, unexpected)


def refused(error: MotcuaError) -> Response:
    """Return the problem of one of our own refusals."""
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        structlog.get_logger().error("refused", code=error.code, detail=error.en, **error.facts)
    faults = error.faults if isinstance(error, Invalid) else ()
    body = problem(status, error.code, (error.vi, error.en), faults)
    body.update({name: fact for name, fact in error.facts.items() if name not in _OWN})
    response = _response(status, body)
    if isinstance(error, Unauthenticated):
        response.headers["WWW-Authenticate"] = str(
            'Bearer realm="motcua"' if error.code == "no-token"
            else 'Bearer realm="motcua", error="invalid_token"'
        )
    if isinstance(error, Unavailable):
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def edge(error: HTTPException) -> Response | HTTPException:
    """Return the problem of what Flask or Werkzeug refused; redirections stay as they are."""
    status = error.code or 500
    if status < 400:
        return error
    code, vi, en = _EDGE.get(status, (f"http-{status}", error.name, str(error.description)))
    if status >= 500:
        code, (vi, en) = "internal", _INTERNAL
    most = request.max_content_length if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else None
    if most is not None:
        vi, en = f"{vi} Tối đa {most:,} byte.", f"{en} At most {most:,} bytes."
    body = problem(status, code, (vi, en))
    if most is not None:
        body["limit"] = most
    response = _response(status, body)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def unexpected(error: Exception) -> Response:
    """Return a problem that tells nothing but where to look; the log keeps the traceback."""
    structlog.get_logger().error("unexpected", exc_info=error)
    return _response(500, problem(500, "internal", _INTERNAL))


def status_of(error: MotcuaError) -> int:
    """Return the HTTP status of a refusal, by its nearest class."""
    if isinstance(error, BadRequest):
        return HTTPStatus.BAD_REQUEST
    return next((s for kind, s in STATUS.items() if isinstance(error, kind)), 500)


def problem(
    status: int, code: str, sentences: tuple[str, str], faults: tuple[Fault, ...] = (),
) -> dict[str, Any]:
    """Return a problem's members; `instance` names the request, which the log tells more of."""
    vi, en = sentences
    body: dict[str, Any] = {
        "type": f"urn:motcua:problem:{code}", "title": HTTPStatus(status).phrase,
        "status": int(status), "code": code, "detail": en, "detail_vi": vi,
        "instance": f"urn:motcua:request:{g.get('request_id', 'none')}",
    }
    if faults:
        body["errors"] = [
            {"pointer": f.pointer, "code": f.code, "detail": f.en, "detail_vi": f.vi}
            for f in faults
        ]
    return body


def _response(status: int, body: Mapping[str, Any]) -> Response:
    text = json.dumps(body, default=str)  # ASCII: also a letter broken in the request can leave
    return Response(text, status=status, content_type="application/problem+json")
