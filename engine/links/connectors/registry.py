"""The registry (danh mục kết nối): connectors by name, from packs and from configuration.

A file of JSON or TOML: {"connectors": {name: {"kind": ..., ...}}, "topics": {name: [persons]},
"private_hosts": [...]}. Packs bring connectors alone; what the file says of one of theirs wins.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.links.connectors.http import read_http
from engine.links.connectors.lookup import read_lookup
from engine.links.connectors.orders import Connector
from engine.links.connectors.reading import Section, bad
from engine.links.connectors.smtp import read_smtp
from engine.links.outward import Outward

_KINDS: Mapping[str, Callable[[Section, Outward], Connector]] = {
    "http": read_http, "lookup": read_lookup, "smtp": read_smtp,
}
#: Names as drawings write them.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True)
class Registry:
    """Connectors by name, and for the topics that are listed the persons who may ask for them."""

    connectors: Mapping[str, Connector] = field(default_factory=dict)
    topics: Mapping[str, frozenset[str]] = field(default_factory=dict)
    outward: Outward | None = field(default=None, repr=False)

    def close(self) -> None:
        """Close the connections that are kept."""
        if self.outward is not None:
            self.outward.close()

    @property
    def names(self) -> frozenset[str]:
        """Return the names that drawings may use."""
        return frozenset(self.connectors)

    @property
    def longest(self) -> float:
        """Return the seconds after which a call of any connector has ended."""
        return max((one.limit for one in self.connectors.values()), default=0.0)


def read_registry(packs: Iterable[tuple[str, bytes]], file: Path | None) -> Registry:
    """Return the registry of packs (name and bytes of connectors.json) and of a file.

    Raises Invalid naming file and place where something cannot be read.
    """
    described: dict[str, Section] = {}
    for pack, content in packs:
        held = Section(f"{pack}/connectors.json", _parsed(f"{pack}/connectors.json", content))
        described |= _described(held)
        held.end()
    top = Section(str(file), {} if file is None else _parsed(str(file), _bytes(file)))
    described |= _described(top)
    outward = Outward(frozenset(top.texts("private_hosts")))
    topics = top.section("topics")
    allowed = {name: frozenset(topics.texts(name)) for name in topics.sections()}
    top.end()
    return Registry(_made(described, outward), allowed, outward)


def _described(top: Section) -> dict[str, Section]:
    below = top.section("connectors")
    found = {}
    for name, held in below.sections().items():
        if not _NAME.fullmatch(name):
            raise bad(
                below.at(name), "tên chỉ gồm chữ không dấu, số, và . _ -",
                "a name has ASCII letters, digits, and . _ -",
            )
        found[name] = Section(below.at(name), held)
    return found


def _made(described: Mapping[str, Section], outward: Outward) -> dict[str, Connector]:
    return {
        name: _KINDS[section.one_of("kind", tuple(_KINDS))](section, outward)
        for name, section in described.items()
    }


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        raise bad(str(file), f"không mở được: {why}", f"it cannot be opened: {why}") from error


def _parsed(place: str, content: bytes) -> Any:
    try:
        text = content.decode("utf-8")
        return tomllib.loads(text) if place.endswith(".toml") else json.loads(text)
    except (ValueError, RecursionError) as error:
        raise bad(place, f"không đọc được: {error}", f"it cannot be read: {error}") from error
