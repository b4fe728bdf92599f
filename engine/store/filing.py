"""Filing (sao lưu kho tệp): every file that a database records, copied, and held against its hash.

The database is the list of what there must be. Copies lie as in the file store, by hash, so that a
folder of copies serves every night: what it has already is not copied again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import copyfileobj
from typing import IO, cast

import psycopg
from sqlalchemy.engine import make_url

from engine.errors import Corrupt, Unavailable
from engine.inspection import Bounds
from engine.store.files import Files

#: A file as papers of the database name it: SHA-256 and bytes.
Recorded = tuple[str, int]

_RECORDED = """
    SELECT DISTINCT p.sha256, p.size FROM paper p
    WHERE p.sha256 IS NOT NULL AND p.state <> 'erased'{awaited} ORDER BY p.sha256
"""
#: Left out: papers of other nodes that have not come, or never will.
_AWAITED = """
    AND NOT EXISTS (
        SELECT 1 FROM paper_download d
        WHERE d.dossier = p.dossier AND d.number = p.number AND d.state <> 'done')
"""
_ERASED = """
    SELECT DISTINCT e.sha256 FROM paper e
    WHERE e.sha256 IS NOT NULL AND e.state = 'erased' AND NOT EXISTS (
        SELECT 1 FROM paper p WHERE p.sha256 = e.sha256 AND p.state <> 'erased')
"""


def copies(folder: Path) -> Files:
    """Return the store of copies in a folder; it takes files of any size."""
    return Files(str(folder), folder, replace(Bounds(), size=2**63))


def recorded(url: str) -> list[Recorded]:
    """Return every file that must be here by the database at `url`; raise Unavailable.

    Those that were erased by decision need not, nor those that are still to come from other nodes.
    """
    with _papers(url) as database:
        if database is None:
            return []
        # An archive of an older version knows no papers of other nodes.
        awaited = _AWAITED if _has(database, "paper_download") else ""
        rows = database.execute(_RECORDED.format(awaited=awaited))
        return [(name, size) for name, size in rows]


def erased(url: str) -> list[str]:
    """Return the hashes of files that were erased and are no other paper's; raise Unavailable."""
    with _papers(url) as database:
        return [] if database is None else [row[0] for row in database.execute(_ERASED)]


@contextmanager
def _papers(url: str) -> Iterator[psycopg.Connection | None]:
    """Lend the database at `url`, None where it never had papers."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(plain) as database:
            yield database if _has(database, "paper") else None
    except psycopg.OperationalError as error:
        raise Unavailable(
            f"Máy chủ cơ sở dữ liệu không trả lời: {error}",
            f"The database server does not answer: {error}", code="database-down",
        ) from error


def _has(database: psycopg.Connection, table: str) -> bool:
    found = database.execute("SELECT to_regclass(%s)", (table,)).fetchone()
    return found is not None and found[0] is not None


def copy(files: Iterable[Recorded], source: Files, target: Files) -> Iterator[Recorded]:
    """Copy what the target does not hold; yield each file that the source has lost or changed.

    Raises Unavailable where one of both does not answer.
    """
    for name, size in files:
        if target.holds(name, size):
            continue
        try:
            with source.reading(name, size) as file, target.receiving() as incoming:
                copyfileobj(file, cast("IO[bytes]", incoming))
                target.keep(incoming)
        except Corrupt:
            yield name, size


def lost(files: Iterable[Recorded], store: Files) -> Iterator[Recorded]:
    """Yield each file that the store does not hold byte for byte; all of them are read."""
    for name, size in files:
        try:
            store.reading(name, size).close()
        except Corrupt:
            yield name, size
