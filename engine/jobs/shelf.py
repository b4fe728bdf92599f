"""The shelf (giá hồ sơ): papers of one dossier as a connector reads them, and a signed one kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.components.papers import Paper
from engine.components.signed import PDF
from engine.links.connectors import Sheet
from engine.office import Upload
from engine.store import papers
from engine.store.files import Files

if TYPE_CHECKING:
    from engine.store import Store


class Shelf:
    """Reads the files of a dossier's papers; the dossier itself is never touched."""

    def __init__(self, store: Store, files: Callable[[], Files], code: str) -> None:
        self._store, self._files, self._code = store, files, code

    def pdf(self, number: int | None, component: str | None) -> Sheet | None:
        """Return a PDF that counts, by number or as the newest of a component; None without one.

        Raises Corrupt where its file is gone or was changed, Unavailable for the file store.
        """
        with self._store.reading() as connection:
            known = papers.of_dossier(connection, self._code)
        found = [p for p in known if _signable(p) and component in (None, p.component)
                 and number in (None, p.number)]
        if not found or found[-1].sha256 is None:
            return None
        with self._files().reading(found[-1].sha256, found[-1].size or 0) as file:
            return Sheet(found[-1].number, found[-1].sha256, file.read())

    @contextmanager
    def lending(self, content: bytes) -> Iterator[Upload]:
        """Lend a new file; unless the office keeps it, nothing of it is left behind."""
        files = self._files()
        with files.receiving() as incoming:
            incoming.write(content)
            yield Upload(
                incoming.sha256, incoming.size, PDF, None, None, lambda: files.keep(incoming),
            )


def _signable(paper: Paper) -> bool:
    return paper.state == "held" and paper.media_type == PDF
