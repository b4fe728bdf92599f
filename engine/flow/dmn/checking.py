"""Checking decisions (soát bảng quyết định): every finding of a DMN file, with line and hint."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import Any

from lxml.etree import _Element as Element

from engine.errors import Invalid
from engine.expressions import Expression
from engine.flow.bpmn import ident
from engine.flow.dmn import words
from engine.flow.dmn.cells import same
from engine.flow.dmn.model import Decision, Decisions, Formula, Output, Table, provided
from engine.flow.dmn.overlap import overlaps
from engine.flow.dmn.reading import examine
from engine.flow.dmn.spelling import identifier
from engine.flow.dmn.unary import operand_of
from engine.flow.findings import NO_HINT, finding
from engine.flow.limits import Limits, TableLimits
from engine.flow.read import tree
from engine.step import Finding

#: What every expression sees.
_ALWAYS = frozenset({"dossier"})


def check_decisions(content: bytes, limits: TableLimits | None = None) -> tuple[Finding, ...]:
    """Return everything found in a DMN file, errors first read; never raises."""
    allowed = limits or TableLimits()
    decisions, found = examine(content, allowed)
    if decisions is None:
        return found
    root = tree(content, Limits(allowed.size, nesting=allowed.nesting))
    more = [remark for drawn in words.children(root, "decision")
            for remark in _decision(drawn, decisions.by_id[ident(drawn) or ""], decisions)]
    return (*found, *more)


def _decision(drawn: Element, decision: Decision, decisions: Decisions) -> Iterator[Finding]:
    logic = decision.logic
    known = _known(decision, decisions)
    if isinstance(logic, Formula):
        place = words.child(drawn, "literalExpression")
        yield from _names(place if place is not None else drawn, logic.value.names, known)
        return
    table = words.child(drawn, "decisionTable")
    if table is None:
        return
    yield from _inputs(table, logic, known)
    yield from _outputs(table, logic)
    yield from _rules(table, logic, known)
    yield from _overlaps(table, logic)


def _known(decision: Decision, decisions: Decisions) -> tuple[frozenset[str], bool]:
    """Return the names that a decision may read, and whether data may bring others.

    Who draws no input data reads the data of the process.
    """
    known = {*_ALWAYS, *decision.reads}
    for key in decision.requires:
        known |= set(provided(decisions.by_id[key]))
    open_ = not decision.reads
    if open_ and isinstance(decision.logic, Table):
        known |= {name for column in decision.logic.inputs for name in column.value.names}
        known |= {identifier(name) for name in decisions.spelled}
    return frozenset(known), open_


def _names(
    place: Element, names: Collection[str], known: tuple[frozenset[str], bool],
) -> Iterator[Finding]:
    for name in sorted(set(names) - known[0]):
        close = get_close_matches(name, known[0], 1, 0.75)
        if known[1] and not close:
            continue
        yield finding("warning", "expression-unknown-name", place, (
            f"Quyết định dùng “{name}”, không dữ liệu vào nào của nó cho ra tên đó.",
            f"The decision uses '{name}', which none of its requirements provides.",
        ), (f"Có phải là {close[0]}?", f"Did you mean {close[0]}?") if close else (
            "Nối dữ liệu vào hoặc quyết định cho ra tên đó.",
            "Draw a requirement of the input data or decision that provides it.",
        ))


def _inputs(
    table: Element, logic: Table, known: tuple[frozenset[str], bool],
) -> Iterator[Finding]:
    for drawn, column in zip(words.children(table, "input"), logic.inputs, strict=True):
        yield from _names(drawn, column.value.names, known)


def _outputs(table: Element, logic: Table) -> Iterator[Finding]:
    if logic.aggregation is not None and len(logic.outputs) > 1:
        yield finding("error", "decision-aggregation", table, (
            "Phép gộp chỉ dùng được với một cột kết quả.", "Only one output can be aggregated.",
        ), ("Tách bảng, hoặc bỏ phép gộp.", "Split the table, or remove the aggregation."))
    ranked = logic.policy in ("PRIORITY", "OUTPUT ORDER")
    if ranked and not any(output.ranked for output in logic.outputs):
        yield finding("error", "decision-output-values", table, (
            f"Bảng {logic.policy} cần thứ tự các giá trị của cột kết quả.",
            f"A {logic.policy} table needs the order of its output values.",
        ), ('Ghi outputValues, ví dụ: "cao","vừa","thấp".',
            'Write outputValues, for example: "high","medium","low".'))


def _rules(
    table: Element, logic: Table, known: tuple[frozenset[str], bool],
) -> Iterator[Finding]:
    for drawn, rule in zip(words.children(table, "rule"), logic.rules, strict=True):
        for entry, cell in zip(words.children(drawn, "inputEntry"), rule.cells, strict=True):
            yield from _names(entry, cell.names, known)
        entries = words.children(drawn, "outputEntry")
        for entry, output, result in zip(entries, logic.outputs, rule.results, strict=True):
            if result is not None:
                yield from _names(entry, result.names, known)
                yield from _result(entry, output, result)


def _result(entry: Element, output: Output, result: Expression) -> Iterator[Finding]:
    """Yield errors for a result that is always the same and not what the column allows."""
    try:
        operand = operand_of(result.text, lambda _: result)
        if not operand.fixed:
            return
        value: Any = output.kind.of(operand.constant)
    except Invalid as error:
        yield finding("error", error.code, entry, (
            f"Kết quả “{result.text[:60]}”: {error.vi}",
            f"The output '{result.text[:60]}': {error.en}",
        ), NO_HINT)
        return
    if output.ranked and value is not None and not any(same(value, v) for v in output.ranked):
        yield finding("error", "decision-output-values", entry, (
            f"Kết quả “{result.text[:60]}” không thuộc các giá trị của cột “{output.name}”.",
            f"The output '{result.text[:60]}' is not among the values of '{output.name}'.",
        ), ("Thêm vào outputValues, hoặc sửa kết quả.", "Add it to outputValues, or correct it."))


def _overlaps(table: Element, logic: Table) -> Iterator[Finding]:
    if logic.policy != "UNIQUE":
        return
    rules = list(words.children(table, "rule"))
    pairs, complete = overlaps(logic)
    for first, second in pairs:
        yield finding("warning", "decision-overlap", rules[second - 1], (
            f"Luật {second} có thể khớp cùng lúc với luật {first}; khi đó bảng UNIQUE báo lỗi.",
            f"Rule {second} can match together with rule {first}; a UNIQUE table then fails.",
        ), ("Thu hẹp một ô điều kiện, hoặc chọn FIRST.", "Narrow an input, or choose FIRST."))
    if not complete:
        yield finding("info", "decision-overlap-unchecked", table, (
            "Bảng quá lớn nên không soát hết các luật trùng nhau.",
            "The table is too large to look for all rules that overlap.",
        ))
