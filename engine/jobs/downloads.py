"""Downloads (tải giấy tờ liên thông): files of papers that nodes handed over, fetched and checked.

A file goes to its place only when size, hash and content are what was said; what a killed worker
has begun is begun anew. A silent node is left alone as in deliveries, which share its pauses.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from engine.errors import Unavailable
from engine.inspection import Refusal, inspect
from engine.jobs.deliveries import LONGEST_OF_ONE, MOST_TRIES, pause_after
from engine.links.delivery import Unanswered
from engine.links.fetching import Failed, Fetcher
from engine.store import downloads, nodes

if TYPE_CHECKING:
    from engine.clock import Clock
    from engine.store import Store
    from engine.store.downloads import Wanted
    from engine.store.files import Files
    from engine.store.incoming import Incoming
    from engine.store.nodes import Node

#: How long a claim stands when its worker dies, beside the time of the file's own bytes.
LEASE = timedelta(seconds=30)


class Downloads:
    """Fetches what waits. Harmless to run twice: a file lies under its hash."""

    def __init__(self, store: Store, files: Files, clock: Clock, fetcher: Fetcher) -> None:
        self._store, self._files = store, files
        self._clock, self._fetcher = clock, fetcher

    def waiting(self) -> list[str]:
        """Return the nodes from which something can be fetched now."""
        with self._store.reading() as connection:
            return downloads.nodes_waiting(connection)

    def drain(self, stopping: Callable[[], bool] = lambda: False) -> int:
        """Fetch everything that waits, from each node in its turn; return how many files came."""
        came = 0
        try:
            while (waiting := self.waiting()) and not stopping():
                fetched = [self._next(name) for name in waiting if not stopping()]
                came += sum(fetched)
        except Unavailable as error:
            _log().warning("downloads-interrupted", code=error.code)
        return came

    def _next(self, name: str) -> bool:
        """Fetch the oldest file that waits at a node; tell whether it came."""
        with self._store.unit() as unit:
            node = nodes.by_id(unit.connection, name)
            wanted = downloads.claim(unit.connection, name, LEASE)
        if node is None or wanted is None:
            return False
        try:
            self._fetch(node, wanted)
        except Unanswered as silence:
            self._leave(node, wanted, silence)
            return False
        except Failed as failure:
            self._fail(node, wanted, failure)
            return False
        return True

    def _fetch(self, node: Node, wanted: Wanted) -> None:
        with self._files.receiving() as incoming:
            try:
                self._fetcher.fetch(node, wanted, incoming.write, self._clock.now())
                _check(incoming, wanted, self._files)
            except Refusal as refusal:
                raise Failed(f"{refusal.code}: {refusal.en}", final=True) from refusal
            except OSError as error:
                raise Failed(f"it cannot be written here: {error.strerror}") from error
            self._files.keep(incoming)
        with self._store.unit() as unit:
            unit.queue([nodes.answering(node.id)])
            downloads.done(unit.connection, wanted, self._clock.now())
            unit.commit()
        _log().info("paper-fetched", node=node.id, dossier=wanted.dossier, paper=wanted.number)

    def _fail(self, node: Node, wanted: Wanted, failure: Failed) -> None:
        dead = failure.final or wanted.tries >= MOST_TRIES
        with self._store.unit() as unit:
            if dead:
                downloads.bury(unit.connection, wanted, str(failure))
            else:
                pause = pause_after(wanted.tries, LONGEST_OF_ONE)
                downloads.put_off(unit.connection, wanted, pause, str(failure))
            unit.commit()
        log = _log().error if dead else _log().warning
        log("paper-cannot-come" if dead else "paper-put-off", node=node.id,
            dossier=wanted.dossier, paper=wanted.number, reason=str(failure))

    def _leave(self, node: Node, wanted: Wanted, silence: Unanswered) -> None:
        pause = silence.pause or pause_after(node.failures)
        _log().warning("node-silent", node=node.id, failures=node.failures + 1,
                       again_in=str(pause), reason=str(silence))
        with self._store.unit() as unit:
            nodes.failed(unit.connection, node.id, pause, str(silence))
            downloads.release(unit.connection, wanted)
            unit.commit()


def _check(incoming: Incoming, wanted: Wanted, files: Files) -> None:
    """Raise Failed unless the file is the one that was handed over, Refusal for what none may be.

    Its bytes are judged as those of an upload are: the other node's word is not enough.
    """
    if incoming.size != wanted.size:
        raise Failed(f"wrong-size: {incoming.size} bytes came, {wanted.size} were said", final=True)
    if incoming.sha256 != wanted.sha256:
        raise Failed("wrong-hash: other bytes came than were handed over", final=True)
    incoming.file.flush()
    media = inspect(incoming.file, files.bounds)
    if media != wanted.media_type:
        raise Failed(f"wrong-type: it is {media}, {wanted.media_type} was said", final=True)


def _log() -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.get_logger()
    return logger
