"""Packs (gói thủ tục): procedures that come installed, our own and those of other wheels.

A pack is pure data: an entry point of the group `motcua.packs` names a package, and each folder of
it, or the package itself, that holds a drawing is one procedure. No code of a pack is run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from importlib.metadata import entry_points
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path

from engine.errors import NotFound

#: The entry-point group by which a wheel says that it holds procedures.
GROUP = "motcua.packs"
#: What belongs to a procedure; the rest of a pack's files stays where it is.
SUFFIXES = (".bpmn", ".dmn", ".form")
#: Where a package describes the connectors that its drawings name.
CONNECTORS = "connectors.json"


@dataclass(frozen=True)
class Installed:
    """One procedure of a pack: names of pack and folder, and its source files by name."""

    pack: str
    name: str
    files: Mapping[str, bytes] = field(repr=False)


def installed() -> list[Installed]:
    """Return every installed procedure, the built-in pack first, by pack and name."""
    found = list(_builtin())
    for pack, place in _packages():
        found.extend(_of_package(pack, place))
    return found


def connectors() -> list[tuple[str, bytes]]:
    """Return the descriptions of connectors that packs bring, by name of the pack."""
    found = []
    for pack, place in _packages():
        file = place / CONNECTORS
        if file.is_file():
            found.append((pack, file.read_bytes()))
    return found


def procedure(pack: str, name: str) -> Installed:
    """Return one installed procedure; raise NotFound naming those there are."""
    every = installed()
    for candidate in every:
        if (candidate.pack, candidate.name) == (pack, name):
            return candidate
    there = ", ".join(f"{found.pack}/{found.name}" for found in every)
    raise NotFound(
        f"Không có gói {pack}/{name}; có: {there}.",
        f"There is no {pack}/{name} among the packs; there are: {there}.", code="no-pack",
    )


def _packages() -> Iterator[tuple[str, Path]]:
    """Yield the name and the folder of each pack that was installed beside our own."""
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        # Found, not imported: a pack is data, and its code has no business here.
        spec = find_spec(point.value)
        for place in (spec.submodule_search_locations or ()) if spec else ():
            yield point.name, Path(place)


def _builtin() -> Iterator[Installed]:
    """Yield our own pack, which spans two folders: drawings in bpmn/, forms in forms/."""
    forms = resources.files("forms")
    for folder in _folders(resources.files("bpmn")):
        files = _files(folder) | _files(forms / folder.name)
        if _draws(files):
            yield Installed("builtin", folder.name, files)


def _of_package(pack: str, package: Traversable) -> Iterator[Installed]:
    for folder in (package, *_folders(package)):
        files = _files(folder)
        if _draws(files):
            yield Installed(pack, folder.name, files)


def _folders(place: Traversable) -> list[Traversable]:
    return sorted((f for f in place.iterdir() if f.is_dir()), key=lambda folder: folder.name)


def _files(folder: Traversable) -> dict[str, bytes]:
    if not folder.is_dir():
        return {}
    found = sorted(folder.iterdir(), key=lambda file: file.name)
    return {f.name: f.read_bytes() for f in found if f.name.endswith(SUFFIXES)}


def _draws(files: Mapping[str, bytes]) -> bool:
    return any(name.endswith(".bpmn") for name in files)
