"""Correlations from drawings (đối chiếu): keys of messages, and what a process says of its own.

A key is one or several properties; each property says where it stands in a message, and a process
may say what it expects from its own data (BPMN 2.0.2 section 8.4.2).
"""

from __future__ import annotations

from collections.abc import Mapping

from lxml.etree import _Element as Element

from engine.expressions import Expression, compile_expression
from engine.flow.bpmn import child, children, inside, reference, text
from engine.flow.building.drawing import Drawing, refs

Named = tuple[tuple[str, Expression], ...]


class Correlations:
    """Looks up the key of a message and what the process around a node expects of it."""

    def __init__(self, drawing: Drawing) -> None:
        self._paths = message_paths(drawing.root)
        self._keys = key_properties(drawing.root)
        self._read = {message: {name: compile_expression(path) for name, path in paths.items()}
                      for message, paths in self._paths.items()}

    def key(self, message: str) -> Named:
        """Return the properties of the key that a message carries, where they stand in it."""
        paths = self._read.get(message, {})
        return tuple((name, paths[name]) for name in carried(self._paths.get(message, {}),
                                                             self._keys))

    def expected(self, process: Element) -> Named:
        """Return what a process expects of properties, reckoned from its own data."""
        return tuple(
            (name, compile_expression(path))
            for said in children(process, "correlationSubscription")
            for name, path in bindings(said).items()
        )


def message_paths(root: Element) -> dict[str, dict[str, str]]:
    """Return, for each message, where its correlation properties stand in it."""
    found: dict[str, dict[str, str]] = {}
    for drawn in children(root, "correlationProperty"):
        for way in children(drawn, "correlationPropertyRetrievalExpression"):
            path = text(next(inside(way, "messagePath", "formalExpression"), None))
            message = reference(way, "messageRef")
            if message and path:
                found.setdefault(message, {})[drawn.get("id") or ""] = path
    return found


def key_properties(root: Element) -> list[list[str]]:
    """Return the properties of each correlation key, in document order."""
    keys = [refs(key, "correlationPropertyRef") for key in inside(root, "correlationKey")]
    return [key for key in keys if key]


def whole(paths: Mapping[str, str], keys: list[list[str]]) -> list[list[str]]:
    """Return the keys of which a message gives every property; others are not valid for use."""
    return [key for key in keys if set(key) <= set(paths)]


def carried(paths: Mapping[str, str], keys: list[list[str]]) -> list[str]:
    """Return the properties of the one key that a message carries.

    Properties that stand in no key at all make one together.
    """
    for key in whole(paths, keys):
        return key
    return [] if any(name in key for name in paths for key in keys) else list(paths)


def bindings(subscription: Element) -> dict[str, str]:
    """Return what a process reckons for each property, by property."""
    found: dict[str, str] = {}
    for drawn in children(subscription, "correlationPropertyBinding"):
        name, path = reference(drawn, "correlationPropertyRef"), child(drawn, "dataPath")
        if name and text(path):
            found[name] = text(path)
    return found
