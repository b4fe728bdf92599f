"""Fetching (tải giấy tờ): the file of one paper from the node that handed it over.

By the link that came with its envelope; where that has expired a fresh one is asked for, by the
proof of who calls.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from engine.links.delivery import Clients, Unanswered, problem_of
from engine.links.identity import Identity
from engine.links.outward import Answer, Limits, Refusal, Sink
from engine.links.paper_links import PATH
from engine.store.downloads import LONGEST, SLOWEST, Wanted
from engine.store.nodes import Node

#: What the call for one file may take beside the time of its bytes, in seconds; past it, less than
#: `SLOWEST` bytes for each second that has gone by are too slow.
BASE = 15.0
ASKING = Limits(connect=3.0, read=8.0, total=12.0, body=64 * 1024)
#: Answers that speak of the node, not of the paper. A 503 may be about one file: taken for the
#: node's it would keep all files behind that one waiting.
_OF_NODE = frozenset({401, 429})
#: What a node says of a paper that will never come from there; any other 404 may be a proxy's.
_GONE = frozenset({"paper-gone", "paper-not-handed"})


class Failed(Exception):
    """The file did not come; `final` tells that trying again is of no use.

    `pause` is what the node asked for before the next try.
    """

    def __init__(
        self, reason: str, *, final: bool = False, pause: timedelta | None = None,
    ) -> None:
        super().__init__(reason)
        self.final, self.pause = final, pause


class Fetcher(Protocol):
    """Fetches the files of papers from nodes."""

    def fetch(self, node: Node, wanted: Wanted, sink: Sink, now: datetime) -> None:
        """Give the whole file to `sink`; raise Failed, or Unanswered when the node is silent."""
        ...


class PaperFetcher:
    """Fetches files over HTTP as this node, to which the links were given."""

    def __init__(self, identity: Callable[[], Identity]) -> None:
        self._who = identity
        self._clients = Clients()

    def fetch(self, node: Node, wanted: Wanted, sink: Sink, now: datetime) -> None:
        """Give the whole file to `sink`; raise Failed, or Unanswered when the node is silent."""
        if node.kind == "pull":
            raise Failed("the node cannot be called", final=True)
        answer = self._get(node, wanted, sink, now) if wanted.link else None
        if answer is None or answer.status == 403:  # none, expired, or signed by a key that is gone
            link = self._fresh(node, wanted, now)
            answer = self._get(node, wanted, sink, now, link)
        _need_ok(answer)

    def close(self) -> None:
        """Close the connections that are kept."""
        self._clients.close()

    def _get(
        self, node: Node, wanted: Wanted, sink: Sink, now: datetime, link: str | None = None,
    ) -> Answer:
        total = min(BASE + wanted.size / SLOWEST, LONGEST)
        limits = Limits(connect=3.0, read=8.0, total=total, body=wanted.size)
        url = f"{node.url.rstrip('/')}{link or wanted.link}"
        try:
            return self._clients.of(node).fetch(
                url, self._proof(node, b"", now), _paced(sink), limits)
        except Refusal as refusal:
            if refusal.kind == "too-large":
                raise Failed(f"wrong-size: {refusal.en}", final=True) from refusal
            raise _silence(refusal) from refusal

    def _fresh(self, node: Node, wanted: Wanted, now: datetime) -> str:
        """Ask the node for a new link to the file."""
        body = json.dumps({"envelope": wanted.envelope}).encode()
        url = f"{node.url.rstrip('/')}{PATH}{wanted.sha256}/link"
        headers = {**self._proof(node, body, now), "Content-Type": "application/json"}
        try:
            answer = self._clients.of(node).call("POST", url, headers, body, ASKING)
        except Refusal as refusal:
            raise _silence(refusal) from refusal
        if answer.status == 403:  # it talks to us no longer, for now
            raise Unanswered(problem_of(answer))
        _need_ok(answer)
        try:
            link = str(json.loads(answer.body)["link"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise Failed("the answer with a fresh link cannot be read") from error
        if not link.startswith(f"{PATH}{wanted.sha256}?"):
            raise Failed("the fresh link leads elsewhere")
        return link

    def _proof(self, node: Node, body: bytes, now: datetime) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._who().assertion(node.id, body, now)}"}


def _paced(sink: Sink) -> Sink:
    """Return a sink that raises Failed once too little came for the time that went by.

    So a node that sends a byte each second is left after `BASE` seconds, whatever size it said.
    """
    began, count = time.monotonic(), 0

    def take(piece: bytes) -> None:
        nonlocal count
        count += len(piece)
        past = time.monotonic() - began - BASE
        if past > 0 and count < past * SLOWEST:
            raise Failed(f"too-slow: {count} bytes in {past + BASE:.0f} seconds")
        sink(piece)

    return take


def _silence(refusal: Refusal) -> Unanswered | Failed:
    """Return whose fault it is that no answer came: the node's, or that of this one file."""
    if not refusal.reached or refusal.kind == "refused":
        return Unanswered(refusal.en)
    return Failed(f"broke off: {refusal.en}" if refusal.begun else refusal.en)


def _need_ok(answer: Answer) -> None:
    if answer.status == 200:
        return
    said = problem_of(answer)
    if answer.status in _OF_NODE:
        raise Unanswered(said, answer.retry_after(), answer.status)
    gone = answer.status == 404 and any(f": {code}: " in said for code in _GONE)
    raise Failed(f"gone: {said}" if gone else said, final=gone, pause=answer.retry_after())
