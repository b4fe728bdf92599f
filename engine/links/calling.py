"""Calling a node (gọi nút): who it says it is, and how far its dossiers have come with this one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from engine.errors import Conflict, Unavailable
from engine.history import canonical
from engine.links.delivery import problem_of
from engine.links.identity import Identity
from engine.links.outward import Answer, Limits, Outward
from engine.proof import Keys, signed_by
from engine.store.nodes import Node
from engine.store.positions import Position

#: Positions asked for at a time, and what one such call may take.
PAGE, LIMITS = 500, Limits(connect=3.0, read=10.0, total=20.0, body=1024 * 1024)


class Neighbour:
    """Another node as an operator of this one calls it; `private` ones at any address."""

    def __init__(self, node: Node, identity: Callable[[], Identity] | None = None) -> None:
        place = urlsplit(node.url).netloc.lower()
        self._node, self._identity = node, identity
        self._outward = Outward(frozenset({place}) if node.private else frozenset())

    def keys(self, vouching: Keys) -> dict[str, dict[str, str]]:
        """Return the keys that the node shows, one of `vouching` having signed them.

        Without any that vouch the keys vouch for themselves. Raises Refusal or Unavailable where
        the node gives no answer, Conflict where another one answers or nobody vouches.
        """
        said = self._asked("/api/v1/node", {})
        keys: dict[str, dict[str, str]] = said["keys"]
        if said["id"] != self._node.id:
            raise Conflict(
                f"Nút trả lời là {said['id']}, không phải {self._node.id}.",
                f"It is node {said['id']} that answers, not {self._node.id}.", code="another-node",
            )
        signatures = said["signatures"]
        if not any(signed_by(canonical(keys), mark, vouching or keys) for mark in signatures):
            raise Conflict(
                "Không khóa nào đã biết bảo chứng cho khóa mới; hãy kiểm tra rồi thêm lại bằng "
                "--keys.",
                "No known key vouches for the new ones; check, then add them again by --keys.",
                code="keys-not-vouched",
            )
        return keys

    def positions(self, now: datetime) -> Iterator[Position]:
        """Yield the node's positions with this one, as it sees them; raise as `keys` does."""
        after = ""
        while True:
            found = self._page(after, PAGE, now)
            yield from (Position(**item) for item in found)
            if len(found) < PAGE:
                return
            after = found[-1]["dossier"]

    def need_known(self, now: datetime) -> None:
        """Raise Unavailable, saying why, unless the node takes this one for who it is."""
        self._page("", 1, now)

    def _page(self, after: str, size: int, now: datetime) -> list[dict[str, Any]]:
        assert self._identity is not None  # noqa: S101 - the command line asks for it first
        token = self._identity().assertion(self._node.id, b"", now)
        path = f"/api/v1/handoffs/positions?after={quote(after)}&limit={size}"
        items: list[dict[str, Any]] = self._asked(path, {"Authorization": f"Bearer {token}"})[
            "items"]
        return items

    def _asked(self, path: str, headers: Mapping[str, str]) -> Any:
        url = f"{self._node.url.rstrip('/')}{path}"
        try:
            answer: Answer = self._outward.call("GET", url, headers, limits=LIMITS)
        finally:
            self._outward.close()
        try:
            if answer.status == 200:
                return json.loads(answer.body)
        except ValueError:
            pass
        said = problem_of(answer)
        raise Unavailable(
            f"Nút {self._node.id} không trả lời như một nút motcua: {said}",
            f"Node {self._node.id} did not answer as a node of motcua: {said}",
            code="node-unusable",
        )
