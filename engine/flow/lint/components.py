"""Components (thành phần hồ sơ) as drawn: codes, classes, copies, counts and their conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from lxml.etree import _Element as Element

from engine import expressions
from engine.components.declared import CLASSES, CODE, COPIES, MOST_COUNT, RESERVED
from engine.errors import Invalid
from engine.flow import bpmn
from engine.flow.findings import finding
from engine.flow.lint.names import Names
from engine.flow.lint.report import Subject
from engine.step import Finding

_BOOLEANS = {"true", "false", "1", "0"}


def component_findings(subject: Subject) -> list[Finding]:
    """Return findings on every motcua:component: what cannot be read, and what would not count."""
    found: list[Finding] = []
    for process in subject.document.processes:
        drawn = list(process.iter(f"{{{bpmn.MOTCUA}}}component"))
        if not drawn:
            continue
        if not bpmn.motcua(process, "procedureCode"):
            found.append(_elsewhere(drawn[0]))
        found += _twice(drawn)
        for item in drawn:
            found += [*_words(item), *_numbers(item), *_condition(item, subject.names)]
    return found


def _words(item: Element) -> Iterator[Finding]:
    code = (item.get("code") or "").strip()
    if not CODE.fullmatch(code) or code in RESERVED:
        yield finding("error", "component-code", item, (
            f"Mã thành phần hồ sơ “{code[:60]}” không dùng được.",
            f"The component code '{code[:60]}' cannot be used.",
        ), (
            ("Ghi 1 đến 60 chữ cái không dấu, chữ số và . _ -, ví dụ KQ.G15.000015; "
             f"không dùng {', '.join(sorted(RESERVED))}."),
            ("Write 1 to 60 ASCII letters, digits and . _ -, for example KQ.G15.000015; "
             f"not {', '.join(sorted(RESERVED))}."),
        ))
    if not (item.get("name") or "").strip():
        yield finding("error", "component-name", item, (
            f"Thành phần hồ sơ “{code[:60]}” chưa có tên giấy tờ.",
            f"The component '{code[:60]}' has no name.",
        ), ("Ghi name, ví dụ: Giấy khai sinh.", "Write a name, for example: Giấy khai sinh."))
    yield from _one_of(item, "class", CLASSES)
    yield from _one_of(item, "copy", COPIES)


def _one_of(item: Element, name: str, words: Mapping[str, tuple[str, str]]) -> Iterator[Finding]:
    value = item.get(name)
    if value is None or value in words:
        return
    close = get_close_matches(value, words, 1)
    options = ", ".join(f"{word} ({vi})" for word, (vi, _) in words.items())
    english = ", ".join(f"{word} ({en})" for word, (_, en) in words.items())
    hint = (f"Có phải là {close[0]}?", f"Did you mean {close[0]}?") if close else (
        f"Chọn: {options}.", f"Choose: {english}.")
    yield finding("error", f"component-{name}", item, (
        f"Thành phần hồ sơ có {name} không rõ: “{value[:60]}”.",
        f"The component has an unknown {name}: '{value[:60]}'.",
    ), hint)


def _numbers(item: Element) -> Iterator[Finding]:
    count = item.get("count", "1")
    if not (count.isascii() and count.isdigit() and 1 <= int(count[:9]) <= MOST_COUNT):
        yield finding("error", "component-count", item, (
            f"Số lượng “{count[:60]}” không phải số từ 1 đến {MOST_COUNT}.",
            f"The count '{count[:60]}' is no number from 1 to {MOST_COUNT}.",
        ), ("Ghi ví dụ count=\"1\".", "Write for example count=\"1\"."))
    required = item.get("required", "true")
    if required not in _BOOLEANS:
        yield finding("error", "component-required", item, (
            f"required “{required[:60]}” phải là true hoặc false.",
            f"required '{required[:60]}' must be true or false.",
        ))


def _condition(item: Element, names: Names) -> Iterator[Finding]:
    when = (item.get("when") or "").strip()
    if not when:
        return
    try:
        used = expressions.compile_expression(when).names
    except Invalid as error:
        yield finding("error", error.code, item, (
            f"Điều kiện của thành phần hồ sơ “{when[:60]}”: {error.vi}",
            f"The condition of a component '{when[:60]}': {error.en}",
        ))
        return
    for name in sorted(used - names.known):
        if not names.open:
            yield finding("warning", "expression-unknown-name", item, (
                f"Điều kiện của thành phần hồ sơ dùng “{name}”, không biểu mẫu nào cho ra tên đó.",
                f"The condition of a component uses '{name}', which no form provides.",
            ), ("Thêm trường đó vào biểu mẫu mở hồ sơ.", "Add the field to the start form."))


def _twice(drawn: list[Element]) -> Iterator[Finding]:
    seen: set[str] = set()
    for item in drawn:
        code = (item.get("code") or "").strip()
        if code and code in seen:
            yield finding("error", "component-twice", item, (
                f"Hai thành phần hồ sơ cùng mã “{code[:60]}”.",
                f"Two components have the code '{code[:60]}'.",
            ), ("Mỗi loại giấy tờ khai một lần; số bản ghi ở count.",
                "Declare each type of paper once; how many of it, say in count."))
        seen.add(code)


def _elsewhere(item: Element) -> Finding:
    return finding("warning", "component-not-lead", item, (
        "Thành phần hồ sơ khai ở process không có mã thủ tục nên không được tính.",
        "Components are declared in a process without a procedure code and do not count.",
    ), ("Khai ở process của đơn vị tiếp nhận.", "Declare them in the receiving unit's process."))
