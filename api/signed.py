"""Signed files (tệp đã ký số): what signatures a PDF has that came in; told, never refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from mmap import ACCESS_READ, mmap
from pathlib import Path
from shutil import copyfileobj
from typing import Any

from engine.components.papers import Paper
from engine.errors import NotInstalled
from engine.flow.confined import Confinement, Exceeded
from engine.signatures import Signature, Trust, need_signing, signatures_in
from engine.store.files import Files
from engine.store.incoming import Incoming

#: A signature as plain data, and the end of the bytes that it covers.
_Found = tuple[dict[str, Any], int]
#: What stands in every PDF with a signature.
_MARK = b"/ByteRange"


class Looking:
    """Looks for signatures in a process of its own, bounded: strangers have written the files."""

    def __init__(self, confinement: Confinement, trust: Trust, proven: datetime) -> None:
        self._confinement, self._trust, self._proven = confinement, trust, proven

    def look(self, incoming: Incoming) -> Sequence[dict[str, Any]]:
        """Return the signatures of a PDF as plain data, none where they cannot be read here."""
        try:
            need_signing()
        except NotInstalled:
            return ()
        return [data for data, _ in self._found(incoming)]

    def read(self, files: Files, paper: Paper, before: int) -> Sequence[dict[str, Any]]:
        """Return the signatures in a stored paper, and whether each was made here.

        `before` is how many bytes the file had when it came: what covers more was signed here.
        Raises NotInstalled where signatures cannot be read here.
        """
        need_signing()
        with files.receiving() as incoming:
            with files.reading(paper.sha256 or "", paper.size or 0) as stored:
                copyfileobj(stored, incoming)
            found = self._found(incoming)
        return [{**data, "made": "here" if end > before else "elsewhere"} for data, end in found]

    def _found(self, incoming: Incoming) -> Sequence[_Found]:
        incoming.file.flush()
        with mmap(incoming.file.fileno(), 0, access=ACCESS_READ) as content:
            if content.find(_MARK) < 0:
                return ()
        work = partial(_found, str(incoming.path), self._trust, self._proven)
        try:
            found: list[_Found] = self._confinement.runner(work, self._confinement.bounds)
        except Exceeded:
            found = [(Signature("unreadable").as_data(), 0)]
        return found


def _found(path: str, trust: Trust, proven: datetime) -> list[_Found]:
    """Return each signature as plain data, and how far it reaches: 0 where it is broken."""
    return [
        (one.as_data(), 0 if one.status == "altered" else one.end)
        for one in signatures_in(Path(path).read_bytes(), trust, proven)
    ]
