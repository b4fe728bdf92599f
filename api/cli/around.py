"""Around a diagram (tệp quanh sơ đồ): files beside it, and forms where a pack keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from engine.flow.beside import Folder, holders_in
from engine.flow.confined import Confinement, Exceeded

#: Bytes read of one file: one more than a diagram may have, so that too much is noticed.
_MOST = 2_000_001
#: By folder: names of its diagrams by the ids that they hold.
_HOLDERS: dict[Path, Mapping[str, list[str]]] = {}


class Around(Folder):
    """The files around a diagram by name, each read when it is asked for.

    Forms of a diagram in bpmn/<name>/ may also lie in forms/<name>/, as in the built-in pack.
    """

    def __init__(self, file: Path, content: bytes) -> None:
        self._file, self._content = file, content
        here = file.absolute().parent
        self._folders = [here]
        if here.parent.name == "bpmn":
            self._folders.append(here.parent.parent / "forms" / here.name)

    @property
    def holders(self) -> Mapping[str, list[str]]:
        """Names of diagrams beside this one by the ids that they hold."""
        if self.folder not in _HOLDERS:
            _HOLDERS[self.folder] = holders_in(_contents(self.folder))
        return _HOLDERS[self.folder]

    @property
    def folder(self) -> Path:
        """The folder in which the diagram lies."""
        return self._folders[0]

    @property
    def calls(self) -> bool:
        """Tell whether the diagram may call others; a wrong answer costs time alone."""
        return b"callActivity" in self._content

    def __getitem__(self, name: str) -> bytes:
        """Return the bytes of a file; raise KeyError where there is none that can be read."""
        if name == self._file.name:
            return self._content
        if name != Path(name).name or "\0" in name:
            raise KeyError(name)
        for folder in self._folders:
            try:
                return bytes_of(folder / name)
            except OSError:
                continue
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        names = [path.name for folder in self._folders for path in _files_in(folder)]
        return iter(dict.fromkeys([self._file.name, *names]))

    def __len__(self) -> int:
        """Return the number of files."""
        return len(list(iter(self)))


def index(around: Around, confinement: Confinement) -> None:
    """Go over the diagrams of a folder once for all files linted in it, in a child of its own.

    Where that takes too much, the child that lints meets the same bound and says so.
    """
    if around.calls and around.folder not in _HOLDERS:
        with suppress(Exceeded):
            _HOLDERS[around.folder] = confinement.runner(
                lambda: around.holders, confinement.bounds,
            )


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in _files_in(folder):
        with suppress(OSError):
            yield path.name, bytes_of(path)


def _files_in(folder: Path) -> list[Path]:
    try:
        diagrams = [path for path in folder.iterdir() if path.suffix in (".bpmn", ".dmn")]
    except OSError:
        return []
    return sorted(path for path in diagrams if path.is_file())


def bytes_of(path: Path) -> bytes:
    """Return the bytes of a file, or more than any diagram may have; raise OSError."""
    with path.open("rb") as file:
        return file.read(_MOST)
