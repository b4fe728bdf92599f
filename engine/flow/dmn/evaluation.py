"""Deciding (ra quyết định): a decision and what it requires, each worked out once, in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import Invalid, MotcuaError
from engine.expressions import Surroundings, as_data
from engine.expressions.values import copied
from engine.flow.dmn.cells import Scope
from engine.flow.dmn.model import Answer, Decision, Decisions, Formula, Input, Output, Rule, Table
from engine.flow.dmn.policies import Hit, Violated, answer
from engine.flow.setting import FlowFailed


class DecisionFailed(FlowFailed):
    """A decision cannot be made on these data; `facts` name the decision, column and rules."""

    code = "decision-failed"


def decide(
    decisions: Decisions, decision_id: str, data: Mapping[str, Any], surroundings: Surroundings,
) -> Answer:
    """Return the result of a decision over the data, its value as plain JSON data.

    One output gives its value, several an object; policies that list give a list. A required
    decision is read by the name of its variable, by its id and by the names of its outputs; these
    hide data of the same name. Raises DecisionFailed naming decision, column and rule, also for an
    unknown decision.
    """
    if decision_id not in decisions.by_id:
        raise DecisionFailed(
            f"Không có quyết định “{decision_id[:80]}”.", f"No decision '{decision_id[:80]}'.",
            decision=decision_id, element=decision_id,
        )
    known = {word: data[name] for name, word in decisions.spelled.items() if name in data}
    known = {**data, **known}
    *required, wanted = decisions.needed(decision_id)
    for decision in required:
        made = _made(decision, Scope(known, surroundings))
        known = {**known, **_bound(decision, made)}
    made = _made(wanted, Scope(known, surroundings))
    try:
        return _plain(made)
    except Invalid as error:
        raise _failed(wanted, error) from error


def _made(decision: Decision, scope: Scope) -> Answer:
    try:
        if isinstance(decision.logic, Formula):
            value = decision.logic.value.evaluate(scope.data, scope.around)
            value = decision.logic.kind.of(value)
            return Answer(value, ({decision.variable: value},), (decision.variable,))
        return _table(decision, decision.logic, scope)
    except (Invalid, Violated) as error:
        raise _failed(decision, error) from error


def _table(decision: Decision, table: Table, scope: Scope) -> Answer:
    values = [_input(decision, column, scope) for column in table.inputs]
    hits: list[Hit] = []
    for rule in table.rules:
        if _matches(decision, table, rule, values, scope):
            hits.append(Hit(rule.number, _row(decision, table, rule, scope)))
            if table.policy == "FIRST":
                break
    return answer(table, hits, None if hits else _default(table, scope))


def _input(decision: Decision, column: Input, scope: Scope) -> Any:
    try:
        value = column.kind.of(column.value.evaluate(scope.data, scope.around))
        allowed = value is None or column.allowed.matches(value, scope)
    except Invalid as error:
        raise _failed(decision, error, column=column.label) from error
    if not allowed:
        shown = str(value)[:40]
        raise _failed(decision, MotcuaError(
            f"“{shown}” không thuộc các giá trị cho phép ({column.allowed.text[:80]}).",
            f"'{shown}' is not among the allowed values ({column.allowed.text[:80]}).",
        ), column=column.label)
    return value


def _matches(
    decision: Decision, table: Table, rule: Rule, values: list[Any], scope: Scope,
) -> bool:
    for column, cell, value in zip(table.inputs, rule.cells, values, strict=True):
        try:
            if not cell.matches(value, scope):
                return False
        except Invalid as error:
            raise _failed(decision, error, column=column.label, rule=rule) from error
    return True


def _row(decision: Decision, table: Table, rule: Rule, scope: Scope) -> dict[str, Any]:
    row = {}
    for output, result in zip(table.outputs, rule.results, strict=True):
        try:
            value = None if result is None else result.evaluate(scope.data, scope.around)
            row[output.name] = output.kind.of(value)
        except Invalid as error:
            raise _failed(decision, error, column=output.name, rule=rule) from error
    return row


def _default(table: Table, scope: Scope) -> dict[str, Any] | None:
    if not any(output.default for output in table.outputs):
        return None
    return {output.name: _default_of(output, scope) for output in table.outputs}


def _default_of(output: Output, scope: Scope) -> Any:
    if output.default is None:
        return None
    return output.kind.of(output.default.evaluate(scope.data, scope.around))


def _bound(decision: Decision, made: Answer) -> dict[str, Any]:
    """Return the names by which other decisions read the result, the variable's own last."""
    columns: dict[str, Any] = {}
    if isinstance(decision.logic, Table):
        for name in made.names:
            column = [row[name] for row in made.rows]
            columns[name] = column if made.many else (column[0] if column else None)
    return {**columns, decision.id: made.value, decision.variable: made.value}


def _plain(made: Answer) -> Answer:
    rows = tuple({name: as_data(copied(v)) for name, v in row.items()} for row in made.rows)
    return Answer(as_data(copied(made.value)), rows, made.names, made.many)


def _failed(
    decision: Decision, error: MotcuaError, *, column: str = "", rule: Rule | None = None,
) -> DecisionFailed:
    name = decision.name or decision.id
    vi, en = f"Quyết định “{name}”", f"Decision '{name}'"
    if rule is not None:
        vi, en = f"{vi}, luật {rule.number}", f"{en}, rule {rule.number}"
        vi, en = (f"{vi} (dòng {rule.line})", f"{en} (line {rule.line})") if rule.line else (vi, en)
    if column:
        vi, en = f"{vi}, cột “{column[:60]}”", f"{en}, column '{column[:60]}'"
    rules = error.facts.get("rules") or ((rule.number,) if rule else ())
    return DecisionFailed(
        f"{vi}: {error.vi}", f"{en}: {error.en}", element=decision.id, decision=decision.id,
        column=column or None, rules=rules, line=rule.line if rule else None, why=error.code,
    )
