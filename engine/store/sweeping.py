"""Sweeping (dọn kho tệp): files that are no paper of any dossier, found and taken away."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from engine.store import papers

if TYPE_CHECKING:
    from engine.store.database import Store
    from engine.store.files import Files

#: Files asked about at a time; uploads wait no longer than one such batch takes.
BATCH = 100


def take_away(store: Store, files: Files, name: str) -> bool:
    """Take a file away unless it is still a paper of some dossier; tell whether it was taken."""
    with store.reading() as connection:
        papers.guard_files(connection, alone=True)
        if papers.known_files(connection, [name]):
            return False
        files.remove(name)
    return True


def sweep(store: Store, files: Files, *, dry_run: bool) -> Iterator[tuple[str, int]]:
    """Yield hash and size of every orphan, taken away unless `dry_run`.

    While a batch is looked at no paper can be added, so that a file whose row is about to be
    committed is never taken for an orphan.
    """
    stored = files.stored()
    while batch := list(islice(stored, BATCH)):
        with store.reading() as connection:
            papers.guard_files(connection, alone=True)
            known = papers.known_files(connection, [name for name, _ in batch])
            orphans = [(name, size) for name, size in batch if name not in known]
            for name, _ in orphans:
                if not dry_run:
                    files.remove(name)
        yield from orphans
