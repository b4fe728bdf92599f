"""The library (thư viện): flows and forms of published versions, read once per process.

What lies here never changes once stored, so it is kept by its hash or its version number.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from engine.errors import Conflict
from engine.flow.load import Flow, load
from engine.forms import read_form
from engine.store import procedures

if TYPE_CHECKING:
    from engine.store import Store

#: Versions whose forms one process keeps at hand; a province runs some hundreds of procedures.
KEPT = 2048


class Library:
    """Flows by hash and forms by version, from the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.flow = lru_cache(KEPT)(self._read_flow)
        self._forms = lru_cache(KEPT)(self._read_forms)

    def form(self, procedure: str, version: int, stem: str) -> Mapping[str, Any]:
        """Return a form of a version; raise Conflict when the version does not hold it."""
        forms = self._forms(procedure, version)
        if stem not in forms:
            raise Conflict(
                f"Phiên bản {version} của {procedure} không có biểu mẫu «{stem}».",
                f"Version {version} of {procedure} has no form {stem!r}.", code="no-form",
            )
        return forms[stem]

    def _read_flow(self, flow_hash: str) -> Flow:
        with self._store.reading() as connection:
            content = procedures.lowered(connection, flow_hash)
        return load(content)

    def _read_forms(self, procedure: str, version: int) -> Mapping[str, Mapping[str, Any]]:
        with self._store.reading() as connection:
            files = procedures.files(connection, procedure, version)
        return {
            name.rsplit("/", 1)[-1].removesuffix(".form"): read_form(content)
            for name, content in files.items() if name.endswith(".form")
        }
