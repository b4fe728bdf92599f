"""The expression language: what it reads, what it refuses, and that it stays within bounds."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from engine.clock import VIETNAM
from engine.expressions import (
    ExpressionError,
    Surroundings,
    as_data,
    assignments,
    check,
    compile_expression,
)

MONDAY = datetime(2026, 11, 9, 8, 0, tzinfo=VIETNAM)
AROUND = Surroundings(MONDAY, {"dossier": {"status": "received"}})


def value(text: str, **data: Any) -> Any:
    return compile_expression(text).evaluate(data, AROUND)


def refusal(text: str, **data: Any) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        value(text, **data)
    return caught.value


@pytest.mark.parametrize(("text", "expected"), [
    ("1 + 2 * 3", 7), ("7 // 2 + 7 % 2", 4), ("2 ** 10", 1024), ("-3 + +1", -2),
    ("1 < 2 < 3", True),
    ('"a" + "b"', "ab"), ("[1] + [2]", [1, 2]), ('{"a": 1}', {"a": 1}), ('"b" in "abc"', True),
    ("3 not in [1, 2]", True), ("1 if false else 2", 2), ("null is None", True),
    ("true and not false", True), ("0 or 5", 5), ("[1, [2, 3]][1][0]", 2), ("(1 +\n 2)", 3),
    ("len([1, 2])", 2), ("sum([1, 2.5])", 3.5), ("min(3, 1, 2)", 1), ("max([3, 1])", 3),
    ("any([false, true])", True), ("all([true, false])", False), ("round(2.567, 1)", 2.6),
    ("abs(-2)", 2), ('lower("ĐÃ")', "đã"), ('upper("đã")', "ĐÃ"), ('trim(" a ")', "a"),
    ('contains([1, 2], 2)', True), ('starts_with("abc", "ab")', True),
    ('ends_with("abc", "bc")', True), ('get({"a": 1}, "b", 9)', 9), ("get(null, 'a')", None),
    ('number("12")', 12), ("text(12)", "12"), ("text(true)", "true"),
])
def test_it_works_out(text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize("text", ["= a = 1 and b != 2", "${a == 1 && b != 2}", "#{ !(a != 1) }"])
def test_wrappers_of_other_tools_are_read(text: str) -> None:
    assert value(text, a=1, b=3) is True


def test_a_text_keeps_its_signs_inside_a_wrapper() -> None:
    assert value("${ a == '!=&&=' }", a="!=&&=") is True


def test_days_and_instants_compare_with_iso_text() -> None:
    assert value("today()") == date(2026, 11, 9)
    assert value("today() > d", d="2026-11-08") is True
    assert value('date("2026-11-09T23:30:00+00:00")') == date(2026, 11, 10)
    assert value('today() + duration("P1DT12H") - today()') == timedelta(days=1)
    assert value("now()") == MONDAY


def test_working_days_end_at_the_close_of_the_last_day_in_the_calendar() -> None:
    assert value("working_days(3)") == datetime(2026, 11, 12, 17, 30, tzinfo=VIETNAM)
    assert value("working_hours(4)") == datetime(2026, 11, 9, 14, 0, tzinfo=VIETNAM)


def test_results_become_plain_json() -> None:
    found = as_data(value('{"day": today(), "span": duration("PT90S"), "at": [now()]}'))
    assert json.loads(json.dumps(found)) == {
        "day": "2026-11-09", "span": "P0DT90S", "at": ["2026-11-09T08:00:00+07:00"],
    }


def test_a_missing_name_is_named() -> None:
    error = refusal("aproved and 1")
    assert (error.code, error.text) == ("expression-missing-name", "aproved and 1")
    assert "aproved" in error.vi
    assert "aproved" in error.en


def test_facts_of_the_dossier_win_over_data_of_the_same_name() -> None:
    assert value("dossier.status", dossier={"status": "forged"}) == "received"


def test_results_share_nothing_with_the_data() -> None:
    data = {"a": {"b": [1]}}
    value("a", **data)["b"].append(2)
    assert data == {"a": {"b": [1]}}


@pytest.mark.parametrize("text", [
    "a.__class__", "a.__class__.__mro__", "__import__('os')", "eval('1')", "open('x')", "a.upper()",
    "(lambda: 1)()", "[x for x in a]", "{x for x in a}", "(x := 1)", "f'{a}'", "a[1:2]", "b'x'",
    "1j", "...", "*a", "a if b", "await a", "yield a", "lambda: 1", "a @ b", "a << 2", "~a",
    "len(a, *b)", "len(obj=a)", "{**a}", "{1: 2}", "()", "9" * 400, "1e999", "a is b",
    "print(1)", "import os", "a; b", "", "   ", "#", "${}", "\0", "a\n\0", "'\ud800",
])
def test_everything_outside_the_language_is_refused_before_it_runs(text: str) -> None:
    with pytest.raises(ExpressionError):
        compile_expression(text)


@pytest.mark.parametrize("text", [
    "9 ** 9 ** 9", "2 ** 64", "10 ** 20 * 10 ** 20", "1e308 * 10", "'a' * 9", "[0] * 9", "'%s' % 1",
    "1 / 0", "1 + 'a'", "'a' < 1", "true + 1", "-'a'", "sum(['a', 1])", "len(1)", "round(1, 99)",
    "today() + duration('P999999D') + duration('P999999D') + duration('P999999D')",
    "working_days(0)", "working_days(10 ** 6)", "date('yesterday')", "duration('3 ngày')",
    "number('x')", "min([])", "'a'['b']", "[1][5]", "1 in 2", "now() < today() - 1",
    "date('2026-01-01T00:00:00')", "(-8) ** 0.5", "round(1e15 * 1e15)",
])
def test_values_that_do_not_fit_are_refused_with_both_languages(text: str) -> None:
    error = refusal(text)
    assert error.code.startswith("expression-")
    assert error.vi
    assert error.en


def test_deep_and_long_texts_are_refused() -> None:
    assert refusal("(" * 300 + "1" + ")" * 300).code in {"expression-syntax", "expression-too-deep"}
    assert refusal("not " * 60 + "1").code == "expression-too-deep"
    assert refusal("-" * 3_000 + "1").code in {"expression-syntax", "expression-too-deep"}
    assert refusal("1" + " + 1" * 2_000).code == "expression-too-long"


def test_results_are_bounded_however_they_grow() -> None:
    assert refusal("a + a", a="x" * 40_000).code == "expression-too-large"
    shared: object = [1]
    for _ in range(60):
        shared = [shared, shared]
    assert refusal("a", a=shared).code == "expression-too-large"
    assert refusal("a == b", a=_nested(3_000), b=_nested(3_000)).code == "expression-too-large"


def _nested(depth: int) -> object:
    found: object = 1
    for _ in range(depth):
        found = [found]
    return found


def test_unknown_functions_and_names_come_with_a_suggestion() -> None:
    (function,) = check("workin_days(3)")
    assert (function.code, function.hint_en) == (
        "expression-unknown-function", "Did you mean working_days?",
    )
    (name,) = check("aproved and amount > 3", {"approved", "amount"})
    assert (name.code, name.hint_vi) == ("expression-unknown-name", "Có phải là approved?")
    assert check("approved", {"approved"}) == []


def test_the_column_counts_in_the_text_as_drawn() -> None:
    (problem,) = check("${ a + foo(1) }")
    assert problem.column is not None


def test_scripts_are_lines_of_assignments() -> None:
    found = assignments("# tổng\ntotal = fee + 1; name = 'a;b'\n\nlist = [1,\n 2]")
    assert [line.name for line in found] == ["total", "name", "list"]
    assert found[0].expression.evaluate({"fee": 2}, AROUND) == 3


@pytest.mark.parametrize("text", [
    "import os", "a += 1", "a == 1", "a.b = 1", "a[0] = 1", "a, b = 1, 2 ; del a", "print(1)",
    "true = 1", "len = 3", "__builtins__ = 1", "a = b = 1", "for x in y: z = 1",
])
def test_anything_else_in_a_script_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        assignments(text)
