"""Decisions beside a diagram (tệp DMN bên cạnh): which file holds what its tasks call."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from lxml import etree
from lxml.etree import _Element as Element

from engine.flow.dmn.model import Decisions
from engine.flow.dmn.reading import examine
from engine.flow.dmn.tasks import called
from engine.flow.dmn.words import kind
from engine.flow.document import Document
from engine.flow.limits import Limits, TableLimits
from engine.flow.read import tree
from engine.step import Finding

DECIDING = ("businessRuleTask", "globalBusinessRuleTask")
#: Files that cannot be searched for an id before they are read as XML.
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


@dataclass(frozen=True)
class Held:
    """A file that holds a decision; `decisions` is None where `findings` forbid running it.

    `others` are further files that hold a decision of the same id and are not used.
    """

    file: str
    content: bytes = field(repr=False)
    decisions: Decisions | None
    findings: tuple[Finding, ...]
    others: tuple[str, ...] = ()
    limits: TableLimits = field(default_factory=TableLimits)

    @property
    def source(self) -> str:
        """Return the SHA-256 of the file."""
        return sha256(self.content).hexdigest()

    def pinned(self) -> str:
        """Return the text that is kept with the lowered diagram: the file without its drawing."""
        root = tree(self.content, Limits(self.limits.size, nesting=self.limits.nesting))
        etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
        for inner in list(root):
            if not kind(inner):
                root.remove(inner)
        return str(etree.tostring(root, encoding="unicode"))


def deciding_tasks(documents: Iterable[Document]) -> Iterator[Element]:
    """Yield the business rule tasks of these diagrams, global ones too."""
    for document in documents:
        yield from document.drawn(*DECIDING)


def decisions_beside(
    documents: Iterable[Document], files: Mapping[str, bytes], limits: TableLimits | None = None,
) -> Mapping[str, Held]:
    """Return the files among `files` that hold what these diagrams call, by decision.

    Where several hold a decision of that id, the first by name counts.
    """
    calls = (called(task) for task in deciding_tasks(documents))
    wanted = sorted({call.decision for call in calls if call is not None and not call.dynamic})
    if not wanted:
        return {}
    tables = {name: files[name] for name in sorted(files) if name.lower().endswith(".dmn")}
    allowed = limits or TableLimits()
    return {key: found for key in wanted
            if (found := _holding(key, tables, allowed)) is not None}


def _holding(key: str, tables: Mapping[str, bytes], limits: TableLimits) -> Held | None:
    """Return the file that counts for a decision: one that can be read before a broken one."""
    names = [name for name, content in tables.items() if _holds(key, content, limits)]
    names.sort(key=lambda name: examine(tables[name], limits)[0] is None)
    if not names:
        return None
    content = tables[names[0]]
    return Held(names[0], content, *examine(content, limits), tuple(names[1:]), limits)


def _holds(key: str, content: bytes, limits: TableLimits) -> bool:
    """Tell whether a file holds a decision, as far as its bytes tell where it cannot be read."""
    wide = content.startswith(_WIDE)
    if key.isascii() and not wide and key.encode() not in content:
        return False
    decisions, _ = examine(content, limits)
    if decisions is not None:
        return key in decisions.by_id
    return any(b"id=" + quote + key.encode() + quote in content for quote in (b'"', b"'"))
