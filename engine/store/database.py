"""The store (kho): a pool of connections, one transaction per unit, faults told in one way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from engine.errors import Invalid, Unavailable
from engine.store.tables import APPLICATION, JOBS
from engine.store.trips import FLUSH, Connection

if TYPE_CHECKING:
    from engine.store.unit import Unit

#: Statements that take longer than this are given up, in milliseconds; so are waits for a lock.
STATEMENT_TIMEOUT, LOCK_TIMEOUT = 30_000, 10_000
#: A network that went silent is given up within a minute, not when the machine's own patience ends.
_SILENCE: dict[str, Any] = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
#: Whoever the URL names: the office works as the role that owns nothing.
_OPTIONS = f"-c timezone=UTC -c role={APPLICATION}"


class Store:
    """Reads and units of work on one PostgreSQL, reached by its URL."""

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        # The driver would forget all that is prepared, ours too, whenever a reader rolls back.
        self._database = create_engine(
            url, pool_size=pool_size, max_overflow=pool_size * 4, pool_timeout=10,
            creator=partial(
                Connection.connect, _plain(url), connect_timeout=5, prepare_threshold=None,
                **_SILENCE,
                options=f"{_OPTIONS} -c search_path=public,{JOBS} "
                        f"-c statement_timeout={STATEMENT_TIMEOUT} "
                        f"-c lock_timeout={LOCK_TIMEOUT}",
            ),
        )

    @contextmanager
    def unit(self, *, flushed: bool = True) -> Iterator[Unit]:
        """Open a unit of work: one transaction that is undone unless `unit.commit()` was called.

        What was not `flushed` may be told to nobody before `flush` has returned. Raises Unavailable
        when the database does not answer or lets go in the middle.
        """
        from engine.store.unit import Unit  # it knows all that is written, which a reader does not

        with self._connection() as connection:
            yield Unit(connection, flushed=flushed)

    def flush(self) -> None:
        """Wait until everything that was committed before is on the disk."""
        with self._connection() as connection:
            connection.alone([FLUSH])

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend a connection for reads; what they see is one state per statement."""
        with self._connection() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Lend a connection for reads that all see the one state of the first of them."""
        with self._connection() as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection

    def close(self) -> None:
        """Give all connections back, before a fork or at the end."""
        self._database.dispose()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        try:
            lent = self._database.raw_connection()
        except (DBAPIError, psycopg.Error, PoolTimeout) as error:
            raise _unavailable(error) from error
        try:
            connection: Connection = lent.driver_connection  # type: ignore[assignment]
            yield connection
        except (OperationalError, psycopg.OperationalError, psycopg.InterfaceError) as error:
            if connection.broken:
                lent.invalidate()
                # The others of the pool were most likely cut off with it.
                self._database.dispose()
            raise _unavailable(error) from error
        except (psycopg.DataError, UnicodeEncodeError) as error:
            raise _not_storable(error) from error
        finally:
            lent.close()


def job_connection(url: str) -> dict[str, Any]:
    """Return conninfo and keywords by which the driver's pool reaches the job tables at `url`."""
    options = f"{_OPTIONS} -c search_path={JOBS}"
    return {"conninfo": _plain(url), "kwargs": {"connect_timeout": 5, "options": options}}


def _plain(url: str) -> str:
    """Return an address as the driver itself reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _unavailable(error: Exception) -> Unavailable:
    if f'role "{APPLICATION}" does not exist' in str(error):
        return Unavailable(
            "Cơ sở dữ liệu chưa được chuyển đổi; hãy chạy motcua migrate.",
            "The database was never migrated; run motcua migrate.", code="schema-not-newest",
        )
    return Unavailable(
        "Cơ sở dữ liệu không trả lời; chưa có gì được ghi, hãy thử lại sau ít phút.",
        "The database does not answer; nothing was written, try again in a moment.",
        code="database-unavailable", reason=type(error).__name__,
    )


def _not_storable(error: Exception) -> Invalid:
    return Invalid(
        "Dữ liệu gửi lên có giá trị không lưu được, chẳng hạn ký tự NUL hoặc số quá lớn.",
        "What was sent holds a value that cannot be stored, such as NUL or too large a number.",
        code="not-storable", reason=type(error).__name__,
    )
