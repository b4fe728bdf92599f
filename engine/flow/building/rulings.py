"""Rulings from drawings (quyết định): the tables that a lowered drawing carries, read once."""

from __future__ import annotations

from lxml.etree import _Element as Element

from engine.errors import Corrupt
from engine.flow.bpmn import MOTCUA, motcua
from engine.flow.building.drawing import Drawing
from engine.flow.dmn.model import Decisions
from engine.flow.dmn.reading import read_decisions
from engine.flow.dmn.tasks import called
from engine.flow.lower.decisions import TAG, text_hash
from engine.flow.specs.decisions import Ruling


class Rulings:
    """Reads the decision of each business rule task from what the drawing carries."""

    def __init__(self, drawing: Drawing) -> None:
        self._carried = {motcua(element, "hash"): element
                         for element in drawing.root.iter(TAG)}
        self._read: dict[str, Decisions] = {}

    def of(self, task: Element) -> Ruling | None:
        """Return what a task decides; None where it names no table and a service answers.

        Raises Corrupt when the table is not what was pinned, Invalid when it cannot be read.
        """
        key, call = task.get(f"{{{MOTCUA}}}decisions"), called(task)
        if key is None or call is None:
            return None
        if key not in self._read:
            self._read[key] = self._decisions(key)
        return Ruling(self._read[key], call)

    def _decisions(self, key: str) -> Decisions:
        element = self._carried.get(key)
        text = "" if element is None else element.text or ""
        if text_hash(text) != key:
            raise Corrupt(
                "Bảng quyết định lưu cùng bản vẽ đã bị đổi.",
                f"The decision table kept with the drawing is not the one pinned as {key}.",
            )
        return read_decisions(text.encode())
