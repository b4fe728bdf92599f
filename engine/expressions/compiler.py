"""Compiling (biên dịch): an allow-list of syntax, turned into closures; the rest is refused."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from engine.expressions.access import item, missing, signed
from engine.expressions.errors import ExpressionError
from engine.expressions.functions import FUNCTIONS
from engine.expressions.operators import BINARY, COMPARE
from engine.expressions.text import parse
from engine.expressions.values import MAX_INTEGER, copied

if TYPE_CHECKING:
    from engine.worktime import Calendar

#: The words of JSON and FEEL beside Python's own.
CONSTANTS: Mapping[str, Any] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True)
class Surroundings:
    """What an expression sees beside the data: the instant, facts of the dossier, a calendar.

    `facts` win over data of the same name, so that no form can pretend to be the dossier.
    """

    now: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    calendar: Calendar | None = None


@dataclass(frozen=True)
class _Scope:
    data: Mapping[str, Any]
    around: Surroundings


_Closure = Callable[[_Scope], Any]


@dataclass(frozen=True)
class Expression:
    """A compiled expression; `names` are the data it reads."""

    text: str
    names: frozenset[str]
    _run: _Closure = field(repr=False, compare=False)

    def evaluate(self, data: Mapping[str, Any], surroundings: Surroundings) -> Any:
        """Return the value over the data, as fresh plain values of at most 64 KB.

        Days, instants and durations stay objects; `as_data` turns them into text for storing.
        Raise ExpressionError when a name is missing or a value does not fit.
        """
        try:
            return copied(self._run(_Scope(data, surroundings)))
        except ExpressionError as error:
            error.text = error.text or self.text
            raise
        except (RecursionError, OverflowError) as error:
            raise ExpressionError(
                "Dữ liệu quá lớn để tính.", "The data is too large to work with.",
                code="expression-too-large", text=self.text,
            ) from error


@lru_cache(maxsize=4096)
def compile_expression(text: str) -> Expression:
    """Return the compiled expression; raise ExpressionError naming what is refused and where."""
    try:
        compiler = _Compiler()
        run = compiler.closure(parse(text))
    except ExpressionError as error:
        error.text = text
        raise
    return Expression(text, frozenset(compiler.names), run)


class _Compiler:
    """Turns each allowed kind of syntax into a closure; collects the names that are read."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def closure(self, node: ast.expr) -> _Closure:
        method = _KINDS.get(type(node))
        if method is None:
            raise forbidden(node, type(node).__name__)
        return method(self, node)

    def constant(self, node: ast.Constant) -> _Closure:
        value = node.value
        if isinstance(value, bytes | complex) or value is ...:
            raise forbidden(node, type(value).__name__)
        if isinstance(value, int) and abs(value) > MAX_INTEGER:
            raise forbidden(node, "number > 2^53")
        if isinstance(value, float) and value in (float("inf"), float("-inf")):
            raise forbidden(node, "infinity")
        return lambda _: value

    def name(self, node: ast.Name) -> _Closure:
        name = node.id
        if name in CONSTANTS:
            constant = CONSTANTS[name]
            return lambda _: constant
        if name.startswith("__"):
            raise forbidden(node, name)
        self.names.add(name)
        return lambda scope: _named(scope, name)

    def attribute(self, node: ast.Attribute) -> _Closure:
        key = node.attr
        if key.startswith("__"):
            raise forbidden(node, key)
        place = self.closure(node.value)
        return lambda scope: item(place(scope), key)

    def subscript(self, node: ast.Subscript) -> _Closure:
        place, key = self.closure(node.value), self.closure(node.slice)
        return lambda scope: item(place(scope), key(scope))

    def sequence(self, node: ast.List | ast.Tuple | ast.Set) -> _Closure:
        if isinstance(node, ast.Tuple) and not node.elts:
            raise forbidden(node, "()")
        items = [self.closure(part) for part in node.elts]
        return lambda scope: [part(scope) for part in items]

    def mapping(self, node: ast.Dict) -> _Closure:
        pairs: list[tuple[_Closure, _Closure]] = []
        for key, value in zip(node.keys, node.values, strict=True):
            if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
                raise forbidden(node, "{…}")
            pairs.append((self.constant(key), self.closure(value)))
        return lambda scope: {key(scope): value(scope) for key, value in pairs}

    def boolean(self, node: ast.BoolOp) -> _Closure:
        parts = [self.closure(value) for value in node.values]
        stop = isinstance(node.op, ast.Or)

        def run(scope: _Scope) -> Any:
            value: Any = None
            for part in parts:
                value = part(scope)
                if bool(value) is stop:
                    break
            return value
        return run

    def unary(self, node: ast.UnaryOp) -> _Closure:
        operand = self.closure(node.operand)
        if isinstance(node.op, ast.Not):
            return lambda scope: not operand(scope)
        if isinstance(node.op, ast.USub | ast.UAdd):
            minus = isinstance(node.op, ast.USub)
            return lambda scope: signed(operand(scope), minus=minus)
        raise forbidden(node, type(node.op).__name__)

    def binary(self, node: ast.BinOp) -> _Closure:
        do = BINARY.get(type(node.op))
        if do is None:
            raise forbidden(node, type(node.op).__name__)
        left, right = self.closure(node.left), self.closure(node.right)
        return lambda scope: do(left(scope), right(scope))

    def compare(self, node: ast.Compare) -> _Closure:
        _only_constants_are_identical(node)
        first = self.closure(node.left)
        rest = [
            (COMPARE[type(op)], self.closure(right))
            for op, right in zip(node.ops, node.comparators, strict=True)
        ]

        def run(scope: _Scope) -> bool:
            left = first(scope)
            for do, closure in rest:
                right = closure(scope)
                if not do(left, right):
                    return False
                left = right
            return True
        return run

    def conditional(self, node: ast.IfExp) -> _Closure:
        test, yes, no = self.closure(node.test), self.closure(node.body), self.closure(node.orelse)
        return lambda scope: yes(scope) if test(scope) else no(scope)

    def call(self, node: ast.Call) -> _Closure:
        if not isinstance(node.func, ast.Name):
            raise forbidden(node, "a.b(…)")
        function = FUNCTIONS.get(node.func.id)
        if function is None:
            raise _unknown_function(node.func)
        if node.keywords or not function.least <= len(node.args) <= function.most:
            raise ExpressionError(
                f"Hàm này viết là {function.shape}.", f"This function is written {function.shape}.",
                code="expression-arguments", column=node.col_offset + 1,
            )
        values, do = [self.closure(value) for value in node.args], function.do
        return lambda scope: do(scope.around, *(value(scope) for value in values))


_KINDS: Mapping[type, Callable[[_Compiler, Any], _Closure]] = {
    ast.Constant: _Compiler.constant, ast.Name: _Compiler.name,
    ast.Attribute: _Compiler.attribute, ast.Subscript: _Compiler.subscript,
    ast.List: _Compiler.sequence, ast.Tuple: _Compiler.sequence, ast.Set: _Compiler.sequence,
    ast.Dict: _Compiler.mapping, ast.BoolOp: _Compiler.boolean, ast.UnaryOp: _Compiler.unary,
    ast.BinOp: _Compiler.binary, ast.Compare: _Compiler.compare,
    ast.IfExp: _Compiler.conditional, ast.Call: _Compiler.call,
}


def forbidden(node: ast.expr, what: str) -> ExpressionError:
    """Return the refusal of a piece of syntax outside the language."""
    return ExpressionError(
        f"“{what}” không được dùng trong biểu thức.", f"'{what}' is not part of the language.",
        code="expression-forbidden", column=node.col_offset + 1,
        hint=(
            "Chỉ dùng: tên dữ liệu, hằng, so sánh, and/or/not, phép tính, danh sách hàm cho sẵn.",
            "Use names of data, literals, comparison, and/or/not, arithmetic and listed functions.",
        ),
    )


def _unknown_function(node: ast.Name) -> ExpressionError:
    close = get_close_matches(node.id.lower(), FUNCTIONS, 1)
    vi, en = (f"Có phải là {close[0]}?", f"Did you mean {close[0]}?") if close else (
        f"Các hàm: {', '.join(FUNCTIONS)}.", f"Functions: {', '.join(FUNCTIONS)}."
    )
    return ExpressionError(
        f"Không có hàm “{node.id}”.", f"There is no function '{node.id}'.",
        code="expression-unknown-function", column=node.col_offset + 1, hint=(vi, en),
    )


def _only_constants_are_identical(node: ast.Compare) -> None:
    for op, right in zip(node.ops, node.comparators, strict=True):
        constant = isinstance(right, ast.Constant) and (
            right.value is None or isinstance(right.value, bool)
        )
        word = isinstance(right, ast.Name) and right.id in CONSTANTS
        if isinstance(op, ast.Is | ast.IsNot) and not (constant or word):
            raise forbidden(node, "is")


def _named(scope: _Scope, name: str) -> Any:
    if name in scope.around.facts:
        return scope.around.facts[name]
    try:
        return scope.data[name]
    except KeyError:
        refusal = missing(name)
        refusal.lacking = name
        raise refusal from None
