"""Decisions (bảng quyết định) that a diagram calls: found beside it, readable, fed with data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache, partial

from lxml.etree import _Element as Element

from engine.flow.dmn import check_decisions
from engine.flow.dmn.folder import DECIDING, Held
from engine.flow.dmn.tasks import SHAPES, Called, called
from engine.flow.findings import finding, label
from engine.flow.lint.report import Subject
from engine.flow.lower.decisions import TAG, carried
from engine.step import Finding, Severity


def decision_findings(subject: Subject) -> list[Finding]:
    """Return findings on each business rule task that calls a decision."""
    drawn = [(task, call) for task in subject.document.drawn(*DECIDING)
             if (call := called(task)) is not None]
    kept = carried(subject.document.root) if drawn else {}
    # Many tasks may call one file, or one decision.
    checked, unfed = cache(check_decisions), cache(partial(_unfed, subject))
    found: list[Finding] = []
    for task, call in drawn:
        found += _called(task, call)
        held = subject.decisions.get(call.decision)
        if held is not None and not call.dynamic:
            found += _held(task, call, held, checked(held.content, held.limits))
            found += [_unknown(task, call, name, close) for name, close in unfed(call.decision)]
        elif not call.dynamic and task.get(TAG) not in kept:
            found.append(_missing(subject, task, call))
    return found


def _called(task: Element, call: Called) -> Iterator[Finding]:
    if call.shape not in SHAPES:
        yield _shape(task, call)
    if call.dynamic:
        yield _dynamic(task, call)


def _shape(task: Element, call: Called) -> Finding:
    close = get_close_matches(call.shape, SHAPES, 1)
    return finding("error", "decision-mapping", task, (
        f"Không rõ cách lấy kết quả “{call.shape[:40]}” của “{label(task)}”.",
        f"The mapping '{call.shape[:40]}' of '{label(task)}' is unknown.",
    ), (f"Có phải là {close[0]}?", f"Did you mean {close[0]}?") if close else (
        f"Có: {', '.join(SHAPES)}.", f"There are: {', '.join(SHAPES)}."))


def _dynamic(task: Element, call: Called) -> Finding:
    return finding("error", "decision-dynamic", task, (
        f"“{label(task)}” chọn quyết định bằng biểu thức “{call.decision[:60]}”.",
        f"'{label(task)}' picks its decision by the expression '{call.decision[:60]}'.",
    ), (
        "Ghi mã của quyết định: quyết định được duyệt phải là quyết định được chạy.",
        "Write the id of the decision: what is approved must be what runs.",
    ))


def _missing(subject: Subject, task: Element, call: Called) -> Finding:
    grade: Severity = "warning" if subject.known is None else "error"
    return finding(grade, "decision-missing", task, (
        f"Không tệp .dmn nào bên cạnh có quyết định “{call.decision[:80]}” của “{label(task)}”.",
        f"No .dmn file beside it holds the decision '{call.decision[:80]}' of '{label(task)}'.",
    ), (
        "Đặt tệp .dmn cùng thư mục với sơ đồ; thiếu nó, bước này chờ một dịch vụ trả lời.",
        "Put the .dmn file beside the diagram; without it the step waits for a service.",
    ))


def _held(
    task: Element, call: Called, held: Held, said: Iterable[Finding],
) -> Iterator[Finding]:
    files = ", ".join((held.file, *held.others))
    if held.others:
        yield finding("warning", "decision-in-two-files", task, (
            f"“{call.decision}” có trong nhiều tệp: {files}; tệp đầu được dùng.",
            f"'{call.decision}' is in several files: {files}; the first counts.",
        ), ("Giữ một tệp.", "Keep one of the files."))
    for remark in said:
        if remark.severity != "info":
            yield finding(remark.severity, remark.code, task, (
                f"{held.file}, dòng {remark.line or 1}: {remark.vi}",
                f"{held.file}, line {remark.line or 1}: {remark.en}",
            ), (remark.hint_vi, remark.hint_en))


def _unfed(subject: Subject, decision: str) -> list[tuple[str, str | None]]:
    """Return the names that a decision reads and nothing provides, each with one that is close."""
    names, decisions = subject.names, subject.decisions[decision].decisions
    if decisions is None:
        return []
    known = names.known | {word for name, word in decisions.spelled.items() if name in names.known}
    missing = sorted(decisions.names(decision) - known)
    guesses = [(name, next(iter(get_close_matches(name, known, 1, 0.75)), None))
               for name in missing]
    return [(name, close) for name, close in guesses if close is not None or not names.open]


def _unknown(task: Element, call: Called, name: str, close: str | None) -> Finding:
    return finding("warning", "expression-unknown-name", task, (
        f"Quyết định “{call.decision}” đọc “{name}”, không bước hay biểu mẫu nào cho ra.",
        f"The decision '{call.decision}' reads '{name}', which no task or form provides.",
    ), (f"Có phải là {close}?", f"Did you mean {close}?") if close is not None else (
        "Thêm trường đó vào biểu mẫu của một bước trước.",
        "Add the field to the form of an earlier task.",
    ))
