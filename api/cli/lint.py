"""`motcua lint` (soát sơ đồ): everything wrong with diagrams, with line and hint, no database."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

from engine.errors import Invalid
from engine.flow.lint import lint as lint_diagram
from engine.step import Finding

#: Bytes read of one file: one more than a diagram may have, so that too much is noticed.
_MOST = 2_000_001


class Folder(Mapping[str, bytes]):
    """The files around a diagram by name, each read when it is asked for.

    Forms of a diagram in bpmn/<name>/ may also lie in forms/<name>/, as in the built-in pack.
    """

    def __init__(self, file: Path, content: bytes) -> None:
        self._file, self._content = file, content

    @cached_property
    def _places(self) -> dict[str, Path]:
        here = self._file.absolute().parent
        folders = [here]
        if here.parent.name == "bpmn":
            folders.append(here.parent.parent / "forms" / here.name)
        found: dict[str, Path] = {}
        for folder in folders:
            for path in _files_in(folder):
                found.setdefault(path.name, path)
        return found

    def __getitem__(self, name: str) -> bytes:
        """Return the bytes of a file, empty where it cannot be read any more."""
        if name == self._file.name:
            return self._content
        path = self._places[name]
        try:
            return _bytes_of(path)
        except OSError:
            return b""

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter({self._file.name: None, **dict.fromkeys(self._places)})

    def __len__(self) -> int:
        """Return the number of files."""
        return len(list(iter(self)))


def lint(argv: list[str]) -> int:
    """Print the findings of each file; return 0, 1 for an error finding, 2 for an unopened file.

    With `--json` the answer has the shape of design.md section 5, printed in every case.
    """
    try:
        options = _parser().parse_args(argv)
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
        folder = Folder(Path(name), content)
        report = lint_diagram(folder, Path(name).name, documentation=options.documentation)
        reports.append((name, report.findings))
    _print(reports, as_json=options.json)
    failed = any(f.severity == "error" for _, findings in reports for f in findings)
    return 2 if unopened else int(failed)


class _Parser(argparse.ArgumentParser):
    """Raises instead of leaving the process, so that a fault is answered with JSON too."""

    def error(self, message: str) -> NoReturn:
        raise Invalid(
            f"Dòng lệnh sai: {message}", f"bad arguments: {message}", code="bad-arguments",
        )


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="motcua lint", description="Soát sơ đồ BPMN (check BPMN diagrams).",
        allow_abbrev=False,
    )
    parser.add_argument("file", nargs="+", metavar="FILE")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--documentation", action="store_true",
        help="sơ đồ chỉ để đọc, không để chạy (the drawing is not meant to run)",
    )
    return parser


def _files_in(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_file())
    except OSError:
        return []


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
    """Print text that may hold characters which the terminal cannot show."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding))
