"""Taking in (nhận lô phong bì): the envelopes of a batch, each answered by itself.

What is answered has reached the disk: a batch waits for it once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from api.wiring import Services
from engine.errors import MotcuaError, Unavailable
from engine.links import wire
from engine.links.identity import Identity
from engine.store.nodes import Node

#: Refusals that may be mended at this node, after which the same envelope is welcome.
_AGAIN = frozenset({"flow-unknown", "unknown-agency"})

Event = Mapping[str, Any]


@dataclass(frozen=True)
class Taker:
    """Takes envelopes in for a node that has proven itself; `identity` signs the receipts."""

    house: Services
    node: Node
    identity: Identity

    def take(self, events: Sequence[Event]) -> list[dict[str, Any]]:
        """Return what became of each envelope, in their order; all that is answered is kept.

        Raises Unavailable where the database lets go: the whole batch then comes again.
        """
        alone = len(events) == 1
        answers = [self._one(event, flushed=alone) for event in events]
        # The first request of one that is repeated may still wait for the disk.
        if not alone or answers[0]["answer"] == "repeated":
            self.house.store.flush()
        return answers

    def _one(self, event: Event, *, flushed: bool) -> dict[str, Any]:
        name, node = event.get("id"), self.node
        try:
            incoming = wire.read_event(event, node.id, node.keys)
            said = self.house.office.take_in(incoming, node, flushed=flushed)
        except Unavailable:
            raise  # not the envelope's fault
        except MotcuaError as refusal:
            return _refused(name, refusal, again=refusal.code in _AGAIN)
        except Exception as error:  # noqa: BLE001 - one that breaks us must not stop those beside it
            structlog.get_logger().exception("envelope-failed", node=node.id, envelope=name)
            return _refused(name, _broken(error), again=True)
        receipt = self.identity.receipt(
            node.id, incoming.arrived.id, incoming.arrived.body, self.house.clock.now())
        return {"id": name, "answer": said.fate, "expected": said.expected, "receipt": receipt}


def _refused(name: object, refusal: MotcuaError, *, again: bool) -> dict[str, Any]:
    return {
        "id": name if isinstance(name, str) else None, "answer": "refused",
        "code": refusal.code, "vi": refusal.vi, "en": refusal.en, "again": again,
    }


def _broken(error: Exception) -> MotcuaError:
    return MotcuaError(
        "Nút nhận gặp lỗi với phong bì này; xem nhật ký máy chủ của nút đó.",
        f"The receiving node failed on this envelope ({type(error).__name__}); see its log.",
        code="receiver-failed",
    )
