"""Deliveries (chuyển phát liên thông): what waits for a node, brought to it in order.

A node that does not answer is left alone for a while, longer
each time, and then asked with a single envelope; meanwhile the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from random import SystemRandom
from typing import TYPE_CHECKING

import structlog

from engine.errors import MotcuaError, Unavailable
from engine.links.delivery import Courier, Told, Unanswered
from engine.store import inbox, nodes, outbox

if TYPE_CHECKING:
    from engine.clock import Clock
    from engine.office import Office
    from engine.store import Connection, Store
    from engine.store.nodes import Node
    from engine.store.outbox import Waiting

#: Envelopes brought at a time, and how long a claim stands when its worker dies.
BATCH, LEASE = 50, timedelta(seconds=20)
#: Pause after the first failure; it doubles up to the longest, and is spread by a quarter.
PAUSE, LONGEST = timedelta(seconds=0.5), timedelta(minutes=1)
#: Failures of one envelope, while its node answers, after which it is a dead letter: about six
#: hours, as the longest pause is here an hour.
MOST_TRIES, LONGEST_OF_ONE = 18, timedelta(hours=1)
_RANDOM = SystemRandom()


class Deliveries:
    """Brings what waits. Harmless to run twice: the receiver takes each envelope once."""

    def __init__(self, store: Store, office: Office, clock: Clock, courier: Courier) -> None:
        self._store = store
        self._office = office
        self._clock = clock
        self._courier = courier

    def waiting(self) -> list[str]:
        """Return the nodes to which something can be brought now."""
        with self._store.unit() as unit:
            ready = nodes.ready(unit.connection)
            return [name for name in outbox.nodes_waiting(unit.connection) if name in ready]

    def drain(self, name: str, stopping: Callable[[], bool] = lambda: False) -> int:
        """Bring everything that waits for a node; return how many envelopes it took in."""
        brought = 0
        try:
            while not stopping():
                taken, more = self._batch(name)
                brought += taken
                if not more:
                    break
        except Unavailable as error:
            _log().warning("deliveries-interrupted", node=name, code=error.code)
        if brought:
            _log().info("delivered", node=name, envelopes=brought)
        return brought

    def follow_up(self) -> int:
        """Take in what came before its turn, where those before it have come meanwhile."""
        with self._store.unit() as unit:
            early = inbox.waiting(unit.connection)
        taken = 0
        for source, dossier, _ in early:
            try:
                taken += self._office.follow_up(source, dossier)
            except MotcuaError as error:
                _log().error("early-envelope-failed", source=source, dossier=dossier,
                             code=error.code, reason=error.en)
        return taken

    def _batch(self, name: str) -> tuple[int, bool]:
        """Bring one batch; return how many were taken in, and whether there may be more."""
        with self._store.unit() as unit:
            node, batch = outbox.claim(unit.connection, name, BATCH, LEASE)
        if node is None or not batch:
            return 0, False
        try:
            told = self._courier.bring(node, batch, self._clock.now())
        except Unanswered as silence:
            self._leave(node, batch, silence)
            return 0, False
        # After one that did not answer last it was asked with a single envelope.
        more = bool(node.failures) or len(batch) == BATCH or len(told) < len(batch)
        return self._keep(node, batch, told), more

    def _keep(self, node: Node, batch: Sequence[Waiting], told: Sequence[Told]) -> int:
        taken = [one for one in told if one.fate == "taken"]
        brought = {waiting.id: waiting for waiting in batch}
        left = brought.keys() - {one.id for one in told}
        # What a crash makes this forget is brought once more, and answered with another receipt.
        with self._store.unit(flushed=False) as unit:
            connection = unit.connection
            unit.queue([nodes.answering(node.id)] if node.failures else [])
            unit.queue(outbox.delivering(
                ((one.id, one.signature, one.receipt) for one in taken), self._clock.now()))
            for one in told:
                _settle(connection, node, brought[one.id], one)
            unit.queue([outbox.releasing(sorted(left))] if left else [])
            unit.commit()
        return len(taken)

    def _leave(self, node: Node, batch: Sequence[Waiting], silence: Unanswered) -> None:
        pause = silence.pause or pause_after(node.failures)
        _log().warning("node-silent", node=node.id, failures=node.failures + 1,
                       again_in=str(pause), reason=str(silence))
        with self._store.unit() as unit:
            nodes.failed(unit.connection, node.id, pause, str(silence))
            unit.queue([outbox.releasing([waiting.id for waiting in batch])])
            unit.commit()


def _settle(connection: Connection, node: Node, waiting: Waiting, told: Told) -> None:
    """Do what is left to do about one envelope: bury it, put it off, or send those before it."""
    if told.fate == "dead" or (told.fate == "again" and waiting.tries >= MOST_TRIES):
        outbox.bury(connection, told.id, told.reason)
        _log().error("dead-letter", node=node.id, envelope=told.id, reason=told.reason)
    elif told.fate == "again":
        pause = pause_after(waiting.tries, LONGEST_OF_ONE)
        outbox.put_off(connection, [told.id], pause, told.reason)
    elif told.reason:
        _log().warning("delivered-unproven", node=node.id, envelope=told.id, reason=told.reason)
    if told.expected is not None and (
        count := outbox.again(connection, waiting, node.id, told.expected)
    ):
        _log().error("node-restored", node=node.id, dossier=waiting.dossier, sent_again=count,
                     reason="it no longer has what it gave receipts for")


def pause_after(failures: int, longest: timedelta = LONGEST) -> timedelta:
    """Return for how long something is left alone that failed: longer each time, and spread."""
    pause: timedelta = min(PAUSE * 2 ** min(failures, 16), longest)
    return pause * (1 + _RANDOM.random() / 4)


def _log() -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.get_logger()
    return logger
