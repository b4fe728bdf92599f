"""Giving (giao tệp): a file that leaves the store, to be saved and never opened by a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote

from flask import Response

from engine.components.papers import Paper

_BLOCK = 1 << 16


def given(paper: Paper, file: BinaryIO) -> Response:
    """Return the file of a paper as an attachment, streamed."""

    def blocks() -> Iterator[bytes]:
        while block := file.read(_BLOCK):
            yield block

    response = Response(blocks(), content_type=paper.media_type)
    response.call_on_close(file.close)
    response.headers["Content-Length"] = str(paper.size)
    response.headers["Content-Disposition"] = disposition(paper.file_name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "no-store"
    response.set_etag(paper.sha256 or "")
    return response


def disposition(name: str) -> str:
    """Return Content-Disposition for a name: ASCII for old readers, RFC 8187 for all others."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
