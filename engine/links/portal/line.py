"""The line to the portal (đường truyền): a session, one call at a time, and what was answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from engine.links.outward import Answer, Limits, Outward, Refusal
from engine.links.portal.configuration import Portal
from engine.links.portal.telling import Call

#: A portal that hangs must not keep a worker for long.
LIMITS = Limits(connect=3.0, read=10.0, total=20.0, body=512 * 1024)
#: Characters of the portal's words that are kept.
WORDS = 300


class Silent(Exception):
    """Nothing is known of a call; `pause` is what the portal asked for, if it did."""

    def __init__(self, reason: str, pause: timedelta | None = None) -> None:
        super().__init__(reason)
        self.pause = pause


class Refused(Exception):
    """The portal has read the call and refuses it, by a code and in its own words."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(f"{code}: {words}")
        self.code = code
        self.words = words


@dataclass(frozen=True)
class _Said:
    code: str
    words: str


class Line:
    """Calls the portal; the session is got when it is needed, and again when it is over."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._outward = Outward(_hosts(portal))
        self._session = portal.secret
        self._lock = Lock()

    def tell(self, call: Call, *, known: bool) -> None:
        """Make a call until the portal has taken it; `known` tells whether it knows the dossier.

        Where it says that it does after all, or that it does not, it is told once more the other
        way. Raises Refused when it refuses, Silent when nothing is known; then the call may have
        been taken, and is made again later.
        """
        answers = self._portal.answers
        said = self._said(call, known=known)
        if said.code in (answers.absent if known else answers.exists):
            said = self._said(call, known=not known)
        if said.code not in answers.success:
            raise Refused(said.code, said.words)

    def close(self) -> None:
        """Close the connections that are kept."""
        self._outward.close()

    def _said(self, call: Call, *, known: bool) -> _Said:
        for _ in range(2):
            session = self._need_session()
            envelope = self._envelope(call, session, known=known)
            answer = self._call(self._portal.url, envelope, session)
            over = answer.status in (401, 403)
            said = None if over else self._read(answer)
            if said is not None and said.code not in self._portal.answers.session:
                return said
            self._forget(session)
        raise Silent("the session is refused")

    def _envelope(self, call: Call, session: str, *, known: bool) -> Mapping[str, Any]:
        inside = {} if self._portal.header else {"session": session}
        return {
            **inside, "service": call.service, "isUpdating": "True" if known else "False",
            "madonvi": call.unit, "data": call.data,
        }

    def _call(self, url: str, body: Mapping[str, Any], session: str = "") -> Answer:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if session and self._portal.header:
            name, _, form = self._portal.header.partition(": ")
            headers[name] = form.format(session=session)
        content = json.dumps(body, ensure_ascii=False).encode()
        try:
            answer = self._outward.call("POST", url, headers, content, LIMITS)
        except Refusal as refusal:
            raise Silent(refusal.en) from refusal
        if answer.status == 429 or answer.status >= 500:
            raise Silent(f"status {answer.status}", answer.retry_after())
        return answer

    def _read(self, answer: Answer) -> _Said:
        told = self._portal.answers
        found = _json(answer)
        code = _within(found, told.code)
        if not isinstance(code, str | int) or isinstance(code, bool):
            raise Silent(f"status {answer.status}, and no {told.code} in the answer")
        words = _within(found, told.message)
        return _Said(str(code), str(words or "")[:WORDS])

    def _need_session(self) -> str:
        login = self._portal.login
        with self._lock:
            if not self._session and login is not None:
                found = _within(_json(self._call(login.url, login.body)), login.session)
                if not isinstance(found, str) or not found:
                    raise Silent(f"logging in gave no {login.session}")
                self._session = found
            return self._session

    def _forget(self, session: str) -> None:
        with self._lock:
            if self._portal.login is not None and self._session == session:
                self._session = ""


def _hosts(portal: Portal) -> frozenset[str]:
    if not portal.private:
        return frozenset()
    urls = [portal.url, *([portal.login.url] if portal.login else [])]
    return frozenset(urlsplit(url).netloc.lower() for url in urls)


def _json(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise Silent(f"status {answer.status}, and the answer is no JSON") from None


def _within(found: Any, place: str) -> Any:
    return reduce(
        lambda table, name: table.get(name) if isinstance(table, dict) else None,
        place.split("."), found,
    )
