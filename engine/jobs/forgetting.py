"""Forgetting (quên yêu cầu cũ): records of repeated requests go once nobody repeats them any more.

Without it their table would grow as fast as history itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from engine.errors import Unavailable
from engine.store import idempotency

if TYPE_CHECKING:
    from engine.clock import Clock
    from engine.store import Store

#: Records that go in one transaction, and transactions of one sweep: a worker's place is not taken
#: for long where years have to go at first.
BATCH, MOST = 5_000, 40


class Forgetting:
    """Takes old records away. Harmless to run twice or on many machines."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def drain(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Forget what is too old until nothing is, a sweep's share is done or the worker stops.

        Returns how many records went.
        """
        gone = 0
        try:
            for _ in range(MOST):
                batch = 0 if stopping() else self._batch()
                gone += batch
                if batch < BATCH:
                    break
        except Unavailable as error:
            _log().warning("forgetting-interrupted", code=error.code, reason=error.en)
        if gone:
            _log().info("requests-forgotten", requests=gone)
        return gone

    def _batch(self) -> int:
        with self._store.unit() as unit:
            gone = idempotency.forget(unit.connection, self._clock.now(), BATCH)
            unit.commit()
        return gone


def _log() -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.get_logger()
    return logger
