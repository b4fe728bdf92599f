"""Signed uploads (tệp đã ký số): what signatures a PDF that came in has; told, never refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

from engine.errors import NotInstalled
from engine.flow.confined import Confinement, Exceeded
from engine.signatures import Signature, Trust, need_signing, signatures_in
from engine.store.incoming import Incoming

#: What stands in every PDF with a signature.
_MARK = b"/ByteRange"


class Looking:
    """Looks for signatures in a process of its own, bounded: strangers have written the files."""

    def __init__(self, confinement: Confinement, trust: Trust, now: datetime) -> None:
        self._confinement, self._trust, self._now = confinement, trust, now

    def look(self, incoming: Incoming) -> Sequence[dict[str, Any]]:
        """Return the signatures of a PDF as plain data, none where they cannot be read here."""
        try:
            need_signing()
        except NotInstalled:
            return ()
        incoming.file.flush()
        with mmap(incoming.file.fileno(), 0, access=ACCESS_READ) as content:
            if content.find(_MARK) < 0:
                return ()
        work = partial(_found, str(incoming.path), self._trust, self._now)
        try:
            found: list[dict[str, Any]] = self._confinement.runner(work, self._confinement.bounds)
        except Exceeded:
            found = [Signature("unreadable").as_data()]
        return found


def _found(path: str, trust: Trust, now: datetime) -> list[dict[str, Any]]:
    return [one.as_data() for one in signatures_in(Path(path).read_bytes(), trust, now)]
