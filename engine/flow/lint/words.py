"""Words (lời trong sơ đồ): every expression, script and time, read as the engine will read it."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element as Element

from engine import expressions
from engine.errors import Invalid
from engine.expressions import ExpressionError
from engine.flow import bpmn, timers
from engine.flow.building.payload import split_payload
from engine.flow.document import Document
from engine.flow.findings import Sentence, finding, holder, label
from engine.flow.lint.cron import is_cron
from engine.flow.lint.names import Names
from engine.flow.lint.report import Subject
from engine.flow.lint.times import TIMES, timer_findings
from engine.step import Finding

_WHERE: tuple[tuple[str, Sentence], ...] = (
    ("conditionExpression", ("điều kiện", "condition")),
    ("condition", ("điều kiện", "condition")),
    ("activationCondition", ("điều kiện kích hoạt", "activation condition")),
    ("loopCardinality", ("số lần lặp", "loop cardinality")),
    ("loopCondition", ("điều kiện lặp", "loop condition")),
    ("completionCondition", ("điều kiện hoàn thành", "completion condition")),
    ("messagePath", ("khóa đối chiếu", "correlation key")),
    ("dataPath", ("khóa đối chiếu", "correlation key")),
)


def word_findings(subject: Subject) -> list[Finding]:
    """Return findings on every text in the drawing that the engine reads as an expression."""
    names, drawn = subject.names, subject.document.drawn
    found: list[Finding] = []
    for kind, place in _WHERE:
        for element in drawn(kind):
            text = bpmn.text(element)
            if text and not (kind == "condition" and not _conditional(element)):
                found += _expression(element, text, place, names)
    for element in drawn("timerEventDefinition"):
        found += _timer(element, names)
    for element in drawn("scriptTask"):
        found += _script(element, names)
    for element in drawn("message"):
        found += _payload(element, names)
    return [*found, *_attributes(subject.document, names), *_limits(subject)]


def _conditional(element: Element) -> bool:
    parent = element.getparent()
    return parent is not None and bpmn.kind(parent) in (
        "conditionalEventDefinition", "complexBehaviorDefinition")


def _attributes(document: Document, names: Names) -> Iterator[Finding]:
    """Yield findings on expressions that other tools write into attributes."""
    for many in document.marked("multiInstanceLoopCharacteristics"):
        for text in (bpmn.camunda(many, "collection"), bpmn.motcua(many, "outputElement")):
            if text:
                yield from _expression(many, text, ("của phép lặp", "loop expression"), names)
    for message in document.marked("message", "receiveTask"):
        key = bpmn.motcua(message, "key")
        if key:
            yield from _expression(message, key, ("khóa đối chiếu", "correlation key"), names)


def _expression(
    element: Element, text: str, place: Sentence, names: Names,
) -> Iterator[Finding]:
    for problem in expressions.check(text):
        yield _bad(element, text, place, problem)
    try:
        used = expressions.compile_expression(text).names
    except ExpressionError:
        return
    yield from _unknown(element, sorted(used - names.known), place, names)


def _bad(
    element: Element, text: str, place: Sentence, problem: expressions.Problem | ExpressionError,
) -> Finding:
    shown = text if len(text) <= 60 else text[:59] + "…"
    seen = label(holder(element))
    vi, en = ("", "") if problem.column is None else (
        f", ký tự {problem.column}", f", character {problem.column}")
    return finding("error", problem.code, element, (
        f"Biểu thức {place[0]} “{shown}” ở “{seen}”{vi}: {problem.vi}",
        f"The {place[1]} '{shown}' at '{seen}'{en}: {problem.en}",
    ), (problem.hint_vi, problem.hint_en))


def _unknown(
    element: Element, missing: list[str], place: Sentence, names: Names,
) -> Iterator[Finding]:
    for name in missing:
        close = names.close(name)
        if close is None and names.open:
            continue
        yield finding("warning", "expression-unknown-name", element, (
            (f"Biểu thức {place[0]} ở “{label(holder(element))}” dùng “{name}”, không bước hay "
             "biểu mẫu nào cho ra tên đó."),
            (f"The {place[1]} at '{label(holder(element))}' uses '{name}', which no task or form "
             "provides."),
        ), (f"Có phải là {close}?", f"Did you mean {close}?") if close is not None else (
            "Thêm trường đó vào biểu mẫu của một bước trước.",
            "Add the field to the form of an earlier task.",
        ))


def _timer(element: Element, names: Names) -> Iterator[Finding]:
    yield from timer_findings(element)
    for child in bpmn.children(element, *TIMES):
        text = bpmn.text(child)
        if not text or timers.readable(TIMES[bpmn.kind(child)], text) or is_cron(text):
            continue
        try:
            used = expressions.compile_expression(text).names
        except ExpressionError:
            continue
        yield from _unknown(child, sorted(used - names.known), ("thời gian", "time"), names)


def _script(element: Element, names: Names) -> Iterator[Finding]:
    text = bpmn.script(element)
    place = ("của bước kịch bản", "script")
    try:
        lines = expressions.assignments(text)
    except ExpressionError as error:
        yield _bad(element, text or label(element), place, error)
        return
    made: set[str] = set()
    for line in lines:
        yield from _unknown(
            element, sorted(line.expression.names - names.known - made), place, names,
        )
        made.add(line.name)


def _payload(element: Element, names: Names) -> Iterator[Finding]:
    for part in split_payload(bpmn.motcua(element, "payload") or ""):
        name, sign, value = part.partition("=")
        text = (value if sign else name).strip()
        yield from _expression(element, text, ("nội dung thông điệp", "payload"), names)
        if sign and not name.strip().isidentifier():
            yield finding("error", "payload-name", element, (
                f"“{name.strip()[:60]}” không dùng làm tên trong nội dung thông điệp được.",
                f"'{name.strip()[:60]}' cannot be a name in a message's payload.",
            ), ("Viết: tên hoặc tên = biểu thức.", "Write: name, or name = expression."))


def _limits(subject: Subject) -> Iterator[Finding]:
    for process in subject.document.processes:
        for limit in process.iter(f"{{{bpmn.MOTCUA}}}limit"):
            when = (limit.get("when") or "").strip()
            try:
                expressions.compile_expression(when)
            except Invalid as error:
                yield finding("error", error.code, limit, (
                    f"Điều kiện của thời hạn “{when[:60]}”: {error.vi}",
                    f"The condition of a limit '{when[:60]}': {error.en}",
                ))
