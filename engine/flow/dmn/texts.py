"""Reading texts (đọc ô và công thức): each text of a table compiled, or a finding at its place."""

from __future__ import annotations

from lxml.etree import _Element as Element

from engine.errors import MotcuaError
from engine.expressions import Expression, ExpressionError
from engine.flow.bpmn import attribute, text
from engine.flow.dmn import words
from engine.flow.dmn.cells import EVERYTHING, Cell, operands
from engine.flow.dmn.kinds import ANY, Kind, kind_of
from engine.flow.dmn.spelling import CELL, Spelling
from engine.flow.dmn.unary import read_cell
from engine.flow.findings import NO_HINT, Sentence, finding
from engine.step import Finding, Severity

_LANGUAGES = ("", "feel", "juel", "motcua")


class Reader:
    """Reads expressions, cells and types of one file and collects what is wrong with them."""

    def __init__(self, root: Element, spelling: Spelling) -> None:
        self.spelling = spelling
        self.findings: list[Finding] = []
        self._types = {words.name_of(item): item
                       for item in words.children(root, "itemDefinition")}

    def cell(self, entry: Element, text: str, kind: Kind, number: int | None = None) -> Cell:
        """Return the tests of a cell, of rule `number` or of the values that a column allows."""
        place = ("các giá trị cho phép", "allowed values") if number is None else (
            f"ô điều kiện của luật {number}", f"input of rule {number}")
        try:
            self._language(entry)
            cell = read_cell(text, self.spelling.compile)
            for operand in (o for test in cell.tests for o in operands(test)):
                if operand.fixed and not isinstance(operand.constant, list):
                    kind.of(operand.constant)
        except MotcuaError as error:
            self._bad(entry, text, place, error)
            return EVERYTHING
        return cell

    def expression(self, place: Element, text: str, what: Sentence) -> Expression | None:
        """Return the compiled text; None, with an error finding, where it is refused."""
        try:
            self._language(place)
            compiled = self.spelling.compile(text)
            if CELL in compiled.names:
                raise ExpressionError("Chỉ ô điều kiện mới có dấu ?.", "Only inputs may hold ?.",
                                      code="decision-cell")
        except MotcuaError as error:
            self._bad(place, text, what, error)
            return None
        return compiled

    def _bad(self, place: Element, text: str, what: Sentence, error: MotcuaError) -> None:
        shown = text if len(text) <= 60 else text[:59] + "…"
        hint = (error.hint_vi, error.hint_en) if isinstance(error, ExpressionError) else NO_HINT
        self.say("error", error.code, place, (
            f"Không đọc được {what[0]} “{shown}”: {error.vi}",
            f"The {what[1]} '{shown}' cannot be read: {error.en}",
        ), hint)

    def _language(self, place: Element) -> None:
        """Refuse texts that say they are of a language other than FEEL."""
        written = attribute(place, "expressionLanguage") or ""
        if written.rstrip("/").rsplit("/", 1)[-1].lower() not in _LANGUAGES and (
                "feel" not in written.lower()):
            raise ExpressionError(
                f"Ngôn ngữ “{written[:60]}” không được hỗ trợ.",
                f"The language '{written[:60]}' is not supported.", code="decision-language",
            )

    def kind(self, place: Element, type_ref: str | None) -> Kind:
        """Return the kind that a typeRef names, through item definitions."""
        name, many, seen = type_ref, False, 0
        item = self._types.get((name or "").rsplit(":", 1)[-1])
        while item is not None and seen < len(self._types):
            many = many or attribute(item, "isCollection") in ("true", "1")
            inner = words.child(item, "typeRef")
            name = "Any" if inner is None else text(inner)
            item, seen = self._types.get(name.rsplit(":", 1)[-1]), seen + 1
        found = kind_of(name)
        if found is None:
            self.say("warning", "decision-unknown-type", place, (
                f"Không rõ kiểu “{(name or '')[:60]}”; giá trị không được kiểm tra.",
                f"The type '{(name or '')[:60]}' is unknown; values are not checked.",
            ), ("Có: string, number, integer, boolean, date.",
                "There are: string, number, integer, boolean, date."))
        kind = found or ANY
        return Kind(kind.name, kind.take, many=True) if many else kind

    def say(self, severity: Severity, code: str, place: Element, says: Sentence,
            hint: Sentence = NO_HINT) -> None:
        """Note a finding at an element of the file."""
        self.findings.append(finding(severity, code, place, says, hint))
