"""`motcua lint` (soát sơ đồ): everything wrong with diagrams, with line and hint, no database."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from api.bounds import bounds
from api.cli.parsing import Parser
from engine.errors import Invalid
from engine.flow.beside import Folder, holders_in
from engine.flow.confined import Confinement, Exceeded, directly
from engine.step import Finding

#: Bytes read of one file: one more than a diagram may have, so that too much is noticed.
_MOST = 2_000_001
#: Control characters, and those that change the direction of what follows them.
_OBEYED = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
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
                return _bytes_of(folder / name)
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


def lint(argv: list[str]) -> int:
    """Print the findings of each file; return 0, 1 for an error finding, 2 for an unopened file.

    With `--json` the answer has the shape of design.md section 5, printed in every case.
    """
    try:
        options = _parser().parse_args(argv)
        confinement = Confinement(directly, bounds(os.environ))
    except Invalid as error:
        _print([], as_json="--json" in argv)
        print(f"motcua lint: {error.vi}\n({error.en})", file=sys.stderr)
        return 2
    reports: list[tuple[str, tuple[Finding, ...]]] = []
    unopened = False
    for name in options.file:
        try:
            content = _bytes_of(Path(name))
        except (OSError, ValueError) as error:
            unopened = True
            reports.append((name, (_cannot_open(name, error),)))
            continue
        around = Around(Path(name), content)
        _index(around, confinement)
        report = confinement.lint(around, Path(name).name, documentation=options.documentation)
        reports.append((name, report.findings))
    _print(reports, as_json=options.json)
    failed = any(f.severity == "error" for _, findings in reports for f in findings)
    return 2 if unopened else int(failed)


def _parser() -> Parser:
    parser = Parser("lint", "Soát sơ đồ BPMN (check BPMN diagrams).")
    parser.add_argument("file", nargs="+", metavar="FILE")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--documentation", action="store_true",
        help="sơ đồ chỉ để đọc, không để chạy (the drawing is not meant to run)",
    )
    return parser


def _index(around: Around, confinement: Confinement) -> None:
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
            yield path.name, _bytes_of(path)


def _files_in(folder: Path) -> list[Path]:
    try:
        diagrams = [path for path in folder.iterdir() if path.suffix in (".bpmn", ".dmn")]
    except OSError:
        return []
    return sorted(path for path in diagrams if path.is_file())


def _bytes_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MOST)


def _cannot_open(name: str, error: Exception) -> Finding:
    why = getattr(error, "strerror", None) or str(error)
    return Finding(
        "error", "cannot-open", None, None, None, f"Không mở được {name}: {why}.",
        f"Cannot open {name}: {why}.", "Kiểm tra đường dẫn và quyền đọc.",
        "Check the path and the permission to read it.",
    )


def _print(reports: list[tuple[str, tuple[Finding, ...]]], *, as_json: bool) -> None:
    if as_json:
        answer: list[dict[str, Any]] = [
            {"file": name, "findings": [finding.as_json() for finding in findings]}
            for name, findings in reports
        ]
        _write(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    for name, findings in reports:
        for finding in findings:
            _write(_told(name, finding))
    _write(_summary(reports))


def _told(name: str, finding: Finding) -> str:
    place = f"{name}:{finding.line}" if finding.line else name
    lines = [f"{place}: {finding.severity} {finding.code}: {finding.vi}", f"    {finding.en}"]
    if finding.hint_vi:
        lines.append(f"    → {finding.hint_vi} ({finding.hint_en})")
    return "\n".join(lines)


def _summary(reports: list[tuple[str, tuple[Finding, ...]]]) -> str:
    found = [finding.severity for _, findings in reports for finding in findings]
    errors, warnings = found.count("error"), found.count("warning")
    notes = found.count("info")
    return (
        f"{len(reports)} tệp: {errors} lỗi, {warnings} cảnh báo, {notes} ghi chú "
        f"({errors} errors, {warnings} warnings, {notes} notes)"
    )


def _write(text: str) -> None:
    r"""Print text that may hold characters which the terminal cannot show, or would obey.

    They are written as \uXXXX, which JSON reads as the same character.
    """
    encoding = sys.stdout.encoding or "utf-8"
    plain = _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    print(plain.encode(encoding, "backslashreplace").decode(encoding))
