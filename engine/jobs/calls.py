"""Calls of connectors (gọi dịch vụ): claimed in batches, made side by side, brought in one by one.

No call is made inside a transaction: its row is claimed, the other machine is asked, and what came
of it goes through the office. A worker that dies leaves its claims to others; what it had asked is
asked again under the same id, and only the first result counts.
"""

from __future__ import annotations

import os
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from engine.commands import CompleteService
from engine.errors import Conflict, Invalid, MotcuaError, NotFound, Unavailable
from engine.history import instant
from engine.jobs.shelf import Shelf
from engine.links.connectors import Done, Failed, Mistake, Order, Policy, Registry, Signed
from engine.people import SYSTEM
from engine.signing import BringSignature
from engine.store import calls
from engine.store.calls import Claim

if TYPE_CHECKING:
    from engine.clock import Clock
    from engine.office import Office, Upload, Wake
    from engine.store import Connection, Store
    from engine.store.files import Files

#: Calls made at a time in one worker, and at the most by one connector: a slow one leaves room.
TOGETHER, SHARE = 8, 4
#: Added to the longest call of any connector: after that a claim belongs to whoever takes it.
MARGIN = timedelta(seconds=15)
#: Seconds until what became ready meanwhile is looked for, while calls are under way.
LOOK = 0.5
#: Looks for work that the database may cut off, and seconds between them.
ATTEMPTS, AGAIN = 3, 1.0
_CHANGED = frozenset({"paper-changed", "paper-not-held"})
_GONE = frozenset({"task-not-open", "part-ended", "lock-lost"})
_UNKNOWN = Policy()


class Calls:
    """Makes the calls that are due. Harmless to run twice or on many machines."""

    def __init__(
        self, store: Store, office: Office, clock: Clock, registry: Registry,
        wake: Wake | None = None, *, files: Callable[[], Files] | None = None,
    ) -> None:
        self._store, self._office, self._clock = store, office, clock
        self._registry, self._wake, self._files = registry, wake, files
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._draining = threading.Lock()
        self._asked = threading.Event()

    def drain(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Make calls until none is due or the worker stops; return how many were made.

        Calls under way are finished. One drain works in a process at a time: another that is asked
        for meanwhile only lets it look again.
        """
        self._asked.set()
        made, patience = 0, ATTEMPTS
        while self._asked.is_set() and self._draining.acquire(blocking=False):
            try:
                self._asked.clear()
                made += self._drain(stopping)
            except Unavailable as error:
                _log().warning("calls-interrupted", code=error.code, reason=error.en)
                patience -= 1
                if patience and not stopping():
                    # What woke this is used up; a connection that was cut off is now replaced.
                    time.sleep(AGAIN)
                    self._asked.set()
            finally:
                self._draining.release()
            if stopping():
                break
        if made:
            _log().info("calls-made", made=made)
        return made

    def _drain(self, stopping: Callable[[], bool]) -> int:
        under_way: dict[Future[None], str] = {}
        made = 0
        with ThreadPoolExecutor(TOGETHER, thread_name_prefix="call") as pool:
            while True:
                busy = Counter(under_way.values())
                claimed = [] if stopping() else self._claim(busy)
                under_way |= {pool.submit(self._make, claim): claim.name for claim in claimed}
                if not under_way:
                    break
                ended, _ = wait(under_way, LOOK, FIRST_COMPLETED)
                for one in ended:
                    del under_way[one]
                    made += 1
        self._wake_for_next()
        return made

    def _claim(self, busy: Counter[str]) -> list[Claim]:
        """Claim as many calls as there is room for, a fair share for each connector."""
        room = TOGETHER - busy.total()
        if room <= 0:
            return []
        lease = timedelta(seconds=self._registry.longest) + MARGIN
        found: list[Claim] = []
        with self._store.unit() as unit:
            for name in calls.due_connectors(unit.connection):
                size = min(SHARE - busy[name], room - len(found))
                if size > 0:
                    found += calls.claim(unit.connection, name, size, lease, self._name)
        return found

    def _make(self, claim: Claim) -> None:
        """Make one call and bring in what came of it; whatever happens, others go on."""
        try:
            self._bring(claim)
        except Unavailable as error:
            _log().warning("call-interrupted", task=claim.task, code=error.code)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not block the others
            self._failed(claim, Failed(f"unexpected: {type(error).__name__}"))

    def _bring(self, claim: Claim) -> None:
        connector = self._registry.connectors.get(claim.name)
        if connector is None:
            self._failed(claim, Failed(f"connector-unknown: {claim.name}"))
            return
        if claim.tries > connector.policy.attempts:
            self._failed(claim, Failed("worker-lost: it died with this call", again=False))
            return
        shelf = Shelf(self._store, self._files, claim.dossier) if self._files else None
        order = Order(claim.task, claim.inputs, claim.about, self._clock.now(), shelf)
        match connector.call(order):
            case Signed() as signed if shelf is not None:
                self._sign(claim, signed, shelf)
            case Mistake(code=code) if not claim.part:
                # No drawing is there to catch it: who asked reads it, and takes the asking back.
                self._failed(claim, Failed(code, again=False))
            case Done(result=result):
                self._complete(claim, CompleteService(claim.task, claim.lock, result))
            case Mistake(code=code):
                self._complete(claim, CompleteService(claim.task, claim.lock, error=code))
            case Failed() as failed:
                self._failed(claim, failed)

    def _sign(self, claim: Claim, signed: Signed, shelf: Shelf) -> None:
        try:
            with shelf.lending(signed.content) as upload:
                self._complete(claim, _brought(claim, signed, upload), upload)
        except Invalid as refusal:  # with its signature the file is larger than files may be
            self._failed(claim, Failed(f"result-refused: {refusal.code}", again=False))

    def _complete(
        self, claim: Claim, command: CompleteService | BringSignature,
        upload: Upload | None = None,
    ) -> None:
        try:
            self._office.execute(command, SYSTEM, upload=upload)
        except (Conflict, NotFound) as refusal:
            self._refused(claim, refusal)
        except Unavailable:
            raise
        except MotcuaError as refusal:
            # What the drawing cannot go on with will not change by asking again.
            self._failed(claim, Failed(f"result-refused: {refusal.code}", again=False))

    def _refused(self, claim: Claim, refusal: Conflict | NotFound) -> None:
        """Take it that a result came too late, or give the call back to whom a hold keeps it."""
        if refusal.code in _GONE or isinstance(refusal, NotFound):
            _log().info("call-late", task=claim.task, dossier=claim.dossier, code=refusal.code)
            return
        if refusal.code == "held":
            with self._store.unit() as unit:
                calls.release(unit.connection, claim.task, claim.lock)
                unit.commit()
            return
        again = refusal.code in _CHANGED  # then what is there now is signed
        self._failed(claim, Failed(f"result-refused: {refusal.code}", again=again))

    def _failed(self, claim: Claim, failed: Failed) -> None:
        connector = self._registry.connectors.get(claim.name)
        policy = connector.policy if connector else _UNKNOWN
        again = failed.again and claim.tries < policy.attempts
        # Jitter, so that what failed together does not come again together.
        seconds = policy.before(claim.tries, failed.after) * random.uniform(1.0, 1.25)  # noqa: S311
        _log().warning(
            "call-failed" if again else "call-incident", task=claim.task, dossier=claim.dossier,
            connector=claim.name, tries=claim.tries, reason=failed.reason,
            again_in=round(seconds, 1) if again else None,
        )
        key = (claim.task, claim.lock)
        with self._store.unit() as unit:
            if again:
                calls.put_off(unit.connection, key, timedelta(seconds=seconds), failed.reason)
                self._wake_at_next(unit.connection)
            else:
                calls.give_up(unit.connection, *key, failed.reason)
            unit.commit()

    def _wake_for_next(self) -> None:
        with self._store.unit() as unit:
            self._wake_at_next(unit.connection)
            unit.commit()

    def _wake_at_next(self, connection: Connection) -> None:
        if self._wake is not None and (due := calls.next_due(connection)) is not None:
            self._wake(connection, due)


def _brought(claim: Claim, signed: Signed, upload: Upload) -> BringSignature:
    return BringSignature(
        claim.dossier, claim.task, claim.lock, signed.number, signed.official,
        before={"sha256": signed.sha256, "size": signed.size},
        file={"sha256": upload.sha256, "size": upload.size},
        certificate=signed.certificate, signed_at=instant(signed.signed_at),
        level=signed.level, content={"subject": signed.subject},
    )


def _log() -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.get_logger()
    return logger
