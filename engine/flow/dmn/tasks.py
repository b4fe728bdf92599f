"""What a business rule task calls (bước áp dụng quy tắc): its decision, and where results go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from lxml.etree import _Element as Element

from engine.errors import MotcuaError
from engine.flow.bpmn import attribute, camunda, child, motcua, text
from engine.flow.dmn.model import Answer

_ZEEBE = "{http://camunda.org/schema/zeebe/1.0}calledDecision"
_SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}calledDecisionId"
#: How a result stands under its name: as DMN says, or as Camunda's mapDecisionResult says.
Shape = Literal["value", "singleEntry", "singleResult", "collectEntries", "resultList"]
SHAPES: tuple[str, ...] = get_args(Shape)


@dataclass(frozen=True)
class Called:
    """A decision as a task calls it; without `variable` its outputs become data by their names."""

    decision: str
    variable: str | None = None
    shape: str = "value"

    @property
    def dynamic(self) -> bool:
        """Tell whether an expression picks the decision, so that nothing can be pinned."""
        return self.decision.startswith("=") or "{" in self.decision

    def data(self, answer: Answer) -> dict[str, Any]:
        """Return the data that a result becomes; raise MotcuaError where the shape does not fit."""
        if self.variable is not None:
            return {self.variable: _shaped(answer, cast("Shape", self.shape))}
        columns = {name: [row[name] for row in answer.rows] for name in answer.names}
        if answer.many:
            return dict(columns)
        return {name: column[0] if column else None for name, column in columns.items()}


def called(task: Element) -> Called | None:
    """Return the decision that a business rule task calls; None where it names none.

    Read in this order: motcua:decision, camunda:decisionRef, zeebe:calledDecision,
    spiffworkflow:calledDecisionId.
    """
    result = motcua(task, "result") or camunda(task, "resultVariable")
    own = motcua(task, "decision")
    if own is not None:
        return Called(own, result, motcua(task, "mapResult") or "value")
    drawn = camunda(task, "decisionRef")
    if drawn is not None:
        return Called(drawn, result, camunda(task, "mapDecisionResult") or "resultList")
    extensions = child(task, "extensionElements")
    for inner in extensions if extensions is not None else ():
        named = attribute(inner, "decisionId") if inner.tag == _ZEEBE else (
            text(inner) if inner.tag == _SPIFF else None)
        if named:
            return Called(named, attribute(inner, "resultVariable") or result)
    return None


def _shaped(answer: Answer, shape: Shape) -> Any:
    rows: list[Mapping[str, Any]] = list(answer.rows)
    if shape == "value":
        return answer.value
    if shape == "resultList":
        return rows
    if shape in ("singleEntry", "collectEntries") and len(answer.names) > 1:
        raise _unfit(shape, len(answer.names), "cột kết quả", "outputs")
    entries = [row[answer.names[0]] for row in rows]
    if shape == "collectEntries":
        return entries
    if len(rows) > 1:
        raise _unfit(shape, len(rows), "luật khớp", "matching rules")
    found = rows if shape == "singleResult" else entries
    return found[0] if found else None


def _unfit(shape: str, count: int, vi: str, en: str) -> MotcuaError:
    return MotcuaError(
        f"Cách lấy kết quả {shape} cần một giá trị, nhưng quyết định có {count} {vi}.",
        f"The mapping {shape} takes a single value, but the decision has {count} {en}.",
    )
