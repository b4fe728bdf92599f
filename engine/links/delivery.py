"""Delivery (chuyển phát): a batch of envelopes to one node, and what it answered to each."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

from engine.links.identity import Identity
from engine.links.outward import Answer, Limits, Outward, Refusal
from engine.links.wire import MEDIA_TYPE, written
from engine.store.nodes import Node
from engine.store.outbox import Waiting

#: A neighbour that hangs must not keep a worker for long.
LIMITS = Limits(connect=3.0, read=10.0, total=20.0, body=512 * 1024)
#: Longest pause that a node may ask for by Retry-After.
LONGEST = timedelta(hours=1)
PATH = "/api/v1/handoffs"


@dataclass(frozen=True)
class Told:
    """What became of one envelope: taken in, to be tried again, or refused for good."""

    id: str
    fate: Literal["taken", "again", "dead"]
    signature: str = ""
    receipt: str = ""
    reason: str = ""


class Unanswered(Exception):
    """The node gave no usable answer; `pause` is what it asked for, if it did."""

    def __init__(self, reason: str, pause: timedelta | None = None) -> None:
        super().__init__(reason)
        self.pause = pause


class Courier(Protocol):
    """Brings envelopes to a node."""

    def bring(self, node: Node, batch: Sequence[Waiting], now: datetime) -> list[Told]:
        """Return what became of each; raise Unanswered when nothing is known."""
        ...


class Http:
    """Brings envelopes over HTTP, signed by this node."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._open = Outward()
        self._private: dict[str, Outward] = {}

    def bring(self, node: Node, batch: Sequence[Waiting], now: datetime) -> list[Told]:
        """Return what became of each envelope; raise Unanswered when nothing is known."""
        if node.kind == "webhook":
            return [self._post_alone(node, waiting, now) for waiting in batch]
        signed = [(waiting, self._identity.sign(waiting.body)) for waiting in batch]
        body = written((waiting.body, mark) for waiting, mark in signed)
        answer = self._call(node, f"{node.url.rstrip('/')}{PATH}", body, {
            "Content-Type": MEDIA_TYPE,
            "Authorization": f"Bearer {self._identity.assertion(node.id, body, now)}",
        })
        found = _answers(answer)
        return [_told(waiting, mark, found.get(waiting.id)) for waiting, mark in signed]

    def _post_alone(self, node: Node, waiting: Waiting, now: datetime) -> Told:
        """Send one event as Standard Webhooks has it, with an ed25519 signature (v1a)."""
        stamp = str(int(now.timestamp()))
        mark = self._identity.sign_raw(f"{waiting.id}.{stamp}.".encode() + waiting.body)
        self._call(node, node.url, waiting.body, {
            "Content-Type": "application/cloudevents+json", "webhook-id": waiting.id,
            "webhook-timestamp": stamp, "webhook-signature": f"v1a,{b64encode(mark).decode()}",
        })
        return Told(waiting.id, "taken", signature=self._identity.sign(waiting.body))

    def _call(self, node: Node, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        try:
            answer = self._client(node).call("POST", url, headers, body, LIMITS)
        except Refusal as refusal:
            raise Unanswered(refusal.en) from refusal
        if 200 <= answer.status < 300:
            return answer
        raise Unanswered(f"status {answer.status}", _retry_after(answer))

    def _client(self, node: Node) -> Outward:
        """Return the client for a node: one that may call a private address only where allowed."""
        if not node.private:
            return self._open
        place = urlsplit(node.url).netloc.lower()
        if place not in self._private:
            self._private[place] = Outward(frozenset({place}))
        return self._private[place]


def _answers(answer: Answer) -> Mapping[str, Mapping[str, Any]]:
    try:
        found = json.loads(answer.body)["answers"]
        return {item["id"]: item for item in found}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unanswered("the answer cannot be read") from error


def _told(waiting: Waiting, signature: str, said: Mapping[str, Any] | None) -> Told:
    if said is None:
        return Told(waiting.id, "again", reason="the node did not answer for it")
    if said.get("answer") in ("taken", "early", "repeated"):
        return Told(waiting.id, "taken", signature, str(said.get("receipt", "")))
    reason = f"{said.get('code')}: {said.get('en')}"
    return Told(waiting.id, "again" if said.get("again") is True else "dead", reason=reason)


def _retry_after(answer: Answer) -> timedelta | None:
    seconds = answer.headers.get("retry-after", "")
    if not seconds.isascii() or not seconds.isdigit():
        return None
    return min(timedelta(seconds=int(seconds[:9])), LONGEST)
