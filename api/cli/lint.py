"""`motcua lint` (soát sơ đồ): everything wrong with diagrams, with line and hint, no database."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from api.bounds import bounds
from api.cli.around import Around, bytes_of, index
from api.cli.parsing import JSON, Refusing
from engine.errors import Invalid
from engine.flow.confined import Confinement, directly
from engine.step import Finding

#: Control characters, and those that change the direction of what follows them.
_OBEYED = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def lint(argv: list[str]) -> int:
    """Print the findings of each file; return 0, 1 for an error finding, 2 for an unopened file.

    With `--json` the answer has the shape told in docs/commands.md, printed in every case.
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
            content = bytes_of(Path(name))
        except (OSError, ValueError) as error:
            unopened = True
            reports.append((name, (_cannot_open(name, error),)))
            continue
        around = Around(Path(name), content)
        index(around, confinement)
        report = confinement.lint(around, Path(name).name, documentation=options.documentation)
        reports.append((name, report.findings))
    _print(reports, as_json=options.json)
    failed = any(f.severity == "error" for _, findings in reports for f in findings)
    return 2 if unopened else int(failed)


def _parser() -> Refusing:
    parser = Refusing("motcua lint", "Soát sơ đồ BPMN và bảng quyết định DMN, không cần cơ sở dữ "
                      "liệu (check BPMN diagrams and DMN tables, without a database).")
    parser.add_argument(
        "file", nargs="+", metavar="FILE", help="tệp .bpmn hoặc .dmn; biểu mẫu và sơ đồ được gọi "
        "tìm bên cạnh (files; forms and called diagrams are found beside them)",
    )
    parser.add_argument("--json", action="store_true", help=JSON)
    parser.add_argument(
        "--documentation", action="store_true",
        help="sơ đồ chỉ để đọc, không để chạy (the drawing is not meant to run)",
    )
    return parser


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
