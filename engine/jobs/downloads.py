"""Downloads (tải giấy tờ liên thông): files of papers that nodes handed over, fetched and checked.

A file goes to its place only when size, hash and content are what was said; what a worker that was
stopped or killed had begun is begun anew. A node that cannot be reached is left alone as in
deliveries, which share its pauses; one file that does not come is put off alone, and others go
before it.
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
from engine.store import downloads, nodes, papers

if TYPE_CHECKING:
    from engine.clock import Clock
    from engine.links.outward import Sink
    from engine.store import Store
    from engine.store.downloads import Wanted
    from engine.store.files import Files
    from engine.store.incoming import Incoming
    from engine.store.nodes import Node

#: How long a claim stands when its worker dies, beside the time of the file's own bytes.
LEASE = timedelta(seconds=30)


class _Stopped(Exception):
    """The worker stops while a file is on its way."""


class Downloads:
    """Fetches what waits. Harmless to run twice: a file lies under its hash."""

    def __init__(self, store: Store, files: Files, clock: Clock, fetcher: Fetcher) -> None:
        self._store, self._files = store, files
        self._clock, self._fetcher = clock, fetcher

    def waiting(self) -> list[str]:
        """Return the nodes from which something can be fetched now."""
        with self._store.reading() as connection:
            return downloads.nodes_waiting(connection)

    def drain(
        self, name: str, stopping: Callable[[], bool] = lambda: False,
        over: Callable[[], bool] = lambda: False,
    ) -> int:
        """Fetch what waits at a node until nothing does or its turn is over; return what came.

        A worker that stops leaves the file under way to the next one, which begins it anew.
        """
        came = 0
        try:
            while not stopping() and not over() and name in self.waiting():
                came += self._next(name, stopping)
        except Unavailable as error:
            _log().warning("downloads-interrupted", node=name, code=error.code)
        return came

    def _next(self, name: str, stopping: Callable[[], bool]) -> bool:
        """Fetch the oldest file that waits at a node; tell whether it came."""
        with self._store.unit() as unit:
            node = nodes.by_id(unit.connection, name)
            wanted = downloads.claim(unit.connection, name, LEASE)
        if node is None or wanted is None:
            return False
        try:
            return self._fetch(node, wanted, stopping)
        except _Stopped:
            with self._store.unit() as unit:
                downloads.release(unit.connection, wanted)
                unit.commit()
        except Unanswered as silence:
            self._leave(node, wanted, silence)
        except Failed as failure:
            self._fail(node, wanted, failure)
        return False

    def _fetch(self, node: Node, wanted: Wanted, stopping: Callable[[], bool]) -> bool:
        if wanted.size > self._files.bounds.size:
            raise Failed(f"too-large: {wanted.size} bytes were said, this node takes "
                         f"{self._files.bounds.size} at most", final=True)
        with self._files.receiving() as incoming:
            try:
                sink = _until(stopping, incoming)
                self._fetcher.fetch(node, wanted, sink, self._clock.now())
                _check(incoming, wanted, self._files)
            except Refusal as refusal:
                raise Failed(f"{refusal.code}: {refusal.en}", final=True) from refusal
            except OSError as error:
                raise Failed(f"it cannot be written here: {error.strerror}") from error
            kept = self._keep(node, wanted, incoming)
        _log().info("paper-fetched" if kept else "paper-no-longer-wanted", node=node.id,
                    dossier=wanted.dossier, paper=wanted.number)
        return kept

    def _keep(self, node: Node, wanted: Wanted, incoming: Incoming) -> bool:
        """Put a file into its place unless its paper was erased meanwhile; tell whether it was.

        Its row is locked until the file lies there: an erasure comes before, or takes it away.
        """
        with self._store.unit() as unit:
            papers.guard_files(unit.connection)
            wanted_still = downloads.still_wanted(unit.connection, wanted)
            if wanted_still:
                self._files.keep(incoming)
                downloads.done(unit.connection, wanted, self._clock.now())
            unit.queue([nodes.answering(node.id)])
            unit.commit()
        return wanted_still

    def _fail(self, node: Node, wanted: Wanted, failure: Failed) -> None:
        dead = failure.final or wanted.tries >= MOST_TRIES
        with self._store.unit() as unit:
            if dead:
                downloads.bury(unit.connection, wanted, str(failure))
            else:
                pause = failure.pause or pause_after(wanted.tries, LONGEST_OF_ONE)
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


def _until(stopping: Callable[[], bool], incoming: Incoming) -> Sink:
    """Return the sink of a file; it raises _Stopped when the worker is to stop."""

    def take(piece: bytes) -> None:
        if stopping():
            raise _Stopped
        incoming.write(piece)

    return take


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
