"""Due timers (đến hạn): claimed in batches, each fired through the office by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from engine.commands import FireTimer
from engine.errors import Conflict, MotcuaError, NotFound, Unavailable
from engine.people import SYSTEM
from engine.store import timers
from engine.store.timers import DueTimer

if TYPE_CHECKING:
    from engine.clock import Clock
    from engine.office import Office, Wake
    from engine.store import Store

#: Timers claimed at a time, and how long a claim stands when its worker dies.
BATCH, LEASE = 20, timedelta(seconds=60)
#: How often a drain tries when the database is away, and seconds between two tries.
ATTEMPTS, AGAIN = 3, 1.0
#: Pause after the first firing that failed; it doubles with each further one up to the longest.
PAUSE, LONGEST = timedelta(minutes=1), timedelta(hours=6)
#: Refusals that mean that nobody waits any more, and that the timer was moved meanwhile.
_GONE, _MOVED = frozenset({"wait-not-open", "part-ended"}), frozenset({"held", "wait-not-due"})


class Timers:
    """Fires what is due. Harmless to run twice or on many machines: a wait opens only once."""

    def __init__(
        self, store: Store, office: Office, clock: Clock, wake: Wake | None = None,
    ) -> None:
        self._store = store
        self._office = office
        self._clock = clock
        self._wake = wake

    def drain(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Fire timers until none is due or the worker stops; return how many were fired.

        The one under way is finished, the others of its batch are given back. When the database
        goes away it is tried again a few times, each with a line in the log: what woke this is used
        up, and a connection that was cut off is replaced. Then the next sweep goes on.
        """
        fired = 0
        for attempt in range(ATTEMPTS):
            try:
                while not stopping() and (batch := self._claim()):
                    fired += self._fire_all(batch, stopping)
                self._wake_for_next()
                break
            except Unavailable as error:
                _log().warning("timers-interrupted", fired=fired, code=error.code, reason=error.en)
                if stopping() or attempt + 1 == ATTEMPTS:
                    break
                time.sleep(AGAIN)
        if fired:
            _log().info("timers-fired", fired=fired)
        return fired

    def _claim(self) -> list[DueTimer]:
        with self._store.unit() as unit:
            batch = timers.claim(unit.connection, self._clock.now(), BATCH, LEASE)
        if len(batch) == BATCH:
            self._wake_for_next()  # there is more: let an idle worker join
        return batch

    def _fire_all(self, batch: list[DueTimer], stopping: Callable[[], bool]) -> int:
        fired = 0
        for number, one in enumerate(batch):
            if stopping():
                with self._store.unit() as unit:
                    timers.release(unit.connection, batch[number:])
                break
            fired += self._fire(one)
        return fired

    def _fire(self, one: DueTimer) -> bool:
        try:
            self._office.execute(FireTimer(one.dossier, one.part, one.wait), SYSTEM)
        except (Conflict, NotFound) as refusal:
            self._refused(one, refusal)
        except MotcuaError as error:
            self._put_off(one, error.code, error.en)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not block the others
            self._put_off(one, type(error).__name__, str(error))
        else:
            return True
        return False

    def _refused(self, one: DueTimer, refusal: Conflict | NotFound) -> None:
        with self._store.unit() as unit:
            if refusal.code in _GONE or isinstance(refusal, NotFound):
                timers.drop(unit.connection, one)
                return
            if refusal.code in _MOVED:
                timers.release(unit.connection, [one])
                return
        self._put_off(one, refusal.code, refusal.en)

    def _put_off(self, one: DueTimer, code: str, reason: str) -> None:
        pause = min(PAUSE * 2 ** min(one.tries, 16), LONGEST)
        _log().error(
            "timer-failed", dossier=one.dossier, part=one.part, wait=one.wait, due=str(one.due),
            tries=one.tries + 1, again_in=str(pause), code=code, reason=reason,
        )
        with self._store.unit() as unit:
            timers.put_off(unit.connection, one, pause, f"{code}: {reason}")

    def _wake_for_next(self) -> None:
        if self._wake is None:
            return
        with self._store.unit() as unit:
            due = timers.next_due(unit.connection)
            if due is not None:
                self._wake(unit.connection, due)
                unit.commit()


def _log() -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.get_logger()
    return logger
