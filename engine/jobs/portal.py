"""Telling the national portal (đồng bộ Cổng): what waits, one message at a time, in order.

A portal that does not answer is left alone for a while, longer each time. What it refuses stands
dead until an operator has mended the cause; the dossier of a dead message waits, the others go on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import SystemRandom
from typing import TYPE_CHECKING

import structlog

from engine.errors import MotcuaError, Unavailable
from engine.links.portal.line import Refused, Silent
from engine.links.portal.telling import Telling, telling
from engine.store import portal_messages

if TYPE_CHECKING:
    from engine.clock import Clock
    from engine.links.portal.configuration import Portal
    from engine.links.portal.line import Line
    from engine.store import Store
    from engine.store.portal_messages import Message

#: How long a claim stands when its worker dies: longer than its calls, logging in included.
LEASE = timedelta(minutes=3)
#: Pause after the first silence; it doubles up to the longest, and is spread by a quarter.
PAUSE, LONGEST = timedelta(seconds=2), timedelta(minutes=15)
_RANDOM = SystemRandom()


class PortalSync:
    """Tells what waits. Harmless to run twice: the portal is told the same of the same dossier."""

    def __init__(self, store: Store, clock: Clock, portal: Portal, line: Line) -> None:
        self._store = store
        self._clock = clock
        self._portal = portal
        self._line = line

    def waiting(self) -> bool:
        """Tell whether a message may go now."""
        with self._store.reading() as connection:
            return portal_messages.is_waiting(connection)

    def drain(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Tell everything that may go, until the portal is silent or the worker stops.

        Returns how many messages the portal took.
        """
        told = 0
        try:
            while not stopping() and (message := self._claim()) is not None:
                told += self._tell(message)
        except Unavailable as error:
            _log().warning("portal-interrupted", code=error.code)
        if told:
            _log().info("portal-told", messages=told)
        return told

    def _claim(self) -> Message | None:
        with self._store.unit() as unit:
            return portal_messages.claim(unit.connection, LEASE)

    def _tell(self, message: Message) -> bool:
        said = self._make(message)
        if said is None:
            return False
        try:
            for number, call in enumerate(said.calls[message.done:], start=message.done + 1):
                self._line.tell(call, known=message.known or number > 1)
                self._advance(message, number)
        except Silent as silence:
            self._leave(message, silence)
        except Refused as refusal:
            self._answered()
            self._bury(message, refusal.code, _without(str(refusal), said.personal))
        else:
            self._keep(message, said)
            return True
        return False

    def _make(self, message: Message) -> Telling | None:
        """Return what a message says; one of which nothing can be made is dead."""
        try:
            with self._store.reading() as connection:
                return telling(connection, message, self._portal)
        except Unavailable:
            raise
        except MotcuaError as error:
            self._bury(message, error.code, error.vi)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not block the others
            self._bury(message, type(error).__name__, type(error).__name__)
        return None

    def _advance(self, message: Message, done: int) -> None:
        with self._store.unit() as unit:
            portal_messages.advance(unit.connection, message, done)
            unit.commit()

    def _answered(self) -> None:
        with self._store.unit() as unit:
            portal_messages.answered(unit.connection)
            unit.commit()

    def _keep(self, message: Message, said: Telling) -> None:
        with self._store.unit() as unit:
            portal_messages.sent(unit.connection, message, said.digest, self._clock.now())
            unit.commit()

    def _leave(self, message: Message, silence: Silent) -> None:
        with self._store.unit() as unit:
            failures = portal_messages.failures(unit.connection)
            pause = silence.pause or _pause(failures)
            portal_messages.silent(unit.connection, pause, str(silence))
            portal_messages.put_off(
                unit.connection, message, max(pause, _pause(message.tries)), str(silence))
            unit.commit()
        _log().warning("portal-silent", dossier=message.dossier, failures=failures + 1,
                       again_in=str(pause), reason=str(silence))

    def _bury(self, message: Message, code: str, words: str) -> None:
        # The portal's words stand in the row alone: they may repeat what is personal.
        _log().error("portal-message-dead", dossier=message.dossier, entry=message.entry, code=code)
        with self._store.unit() as unit:
            portal_messages.bury(unit.connection, message, words)
            unit.commit()


def _without(words: str, personal: tuple[str, ...]) -> str:
    """Return what the portal said without the applicant's name, number and address."""
    for value in sorted(personal, key=len, reverse=True):
        words = words.replace(value, "…")
    return words


def _pause(failures: int) -> timedelta:
    pause: timedelta = min(PAUSE * 2 ** min(failures, 16), LONGEST)
    return pause * (1 + _RANDOM.random() / 4)


def _log() -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.get_logger()
    return logger
