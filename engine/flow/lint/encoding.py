"""Encoding (bảng mã): letters that would come out wrong because the file names another set."""

from __future__ import annotations

from engine.flow.encodings import doubtful
from engine.flow.findings import finding
from engine.flow.lint.report import Subject
from engine.step import Finding


def encoding_findings(subject: Subject) -> list[Finding]:
    """Return a warning where a file names a single-byte set and holds UTF-8."""
    name = doubtful(subject.document.content)
    return [] if name is None else [finding("warning", "encoding-doubtful", subject.document.root, (
        f"Tệp khai báo bảng mã “{name}” nhưng các byte là UTF-8: chữ có dấu sẽ sai.",
        f"The file declares '{name}' and its bytes are UTF-8: accented letters come out wrong.",
    ), ('Sửa dòng đầu thành encoding="UTF-8".', 'Change its first line to encoding="UTF-8".'))]
