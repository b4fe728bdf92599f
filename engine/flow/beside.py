"""Beside (tệp bên cạnh): the other diagrams of a folder that a diagram calls, directly or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml.etree import _Element as Element

from engine.flow import bpmn
from engine.flow.findings import Refused
from engine.flow.read import Document, read

#: What a call activity may call.
CALLABLE = (
    "process", "globalTask", "globalUserTask", "globalManualTask", "globalScriptTask",
    "globalBusinessRuleTask",
)


def called_diagrams(document: Document, files: Mapping[str, bytes]) -> tuple[Document, ...]:
    """Return the diagrams among `files` that hold what this one calls, and what those call.

    Only files whose bytes name the wanted id are read, so a folder may hold thousands.
    """
    found: list[Document] = []
    held = set(called_ids([document]))
    wanted = list(_calls(document) - held)
    while wanted:
        other = _holding(wanted.pop(), document, files)
        if other is None:
            continue
        found.append(other)
        held |= set(called_ids([other]))
        wanted = sorted((set(wanted) | _calls(other)) - held)
    return tuple(found)


def called_ids(documents: Iterator[Document] | list[Document]) -> Iterator[str]:
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
    calls = (target_of(call) for call in bpmn.inside(document.root, "callActivity"))
    return {wanted for wanted in calls if wanted is not None}


def _holding(wanted: str, document: Document, files: Mapping[str, bytes]) -> Document | None:
    spelled = [sign + wanted.encode() + sign for sign in (b'"', b"'")]
    for name in sorted(files):
        if not name.endswith(".bpmn"):
            continue
        content = files[name]
        if content == document.content or not any(text in content for text in spelled):
            continue
        try:
            other = read(content)
        except Refused:
            continue
        if wanted in called_ids([other]):
            return other
    return None
