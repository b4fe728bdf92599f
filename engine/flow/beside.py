"""Beside (tệp bên cạnh): the other diagrams of a folder that a diagram calls, directly or not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.document import Document
from engine.flow.findings import Refused
from engine.flow.read import read

#: What a call activity may call.
CALLABLE = (
    "process", "globalTask", "globalUserTask", "globalManualTask", "globalScriptTask",
    "globalBusinessRuleTask",
)
_HELD = re.compile(
    rb"""<(?:[\w.-]+:)?(?:process|global\w{0,20}[tT]ask)\s[^<>]{0,2000}?\bid\s*=\s*["']([^"'<]+)""",
)


class Folder(Mapping[str, bytes]):
    """Files by name that already know which of them hold what can be called."""

    @property
    def holders(self) -> Mapping[str, list[str]]:
        """Names of files by the ids that they hold."""
        raise NotImplementedError


def holders_in(files: Iterable[tuple[str, bytes]]) -> Mapping[str, list[str]]:
    """Return names of diagrams by the callable ids in their bytes; reading confirms them."""
    found: dict[str, list[str]] = {}
    for name, content in files:
        if name.endswith(".bpmn"):
            # Without zero bytes the ids stand in UTF-16 as they do in UTF-8.
            for key in set(_HELD.findall(content.replace(b"\0", b""))):
                found.setdefault(key.decode("utf-8", "replace"), []).append(name)
    return found


def called_diagrams(document: Document, files: Mapping[str, bytes]) -> tuple[Document, ...]:
    """Return the diagrams among `files` that hold what this one calls, and what those call."""
    found: list[Document] = []
    wanted = _calls(document)
    held = set(called_ids([document])) if wanted else set()
    wanted -= held
    if not wanted:
        return ()
    holders = files.holders if isinstance(files, Folder) else holders_in(files.items())
    tried: set[str] = set()
    while wanted:
        key = min(wanted)
        tried.add(key)
        other = _holding(key, document, holders.get(key, []), files)
        if other is not None:
            found.append(other)
            held |= set(called_ids([other]))
            wanted |= _calls(other)
        wanted -= held | tried
    return tuple(found)


def called_ids(documents: Iterable[Document]) -> Iterator[str]:
    """Yield the ids of everything in these diagrams that can be called."""
    for document in documents:
        for element in bpmn.children(document.root, *CALLABLE):
            key = bpmn.ident(element)
            if key is not None:
                yield key


def target_of(call: Element) -> str | None:
    """Return the id that a call activity calls."""
    return bpmn.reference(call, "calledElement")


def _calls(document: Document) -> set[str]:
    calls = (target_of(call) for call in document.drawn("callActivity"))
    return {wanted for wanted in calls if wanted is not None}


def _holding(
    wanted: str, document: Document, names: list[str], files: Mapping[str, bytes],
) -> Document | None:
    for name in sorted(names):
        content = files.get(name, b"")
        if content == document.content:
            continue
        try:
            other = read(content, document.limits)
        except Refused:
            continue
        if wanted in called_ids([other]):
            return other
    return None
