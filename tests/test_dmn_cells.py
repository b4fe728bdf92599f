"""What a cell of a decision table matches: unary tests of DMN 1.3 clause 7.3."""

from __future__ import annotations

from typing import Any

import pytest
from dmn_tables import codes, decide, decision, file, table
from hypothesis import given
from hypothesis import strategies as st

from engine.flow.dmn import DecisionFailed, check_decisions


def matches(cell: str, value: Any, kind: str = "", **data: Any) -> bool:
    drawn = table([f"x{f': {kind}' if kind else ''}"], ["r"], [f"{cell}; 1"])
    return decide(file(decision(drawn)), x=value, **data) == 1


@pytest.mark.parametrize(("cell", "yes", "no"), [
    ("-", 1, ...), ("", None, ...), ("5", 5, 6), ("-5", -5, 5), ("1.5", 1.5, 1), ("< 5", 4.9, 5),
    ("<= 5", 5, 5.1), (">5", 6, 5), (">= 5", 5, 4), ("= 5", 5, 4), ("!= 5", 4, 5),
    ("[1..5]", 1, 0), ("[1..5]", 5, 5.1), ("(1..5)", 2, 1), ("(1..5)", 4.9, 5), ("]1..5[", 2, 5),
    ("]1..5]", 5, 1), ("[1..5[", 1, 5), ("[1..5)", 1, 5), ("1,2, 3", 2, 4), ("< 1, > 5", 6, 3),
    ("]1..2[, [4..5]", 4, 2), ("not(5)", 4, 5), ("not(1,2)", 3, 2), ("not([1..5])", 6, 5),
    ("not(< 5, > 9)", 7, 4), ('"a"', "a", "b"), ('"a","b"', "b", "c"), ('not("a","b")', "c", "b"),
    ('"a,b"', "a,b", "a"), ('"[1..2]"', "[1..2]", 1), ('"?"', "?", "a"), ('> "a"', "b", "a"),
    ("true", True, False), ("false", False, True), ("not(true)", False, True),
    ("null", None, 0), ("not(null)", 0, None), ("? > 5", 6, 5), ("? > 5 and ? < 9", 8, 9),
    ("? % 2 == 0", 4, 3), ("? = 5 or ? = 7", 7, 6), ('contains(?, "b")', "abc", "acd"),
    ('starts with(?, "H")', "Hà Nội", "Nghệ An"), ("low", 3, 4), ("> low", 4, 3),
    ("[low..high]", 9, 10), ("low + 1", 4, 3), ("names", "a", "c"), ("low > 2", 77, ...),
    ("low > 3", ..., 77), ('["a","b"]', ["a", "b"], ["a"]), ('["a","b"]', "a", "c"),
    ('"a" in ?', ["a", "b"], ["b"]), ("len(?) > 1", ["a", "b"], ["b"]),
    ('not(contains(?, "a"))', ["b"], ["a"]), ("(low)", 3, 4), ("(low + 1) * 2", 8, 7),
])
def test_a_cell_matches_what_dmn_says(cell: str, yes: Any, no: Any) -> None:
    data = {"low": 3, "high": 9, "names": ["a", "b"]}
    assert yes is ... or matches(cell, yes, **data)
    assert no is ... or not matches(cell, no, **data)


@pytest.mark.parametrize(("cell", "yes", "no"), [
    ('date("2026-11-24")', "2026-11-24", "2026-11-25"),
    ('@"2026-11-24"', "2026-11-24", "2026-11-23"),
    ('>= date("2026-11-24")', "2026-11-24", "2026-11-23"),
    ('[date("2026-01-01")..date("2026-12-31")]', "2026-12-31", "2027-01-01"),
    ('< @"2026-07-01"', "2026-06-30", "2026-07-01"), ("<= today()", "2026-11-23", "2026-11-24"),
])
def test_days_are_read_from_the_texts_in_which_data_hold_them(cell: str, yes: str, no: str) -> None:
    assert matches(cell, yes, "date")
    assert not matches(cell, no, "date")
    assert matches(cell, yes)


def test_null_has_no_order_and_so_matches_neither_a_test_nor_its_opposite() -> None:
    for cell in ("< 5", ">= 5", "[1..5]", "not(< 5)", "not([1..5])", "5", '"a"'):
        assert not matches(cell, None)


def test_true_is_not_the_number_one() -> None:
    assert not matches("1", value=True)
    assert not matches("true", 1)


@given(st.integers(-9, 9), st.integers(-9, 9), st.integers(-9, 9), st.sampled_from("[(]"),
       st.sampled_from("])["))
def test_intervals_are_those_of_mathematics(
    low: int, high: int, value: int, opening: str, closing: str,
) -> None:
    above = value >= low if opening == "[" else value > low
    below = value <= high if closing == "]" else value < high
    assert matches(f"{opening}{low}..{high}{closing}", value) is (above and below)
    assert matches(f"not({opening}{low}..{high}{closing})", value) is not (above and below)


@pytest.mark.parametrize(("cell", "kind"), [
    ("> ", ""), ("1,,2", ""), ("[1..", ""), ("__import__('os')", ""), ("? .x()", ""),
    ("lambda: 1", ""), ('"a', ""), ("eval(?)", ""), ("[x for x in y]", ""), ('"a"', "number"),
    ("5", "string"),
    ("1.5", "integer"), ('date("hôm qua")', "date"), (">= 5", "boolean"), ("x" * 5_000, ""),
    ("-" * 80 + "1", ""),
])
def test_a_cell_that_cannot_be_read_is_an_error_with_its_line(cell: str, kind: str) -> None:
    drawn = table([f"x{f': {kind}' if kind else ''}"], ["r"], [f"{cell}; 1"])
    found = [f for f in check_decisions(file(decision(drawn))) if f.severity == "error"]
    assert len(found) == 1
    assert found[0].line == 5
    assert found[0].element == "D"
    assert "luật 1" in found[0].vi


@pytest.mark.parametrize(("value", "kind"), [
    ("7", "number"), (1.5, "integer"), (5, "string"), ("true", "boolean"), (1, "boolean"),
    ("hôm qua", "date"), (20261124, "date"), (True, "number"),
])
def test_a_value_of_another_kind_than_its_column_says_is_refused(value: Any, kind: str) -> None:
    with pytest.raises(DecisionFailed, match="column 'x'") as failure:
        matches("-", value, kind)
    assert failure.value.facts["element"] == "D"


def test_values_that_cannot_be_ordered_name_rule_and_column() -> None:
    with pytest.raises(DecisionFailed, match=r"rule 1 \(line 5\), column 'x'"):
        matches("> 5", "abc")


def test_names_with_blanks_are_names_of_dmn() -> None:
    drawn = table(["Số ngày: number"], ["Kết quả"], ['> Hạn chót; "Số ngày"', '- ; "-"'], "FIRST")
    content = file('<inputData id="i1" name="Số ngày"/><inputData id="i2" name="Hạn chót"/>',
                   decision(drawn, needs="~i1 ~i2"))
    assert decide(content, **{"Số ngày": 6, "Hạn chót": 5}) == "Số ngày"
    assert decide(content, Số_ngày=5, Hạn_chót=5) == "-"
    assert codes(content) == []
