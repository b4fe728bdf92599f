"""The registry (danh mục kết nối): connectors by name, from packs and from configuration.

A file of JSON or TOML: {"connectors": {name: {"kind": ..., ...}}, "topics": {name: [persons]},
"private_hosts": [...], "signatures": {...}}. Packs bring connectors alone; what the file says
of one of theirs wins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from engine.links.connectors.http import read_http
from engine.links.connectors.lookup import read_lookup
from engine.links.connectors.orders import Connector
from engine.links.connectors.reading import Section, bad, file_bytes, parsed
from engine.links.connectors.sign import Sign, read_sign
from engine.links.connectors.smtp import read_smtp
from engine.links.connectors.trusting import trust_of
from engine.links.outward import Outward
from engine.signatures import Trust

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
    trust: Trust = field(default_factory=Trust, repr=False)

    def close(self) -> None:
        """Close the connections that are kept."""
        if self.outward is not None:
            self.outward.close()

    @property
    def names(self) -> frozenset[str]:
        """Return the names that drawings may use."""
        return frozenset(self.connectors)

    @property
    def officials(self) -> Mapping[str, frozenset[str]]:
        """Return the officials who have a certificate, by the connector that signs with it."""
        return {
            name: frozenset(one.officials) for name, one in self.connectors.items()
            if isinstance(one, Sign)
        }

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
        held = Section(f"{pack}/connectors.json", parsed(f"{pack}/connectors.json", content))
        described |= _described(held)
        held.end()
    top = Section(str(file), {} if file is None else parsed(str(file), file_bytes(file)))
    described |= _described(top)
    trust = trust_of(top.section("signatures"))
    outward = Outward(frozenset(top.texts("private_hosts")))
    topics = top.section("topics")
    allowed = {name: frozenset(topics.texts(name)) for name in topics.sections()}
    top.end()
    return Registry(_made(described, outward, trust), allowed, outward, trust)


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


def _made(
    described: Mapping[str, Section], outward: Outward, trust: Trust,
) -> dict[str, Connector]:
    kinds: Mapping[str, Callable[[Section, Outward], Connector]] = {
        **_KINDS, "sign": partial(read_sign, trust=trust),
    }
    return {
        name: kinds[section.one_of("kind", tuple(kinds))](section, outward)
        for name, section in described.items()
    }
