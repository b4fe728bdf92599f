"""Trips (lượt đi về): statements that travel together, for each trip to the server costs its own.

The driver's own pipeline sends each statement by itself and looks for answers after each, which
costs both sides many times what the statements do. Here all are written at once, through the
driver's documented door to libpq (psycopg.pq); how values are adapted stays the driver's.
"""

from __future__ import annotations

import re
import select
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple

import psycopg
from psycopg import abc, adapt
from psycopg.adapt import PyFormat
from psycopg.errors import (
    FeatureNotSupported,
    InFailedSqlTransaction,
    InvalidSqlStatementName,
    error_from_result,
)
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

Row = tuple[Any, ...]
Rows = list[Row]
Statement = tuple[str, Mapping[str, Any]]

#: Sent with the rest: the driver's own commit is a trip of its own.
COMMIT: Statement = ("COMMIT", {})
#: Lets the transaction's commit return before the disk has it; nothing may be told on that alone.
UNFLUSHED: Statement = ("SET LOCAL synchronous_commit TO off", {})
#: Writes into the log of the server, so that a commit behind it waits for all that stands before.
FLUSH: Statement = ("SELECT pg_logical_emit_message(true, 'motcua', '')", {})
#: One text is prepared anew for each set of types that its values have had; the server keeps all
#: that is prepared, with its plans, as long as the connection lives.
MOST_PREPARED = 500
_BEGIN: Statement = ("BEGIN", {})
#: "cached plan must not change result type", after a migration beside a server that goes on; or
#: somebody has let go of what was prepared.
_STALE = (FeatureNotSupported, InvalidSqlStatementName)
_COMMIT = COMMIT[0].encode()
_MARK = re.compile(r"%\((\w+)\)s|%%")
_IN, _OUT = select.POLLIN, select.POLLOUT


class _Bound(NamedTuple):
    """A statement as the server takes it: `key` is its text with the types of its values."""

    key: tuple[bytes, tuple[int, ...]]
    values: Sequence[Any]
    formats: Sequence[int] | None


class Connection(psycopg.Connection[Row]):
    """A connection that sends several statements in one trip, each prepared at its first use."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._names: dict[tuple[bytes, tuple[int, ...]], bytes] = {}
        self._numbers = count()

    def together(self, statements: Iterable[Statement]) -> list[Rows]:
        """Run statements in order in the transaction, which begins with them; return their rows.

        What comes later sees what the locks before it have waited for.
        """
        if self.pgconn.transaction_status == TransactionStatus.IDLE:
            return self.alone([_BEGIN, *statements])[1:]
        return self.alone(statements)

    def alone(self, statements: Iterable[Statement]) -> list[Rows]:
        """Run statements as a transaction of their own, where none is open; return their rows."""
        asked = list(statements)
        first = self.pgconn.transaction_status == TransactionStatus.IDLE
        try:
            return self._run(asked)
        except _STALE as error:
            if not first:
                self.close()
                raise psycopg.OperationalError("what was prepared is no longer valid") from error
        # Nothing was done: what began with this trip has failed with it.
        self.rollback()
        self._forget()
        return self._run(asked)

    def _run(self, statements: Iterable[Statement]) -> list[Rows]:
        adapter: abc.Transformer = adapt.Transformer(self)
        bound = [_bound(adapter, *statement) for statement in statements]
        if len(self._names) > MOST_PREPARED:
            self._forget()
        new = {one.key: b"motcua_%d" % next(self._numbers)
               for one in bound if one.key not in self._names}
        results = self._exchange(bound, new)
        # Also where a later statement fails: the server keeps what it has prepared.
        self._names |= {key: name for (key, name), result in zip(new.items(), results, strict=False)
                        if result.status == ExecStatus.COMMAND_OK}
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                raise error_from_result(result)
        if bound and bound[-1].key[0] == _COMMIT and results[-1].command_status == b"ROLLBACK":
            raise InFailedSqlTransaction("the transaction had failed before; nothing was kept")
        return [_rows(adapter, result) for result in results[len(new):]]

    def _forget(self) -> None:
        """Let go of all that is prepared, on both sides."""
        self._names.clear()
        self.pgconn.exec_(b"DEALLOCATE ALL")

    def _exchange(
        self, bound: Iterable[_Bound], new: Mapping[tuple[bytes, tuple[int, ...]], bytes],
    ) -> list[PGresult]:
        """Prepare what is new, then run everything; return all results in that order."""
        pgconn, names = self.pgconn, {**self._names, **new} if new else self._names
        try:
            pgconn.enter_pipeline_mode()
            for (text, types), name in new.items():
                pgconn.send_prepare(name, text, types)
            for key, values, formats in bound:
                pgconn.send_query_prepared(names[key], values, formats)
            pgconn.pipeline_sync()
            self._write()
            results = list(self._results())
            pgconn.exit_pipeline_mode()
        except BaseException:
            # Answers that are still under way would be taken for those of the next trip.
            if pgconn.status == ConnStatus.OK:
                self.close()
            raise
        return results

    def _write(self) -> None:
        """Send what is to be sent; the server may wait until somebody reads its answers so far."""
        while self.pgconn.flush():
            if self._wait(_IN | _OUT) & ~_OUT:
                self.pgconn.consume_input()

    def _results(self) -> Iterator[PGresult]:
        """Yield what the server answered until the end of the trip."""
        between = False
        while True:
            while self.pgconn.is_busy():
                self._wait(_IN)
                self.pgconn.consume_input()
            result = self.pgconn.get_result()
            if result is None:
                if between:
                    raise psycopg.OperationalError("the answers ended before the trip")
            elif result.status == ExecStatus.PIPELINE_SYNC:
                return
            else:
                yield result
            between = result is None

    def _wait(self, events: int) -> int:
        """Wait until the socket is ready; return for what."""
        poll = select.poll()
        poll.register(self.pgconn.socket, events)
        return next((came for _, came in poll.poll()), 0)


def _bound(adapter: abc.Transformer, statement: str, values: Mapping[str, Any]) -> _Bound:
    text, names = _positional(statement)
    dumped = adapter.dump_sequence([values[name] for name in names], [PyFormat.AUTO] * len(names))
    return _Bound((text, adapter.types or ()), dumped, adapter.formats)


def _rows(adapter: abc.Transformer, result: PGresult) -> Rows:
    if result.status != ExecStatus.TUPLES_OK:
        return []
    adapter.set_pgresult(result)
    return adapter.load_rows(0, result.ntuples, tuple)


@lru_cache(maxsize=1024)
def _positional(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """Return a statement with numbered marks, and the names of its values in their order."""
    names: dict[str, int] = {}

    def numbered(mark: re.Match[str]) -> str:
        return f"${names.setdefault(mark[1], len(names) + 1)}" if mark[1] else "%"

    return _MARK.sub(numbered, statement).encode(), tuple(names)
