"""The expression language agrees with simpleeval where both can answer, and never breaks."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from simpleeval import EvalWithCompoundTypes

from engine.expressions import ExpressionError, Surroundings, as_data, compile_expression
from engine.expressions.values import MAX_INTEGER

AROUND = Surroundings(datetime(2026, 11, 9, 1, 0, tzinfo=UTC))
NAMES = {"a": 3, "b": -7, "c": 2.5, "t": "ngày", "xs": [1, 2, 3], "o": {"k": 4, "s": "x"}}

_atoms = st.sampled_from(["a", "b", "c", "0", "1", "12", "1.5", "o['k']", "xs[1]", "len(xs)"])
_numbers = st.recursive(_atoms, lambda inner: st.one_of(
    st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "%"]), inner).map(
        lambda parts: f"({parts[0]} {parts[1]} {parts[2]})",
    ),
    inner.map(lambda part: f"-({part})"), inner.map(lambda part: f"abs({part})"),
    st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} if {p[1]} > {p[2]} else {p[1]})"),
), max_leaves=12)
_truths = st.recursive(
    st.one_of(
        st.tuples(_numbers, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), _numbers).map(
            lambda parts: f"{parts[0]} {parts[1]} {parts[2]}",
        ),
        _numbers.map(lambda part: f"{part} in xs"), st.just("t == 'ngày'"), st.just("'n' in t"),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})",
        ),
        inner.map(lambda part: f"(not {part})"),
    ), max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(_numbers, _truths))
def test_it_agrees_with_the_oracle(text: str) -> None:
    oracle = EvalWithCompoundTypes(names=NAMES, functions={"abs": abs, "len": len})
    try:
        expected = oracle.eval(text)
    except ZeroDivisionError:
        expected = None
    try:
        found = compile_expression(text).evaluate(NAMES, AROUND)
    except ExpressionError as error:
        bounded = error.code in {"expression-too-deep", "expression-too-large"}
        assert bounded or expected is None or abs(expected) > MAX_INTEGER
    else:
        assert found == expected
        assert type(found) is type(expected)


_pieces = st.sampled_from([
    "a", "xs", "(", ")", "[", "]", "{", "}", "'", '"', ".", ",", ":", " ", "=", "!", "&&", "||",
    "**", "9" * 30, "__class__", "lambda", "for x in", "if", "else", "not", "len", "get(", "date(",
    "working_days(", "duration(", "\n", "#", "\\", "${", "#{", "ộ", "\u202e", "\0", "0x", "1e9",
])


@settings(max_examples=400, deadline=None)
@given(st.lists(_pieces, max_size=14).map("".join))
def test_any_text_gives_a_plain_value_or_a_clear_refusal(text: str) -> None:
    try:
        found = compile_expression(text).evaluate(NAMES, AROUND)
    except ExpressionError:
        return
    as_data(found)


_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=4), inner, max_size=4),
    ),
)


@settings(max_examples=200, deadline=None)
@given(_values, _values, st.sampled_from([
    "v == w", "v in [w]", "w in v", "v + w", "v < w", "get(v, w, 1)", "contains(v, w)", "len(v)",
    "sum(v)", "min(v, w)", "max(v)", "text(v)", "number(v)", "date(v)", "duration(v)", "v[w]",
    "v.k", "round(v, w)", "starts_with(v, w)", "working_days(v, w)", "any(v)", "v ** w", "v and w",
]))
def test_any_data_gives_a_plain_value_or_a_clear_refusal(
    first: object, second: object, text: str,
) -> None:
    with suppress(ExpressionError):
        as_data(compile_expression(text).evaluate({"v": first, "w": second}, AROUND))
