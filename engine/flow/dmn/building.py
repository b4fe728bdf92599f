"""Building decisions (dựng quyết định): one drawn decision becomes one compiled decision."""

from __future__ import annotations

from difflib import get_close_matches
from typing import cast, get_args

from lxml.etree import _Element as Element

from engine.expressions import Expression
from engine.flow.bpmn import attribute, ident
from engine.flow.dmn import words
from engine.flow.dmn.cells import operands
from engine.flow.dmn.kinds import ANY
from engine.flow.dmn.model import (
    Aggregation,
    Decision,
    Formula,
    Input,
    Output,
    Policy,
    Rule,
    Table,
)
from engine.flow.dmn.spelling import Spelling, identifier
from engine.flow.dmn.texts import Reader
from engine.flow.findings import label, line

_LOGIC = ("decisionTable", "literalExpression")
_BOXED = ("context", "invocation", "functionDefinition", "list", "relation", "conditional",
          "filter", "for", "some", "every")


class Builder(Reader):
    """Builds the decisions of one file and collects what is wrong with them."""

    def __init__(self, root: Element, spelling: Spelling) -> None:
        super().__init__(root, spelling)
        self._by_id = {ident(element): element for element in words.children(
            root, "decision", "inputData")}

    def decision(self, drawn: Element) -> Decision | None:
        """Return a decision; None, with findings, where its logic cannot be read."""
        logic = words.child(drawn, *_LOGIC)
        if logic is None:
            self._no_logic(drawn)
            return None
        requires = [words.pointed(p) for p in words.hrefs(
            drawn, "informationRequirement", "requiredDecision")]
        given = [self._by_id.get(words.pointed(p)) for p in words.hrefs(
            drawn, "informationRequirement", "requiredInput")]
        for knowledge in words.children(drawn, "knowledgeRequirement"):
            self.say("error", "decision-kind", knowledge, (
                "Mô hình tri thức nghiệp vụ không được hỗ trợ.",
                "Business knowledge models are not supported.",
            ), ("Ghi công thức ngay trong quyết định.", "Write the formula in the decision."))
        made = self._table(logic) if words.kind(logic) == "decisionTable" else (
            self._formula(logic, words.child(drawn, "variable")))
        return None if made is None else Decision(
            id=ident(drawn) or "", name=words.name_of(drawn), variable=self._variable(drawn),
            requires=tuple(requires), logic=made,
            reads=tuple(self._variable(e) for e in given if e is not None),
        )

    def _variable(self, element: Element) -> str:
        variable = words.child(element, "variable")
        name = words.name_of(variable) if variable is not None else ""
        return identifier(name or words.name_of(element) or ident(element) or "decision")

    def _no_logic(self, drawn: Element) -> None:
        boxed = words.child(drawn, *_BOXED)
        shown = "" if boxed is None else f" ({words.kind(boxed)})"
        self.say("error", "decision-kind", drawn, (
            f"Quyết định “{label(drawn)}” không phải bảng quyết định hay công thức{shown}.",
            f"The decision '{label(drawn)}' is no decision table and no literal expression{shown}.",
        ), ("Vẽ lại thành bảng quyết định.", "Draw it as a decision table."))

    def _formula(self, logic: Element, variable: Element | None) -> Formula | None:
        value = self.expression(logic, words.said(logic), ("công thức", "formula"))
        kind = self.kind(logic, attribute(logic, "typeRef") or (
            attribute(variable, "typeRef") if variable is not None else None))
        return None if value is None else Formula(value, kind)

    def _table(self, logic: Element) -> Table | None:
        policy = self._policy(logic)
        columns = [self._input(drawn) for drawn in words.children(logic, "input")]
        outputs = self._outputs(logic)
        rules = [self._rule(number, drawn, columns, outputs) for number, drawn in enumerate(
            words.children(logic, "rule"), 1)]
        inputs = [column for column in columns if column is not None]
        if policy is None or len(inputs) < len(columns) or not outputs:
            return None
        aggregation = cast("Aggregation | None", attribute(logic, "aggregation"))
        return Table(policy, aggregation, tuple(inputs), outputs, tuple(rules))

    def _policy(self, logic: Element) -> Policy | None:
        """Return the hit policy, UNIQUE where none is written (DMN 1.3 clause 8.2.10)."""
        written = attribute(logic, "hitPolicy") or "UNIQUE"
        aggregation = attribute(logic, "aggregation")
        for value, allowed in ((written, get_args(Policy)),
                               (aggregation or "SUM", get_args(Aggregation))):
            if value not in allowed:
                close = get_close_matches(value.upper().replace("_", " "), allowed, 1)
                self.say("error", "decision-hit-policy", logic, (
                    f"Không rõ cách chọn luật “{value[:40]}”.",
                    f"The hit policy '{value[:40]}' is unknown.",
                ), (f"Có phải là {close[0]}?", f"Did you mean {close[0]}?") if close else (
                    f"Có: {', '.join(allowed)}.", f"There are: {', '.join(allowed)}."))
                return None
        if aggregation and written != "COLLECT":
            self.say("error", "decision-aggregation", logic, (
                f"Chỉ COLLECT mới có phép gộp, không phải {written}.",
                f"Only COLLECT aggregates, not {written}.",
            ), ("Bỏ phép gộp, hoặc chọn COLLECT.", "Remove the aggregation, or choose COLLECT."))
        return cast("Policy", written)

    def _input(self, drawn: Element) -> Input | None:
        written = words.child(drawn, "inputExpression")
        holder = drawn if written is None else written
        # Camunda's tables may name the variable beside an empty expression.
        text = words.said(holder) or drawn.get(f"{{{words.CAMUNDA}}}inputVariable") or ""
        value = self.expression(holder, text, ("cột điều kiện", "input"))
        kind = self.kind(holder, attribute(holder, "typeRef"))
        allowed = self.cell(drawn, words.said(drawn, "inputValues"), kind)
        return None if value is None else Input(
            attribute(drawn, "label") or text, value, kind, allowed)

    def _outputs(self, logic: Element) -> tuple[Output, ...]:
        drawn = list(words.children(logic, "output"))
        if not drawn:
            self.say("error", "decision-no-output", logic, (
                "Bảng quyết định không có cột kết quả.", "The decision table has no output.",
            ), ("Thêm ít nhất một cột kết quả.", "Add at least one output column."))
        names = [words.name_of(output) for output in drawn]
        if len(drawn) == 1 and not names[0]:
            holder = logic.getparent()
            names = [self._variable(holder if holder is not None else logic)]
        for output, name in zip(drawn, names, strict=True):
            if not name or names.count(name) > 1:
                self.say("error", "decision-output-name", output, (
                    "Cột kết quả thiếu tên hoặc trùng tên.",
                    "An output column has no name, or that of another.",
                ), ("Đặt cho mỗi cột một tên riêng.", "Give each column a name of its own."))
        return tuple(self._output(*pair) for pair in zip(drawn, names, strict=True))

    def _output(self, drawn: Element, name: str) -> Output:
        kind = self.kind(drawn, attribute(drawn, "typeRef"))
        allowed = self.cell(drawn, words.said(drawn, "outputValues"), kind)
        ranked = tuple(operand.constant for test in allowed.tests for operand in operands(test)
                       if operand.fixed)
        default = words.said(drawn, "defaultOutputEntry")
        place = ("giá trị mặc định", "default")
        value = self.expression(drawn, default, place) if default else None
        return Output(name, kind, ranked, value)

    def _rule(
        self, number: int, drawn: Element, columns: list[Input | None],
        outputs: tuple[Output, ...],
    ) -> Rule:
        tests = list(words.children(drawn, "inputEntry"))
        results = list(words.children(drawn, "outputEntry"))
        shape = f"{len(columns)} + {len(outputs)}"
        if len(tests) != len(columns) or len(results) != len(outputs):
            self.say("error", "decision-entries", drawn, (
                f"Luật {number}: {len(tests)} + {len(results)} ô cho {shape} cột của bảng.",
                f"Rule {number}: {len(tests)} + {len(results)} cells for the {shape} columns.",
            ), ("Điền đủ các ô của luật.", "Fill in every cell of the rule."))
        cells = [self.cell(entry, words.said(entry), column.kind if column else ANY, number)
                 for entry, column in zip(tests, columns, strict=False)]
        return Rule(number, line(drawn), tuple(cells),
                    tuple(self._result(entry, number) for entry in results))

    def _result(self, entry: Element, number: int) -> Expression | None:
        text = words.said(entry)
        if not text:
            self.say("warning", "decision-output-empty", entry, (
                f"Luật {number} để trống một ô kết quả; kết quả là null.",
                f"Rule {number} leaves an output empty; its result is null.",
            ), ("Ghi kết quả, hoặc ghi null.", "Write the result, or write null."))
            return None
        place = (f"ô kết quả của luật {number}", f"output of rule {number}")
        return self.expression(entry, text, place)
