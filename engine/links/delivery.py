"""Delivery (chuyển phát): a batch of envelopes to one node, and what it answered to each."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

from engine.links.identity import Identity
from engine.links.outward import Answer, Limits, Outward, Refusal
from engine.links.paper_links import HOURS, links_for
from engine.links.wire import MEDIA_TYPE, written
from engine.proof import receipted, said_of
from engine.store.nodes import Node
from engine.store.outbox import Waiting

#: A neighbour that hangs must not keep a worker for long.
LIMITS = Limits(connect=3.0, read=8.0, total=12.0, body=512 * 1024)
PATH = "/api/v1/handoffs"
#: Answers of a webhook receiver that speak of one event, not of the receiver; and the seconds
#: after which no further event of a batch is begun.
EACH, UNFIT = 5.0, frozenset({400, 406, 409, 413, 415, 422})


@dataclass(frozen=True)
class Told:
    """What became of one envelope: taken in, to be tried again, or refused for good."""

    id: str
    fate: Literal["taken", "again", "dead"]
    signature: str = ""
    receipt: str = ""
    reason: str = ""
    #: What the node waits for next in the dossier, where the envelope came before its turn.
    expected: int | None = None


class Unanswered(Exception):
    """The node gave no usable answer; `pause` is what it asked for, `status` what it said if so."""

    def __init__(
        self, reason: str, pause: timedelta | None = None, status: int | None = None,
    ) -> None:
        super().__init__(reason)
        self.pause = pause
        self.status = status


class Courier(Protocol):
    """Brings envelopes to a node."""

    def bring(self, node: Node, batch: Sequence[Waiting], now: datetime) -> list[Told]:
        """Return what became of each; raise Unanswered when nothing is known."""
        ...


class Clients:
    """The clients of nodes, each with its kept connections."""

    def __init__(self) -> None:
        self._open = Outward()
        self._private: dict[str, Outward] = {}

    def of(self, node: Node) -> Outward:
        """Return the client for a node: one that may call a private address only where allowed."""
        if not node.private:
            return self._open
        place = urlsplit(node.url).netloc.lower()
        if place not in self._private:
            self._private[place] = Outward(frozenset({place}))
        return self._private[place]

    def close(self) -> None:
        """Close the connections that are kept."""
        for client in (self._open, *self._private.values()):
            client.close()


class Http:
    """Brings envelopes over HTTP, signed by this node as its keys stand.

    `hold` is how long the links to their papers may be used.
    """

    def __init__(
        self, identity: Callable[[], Identity], hold: timedelta = timedelta(hours=HOURS),
    ) -> None:
        self._who, self._hold = identity, hold
        self._clients = Clients()

    def bring(self, node: Node, batch: Sequence[Waiting], now: datetime) -> list[Told]:
        """Return what became of each envelope; raise Unanswered when nothing is known."""
        if node.kind == "webhook":
            return self._post_each(node, batch, now)
        signed = [(waiting, self._identity.sign(waiting.body)) for waiting in batch]
        links = (links_for(self._identity, waiting.body, node.id, now + self._hold)
                 for waiting in batch)
        body = written(((waiting.body, mark) for waiting, mark in signed), links)
        answer = self._call(node, f"{node.url.rstrip('/')}{PATH}", body, {
            "Content-Type": MEDIA_TYPE,
            "Authorization": f"Bearer {self._identity.assertion(node.id, body, now)}",
        })
        found = _answers(answer)
        return [
            self._proven(node, waiting, _told(waiting, mark, found.get(waiting.id)))
            for waiting, mark in signed
        ]

    def close(self) -> None:
        """Close the connections that are kept."""
        self._clients.close()

    def _proven(self, node: Node, waiting: Waiting, told: Told) -> Told:
        """Return what was told, with a reason where the receipt is by a key not known here."""
        said = said_of(node.id, self._identity.node, waiting.id, waiting.body)
        if told.fate != "taken" or receipted(told.receipt, said, node.keys):
            return told
        return replace(told, reason=f"the receipt is unproven: run motcua node test {node.id}")

    @property
    def _identity(self) -> Identity:
        return self._who()

    def _post_each(self, node: Node, batch: Sequence[Waiting], now: datetime) -> list[Told]:
        """Send events one by one until the node falls silent; what went is not sent again."""
        told: list[Told] = []
        until = time.monotonic() + EACH
        for waiting in batch:
            if time.monotonic() > until:
                break  # the others of the batch are given back before their claim ends
            try:
                told.append(self._post_alone(node, waiting, now))
            except Unanswered:
                if not told:
                    raise
                break
        return told

    def _post_alone(self, node: Node, waiting: Waiting, now: datetime) -> Told:
        """Send one event as Standard Webhooks has it, with an ed25519 signature (v1a)."""
        stamp = str(int(now.timestamp()))
        mark = self._identity.sign_raw(f"{waiting.id}.{stamp}.".encode() + waiting.body)
        try:
            self._call(node, node.url, waiting.body, {
                "Content-Type": "application/cloudevents+json", "webhook-id": waiting.id,
                "webhook-timestamp": stamp,
                "webhook-signature": f"v1a,{b64encode(mark).decode()}",
            })
        except Unanswered as refusal:
            if refusal.status not in UNFIT:
                raise
            return Told(waiting.id, "again", reason=str(refusal))
        return Told(waiting.id, "taken", signature=self._identity.sign(waiting.body))

    def _call(self, node: Node, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        try:
            answer = self._clients.of(node).call("POST", url, headers, body, LIMITS)
        except Refusal as refusal:
            raise Unanswered(refusal.en) from refusal
        if 200 <= answer.status < 300:
            return answer
        raise Unanswered(problem_of(answer), answer.retry_after(), answer.status)



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
        expected = said.get("expected") if said["answer"] == "early" else None
        return Told(waiting.id, "taken", signature, str(said.get("receipt", "")),
                    expected=expected if isinstance(expected, int) else None)
    reason = f"{said.get('code')}: {said.get('en')}"
    return Told(waiting.id, "again" if said.get("again") is True else "dead", reason=reason)


def problem_of(answer: Answer) -> str:
    """Return the status of a refusal, and what its problem says where it is one (RFC 9457)."""
    try:
        found = json.loads(answer.body)
        said = f": {found['code']}: {found['detail']}"
    except (ValueError, KeyError, TypeError, RecursionError):
        said = ""
    return f"status {answer.status}{said}"
