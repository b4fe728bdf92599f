"""Parameters of a procedure (tham số thủ tục): values that would otherwise be read as unsaid."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.flow import bpmn
from engine.flow.findings import Sentence, finding
from engine.flow.lint.report import Subject
from engine.step import Finding

_YES_OR_NO: tuple[str, Sentence] = (
    r"true|false|1|0", ("Viết true hoặc false.", "Write true or false."),
)
#: Attribute of the process -> what its value must be like, and what to write.
_VALUES: Mapping[str, tuple[str, Sentence]] = {
    "calendarDays": _YES_OR_NO, "tacitConsent": _YES_OR_NO,
    "supplementDays": (r"[1-9][0-9]{0,2}", (
        "Viết số ngày làm việc, từ 1 đến 999; bỏ đi thì theo bộ quy tắc.",
        "Write a number of working days, 1 to 999; without it the rule set's number holds.",
    )),
}


def parameter_findings(subject: Subject) -> list[Finding]:
    """Return an error for each parameter of the procedure whose value says nothing."""
    if subject.procedure is None:
        return []
    found: list[Finding] = []
    for name, (pattern, write) in _VALUES.items():
        value = bpmn.motcua(subject.procedure, name)
        if value is not None and not re.fullmatch(pattern, value):
            found.append(finding("error", "parameter-unreadable", subject.procedure, (
                f"Giá trị “{value[:60]}” của motcua:{name} không đọc được.",
                f"The value '{value[:60]}' of motcua:{name} cannot be read.",
            ), write))
    return found
