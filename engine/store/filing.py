"""Filing (sao lưu kho tệp): every file that a database records, copied, and held against its hash.

The database is the list of what there must be. Copies lie as in the file store, by hash, so that a
folder of copies serves every night: what it has already is not copied again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    SELECT DISTINCT sha256, size FROM paper WHERE sha256 IS NOT NULL ORDER BY sha256
"""


def copies(folder: Path) -> Files:
    """Return the store of copies in a folder; it takes files of any size."""
    return Files(str(folder), folder, replace(Bounds(), size=2**63))


def recorded(url: str) -> list[Recorded]:
    """Return every file that the papers in the database at `url` name; raise Unavailable."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(plain) as database:
            there = database.execute("SELECT to_regclass('paper')").fetchone()
            if there is None or there[0] is None:
                return []
            return [(name, size) for name, size in database.execute(_RECORDED)]
    except psycopg.OperationalError as error:
        raise Unavailable(
            f"Máy chủ cơ sở dữ liệu không trả lời: {error}",
            f"The database server does not answer: {error}", code="database-down",
        ) from error


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
