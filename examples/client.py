"""What every example shares: a session with a token, and how a refusal is told."""

from __future__ import annotations

import sys
import uuid
from typing import Any

import requests


def session(server: str, person: str) -> requests.Session:
    """Return a session that carries a token of the demo's issuer for that person."""
    token = requests.post(f"{server}/demo-issuer/token", json={"person": person}, timeout=10)
    token.raise_for_status()
    made = requests.Session()
    made.headers["Authorization"] = f"Bearer {token.json()['access_token']}"
    return made


def change(who: requests.Session, url: str, etag: str | None = None, **body: Any) -> Any:
    """POST a change under a key of its own, decided on the version `etag`; exit on a refusal."""
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    if etag:
        headers["If-Match"] = f'"{etag}"'
    answer = who.post(url, headers=headers, timeout=30, **body)
    if not answer.ok:
        problem = answer.json()
        sys.exit(f"{answer.status_code} {problem['title']}: {problem['detail']}")
    return answer.json()
