"""Cells (ô điều kiện): unary tests of DMN 1.3 clause 7.3, read once and held against values.

A test says yes, no or, where null is held against an order, nothing; only yes matches.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.expressions import Expression, ExpressionError, Surroundings
from engine.expressions.operators import COMPARE
from engine.flow.dmn.spelling import CELL

_ORDERS: Mapping[str, type[ast.cmpop]] = {
    "<=": ast.LtE, ">=": ast.GtE, "<": ast.Lt, ">": ast.Gt, "!=": ast.NotEq, "==": ast.Eq,
    "=": ast.Eq,
}


@dataclass(frozen=True)
class Scope:
    """What expressions of a decision see: names and values, and what surrounds them."""

    data: Mapping[str, Any]
    around: Surroundings

    def with_cell(self, value: Any) -> Scope:
        """Return the scope in which `?` is the value of a column."""
        return Scope({**self.data, CELL: value}, self.around)


@dataclass(frozen=True)
class Operand:
    """A value in a test; worked out when it is read where it is always the same."""

    expression: Expression
    fixed: bool
    constant: Any = None

    def value(self, scope: Scope) -> Any:
        """Return the value over the data; raise ExpressionError."""
        return self.constant if self.fixed else self.expression.evaluate(scope.data, scope.around)


@dataclass(frozen=True)
class Order:
    """`>= 5` and its kin."""

    sign: str
    operand: Operand

    def says(self, value: Any, scope: Scope) -> bool | None:
        """Tell whether the value stands so to the operand."""
        other = self.operand.value(scope)
        if self.sign in ("=", "==", "!="):
            return same(value, other) is not (self.sign == "!=")
        return _ordered(self.sign, value, other)


@dataclass(frozen=True)
class Interval:
    """`[1..5]`; an open end is written `(` or `]` before, `)` or `[` behind."""

    low: Operand
    high: Operand
    low_open: bool
    high_open: bool

    def says(self, value: Any, scope: Scope) -> bool | None:
        """Tell whether the value lies between the ends."""
        first = _ordered(">" if self.low_open else ">=", value, self.low.value(scope))
        second = _ordered("<" if self.high_open else "<=", value, self.high.value(scope))
        return None if first is None or second is None else first and second


@dataclass(frozen=True)
class Equal:
    """A value, or an expression: equal, in its list, or (with `?`, or worked out) true."""

    operand: Operand

    def says(self, value: Any, scope: Scope) -> bool | None:
        """Tell whether the value is the operand's, is in its list, or makes it true."""
        expression = self.operand.expression
        if CELL in expression.names:
            return _truth(expression.evaluate(scope.with_cell(value).data, scope.around))
        other = self.operand.value(scope)
        if isinstance(other, list):
            return same(value, other) or any(same(value, item) for item in other)
        if isinstance(other, bool) and not self.operand.fixed and not isinstance(value, bool):
            return other
        return same(value, other)


Test = Order | Interval | Equal


@dataclass(frozen=True)
class Cell:
    """The tests of a cell, of which one must say yes; none at all: everything matches."""

    text: str = "-"
    tests: tuple[Test, ...] = ()
    negated: bool = False

    @property
    def names(self) -> frozenset[str]:
        """The data that the tests read."""
        found = {name for test in self.tests for operand in operands(test)
                 for name in operand.expression.names}
        return frozenset(found - {CELL})

    def matches(self, value: Any, scope: Scope) -> bool:
        """Tell whether a value matches; raise ExpressionError where kinds do not fit."""
        if not self.tests:
            return True
        said = [test.says(value, scope) for test in self.tests]
        if self.negated:
            return True not in said and None not in said
        return True in said


EVERYTHING = Cell()


def operands(test: Test) -> tuple[Operand, ...]:
    """Return the values that a test holds its value against."""
    return (test.low, test.high) if isinstance(test, Interval) else (test.operand,)


def same(left: Any, right: Any) -> bool:
    """Tell whether two values are equal; true and 1 are not."""
    if isinstance(left, bool) is not isinstance(right, bool):
        return False
    return bool(COMPARE[ast.Eq](left, right))


def _ordered(sign: str, left: Any, right: Any) -> bool | None:
    if left is None or right is None:
        return None
    return bool(COMPARE[_ORDERS[sign]](left, right))


def _truth(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise ExpressionError(
        "Ô có dấu ? phải cho đúng hoặc sai.", "A cell with ? must give true or false.",
        code="decision-cell",
    )
