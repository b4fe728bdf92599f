"""Officials at their desks (cán bộ): a small HTTP client, one per person, as an integrator's is."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen


class Refused(Exception):
    """The server refused what the demo asked for; the problem tells why."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code') or problem.get('type')}: "
                         f"{problem.get('detail_vi') or problem.get('detail')}")
        self.status = status
        self.problem = problem


class Desk:
    """One person with their token; every change carries If-Match and an Idempotency-Key."""

    def __init__(self, server: str, person: Mapping[str, Any]) -> None:
        self.person = str(person["id"])
        self.name = str(person["name"])
        self._posts = {(post["agency"], post["role"]) for post in person["posts"]}
        self._server = server
        self._kept = ""

    def holds(self, agency: str, role: str) -> bool:
        """Tell whether the person holds the role at the agency."""
        return (agency, role) in self._posts

    def get(self, path: str, **query: str) -> Any:
        """Return what stands at a path under /api/v1."""
        tail = f"?{urlencode(query)}" if query else ""
        return self._call("GET", f"/api/v1{path}{tail}", None, {})

    def post(
        self, path: str, body: Mapping[str, Any], *, etag: str | None = None, key: str = "",
    ) -> Any:
        """Send a JSON body; `etag` is the version decided on, `key` makes a repetition known."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key or uuid.uuid4().hex}
        if etag:
            headers["If-Match"] = f'"{etag}"'
        return self._call("POST", f"/api/v1{path}", json.dumps(body).encode(), headers)

    def print_paper(self, path: str, kind: str) -> bytes:
        """Return a printed paper, as `kind` pdf or docx; raise Refused where it makes no sense."""
        head = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
        found: bytes = self._call("POST", f"/api/v1{path}?format={kind}", b"{}", head)
        return found

    def upload(self, path: str, files: Mapping[str, bytes], *, etag: str | None = None) -> Any:
        """Send files as a form does, field `file`, repeated; `etag` is the version decided on."""
        boundary = uuid.uuid4().hex
        pieces: list[bytes] = []
        for name, content in files.items():
            head = (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; '
                    f'filename="{quote(name)}"\r\nContent-Type: application/octet-stream\r\n\r\n')
            pieces += [head.encode(), content, b"\r\n"]
        body = b"".join([*pieces, f"--{boundary}--\r\n".encode()])
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        match = {"If-Match": f'"{etag}"'} if etag else {}
        return self._call("POST", f"/api/v1{path}", body, {**kind, **match})

    def _call(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str],
    ) -> Any:
        for fresh in (False, True):
            sent = {**headers, "Authorization": f"Bearer {self._token(fresh=fresh)}"}
            try:
                return ask(Request(self._server + path, data=body, headers=sent, method=method))  # noqa: S310 - the demo's own server on loopback
            except Refused as refused:
                # The demo's clock runs days ahead between two requests: the token has expired.
                if refused.status != HTTPStatus.UNAUTHORIZED or fresh:
                    raise
        return None

    def _token(self, *, fresh: bool) -> str:
        if self._kept and not fresh:
            return self._kept
        body = json.dumps({"person": self.person}).encode()
        asked = Request(  # noqa: S310 - the demo's own server on loopback
            f"{self._server}/demo-issuer/token", data=body,
            headers={"Content-Type": "application/json"}, method="POST",
        )
        self._kept = str(ask(asked)["access_token"])
        return self._kept


def ask(asked: Request) -> Any:
    """Return the JSON answer, or the bytes of a file; raise Refused with the server's problem."""
    try:
        with urlopen(asked, timeout=30) as answer:  # noqa: S310 - the demo's own server on loopback
            body: bytes = answer.read()
            if answer.headers.get_content_type() != "application/json":
                return body
            return json.loads(body or b"null")
    except HTTPError as error:
        try:
            problem = json.loads(error.read())
        except ValueError:
            problem = {"detail": str(error)}
        raise Refused(error.code, problem) from error
    except (URLError, HTTPException, OSError) as error:
        # Cut off or never answered: what became of the request is not known.
        raise Refused(0, {"detail": f"{asked.full_url}: {error!r}"}) from error
