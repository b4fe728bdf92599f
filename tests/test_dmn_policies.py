"""Which rule counts: hit policies and aggregations of DMN 1.3 clause 8.2.10."""

from __future__ import annotations

from typing import Any

import pytest
from dmn_tables import codes, decide, decision, file, table
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.flow.dmn import DecisionFailed, check_decisions

RULES = ['> 5; "low"', '> 3; "high"', '> 5; "high"', '> 8; "medium"']
RANKED = 'r | "high","medium","low"'


def given_x(policy: str, x: int, output: str = "r", more: str = "", rules: Any = RULES) -> Any:
    return decide(file(decision(table(["x"], [output], rules, policy, more))), x=x)


def test_unique_gives_the_one_rule_that_matches_and_refuses_two() -> None:
    assert given_x("UNIQUE", 4) == "high"
    with pytest.raises(DecisionFailed, match="rules 1, 2 and 3") as failure:
        given_x("UNIQUE", 6)
    assert failure.value.facts["rules"] == (1, 2, 3)
    assert "luật 1, 2 và 3" in failure.value.vi


def test_unique_is_what_counts_where_no_policy_is_written() -> None:
    content = file(decision(table(["x"], ["r"], RULES).replace(' hitPolicy="UNIQUE"', "")))
    with pytest.raises(DecisionFailed):
        decide(content, x=6)


def test_first_gives_the_first_in_the_order_of_the_table() -> None:
    assert given_x("FIRST", 9) == "low"
    assert given_x("FIRST", 4) == "high"


def test_any_wants_equal_outputs() -> None:
    assert given_x("ANY", 6, rules=["> 5; 1", "> 3; 1.0"]) == 1
    with pytest.raises(DecisionFailed, match="rules 1 and 2 differ"):
        given_x("ANY", 6)


def test_priority_and_output_order_follow_the_output_values() -> None:
    assert given_x("PRIORITY", 9, RANKED) == "high"
    assert given_x("OUTPUT ORDER", 9, RANKED) == ["high", "high", "medium", "low"]
    assert given_x("RULE ORDER", 9, RANKED) == ["low", "high", "high", "medium"]


def test_priority_goes_by_the_first_output_then_by_the_next() -> None:
    drawn = table(["x"], ["a | 1,2", 'b | "y","z"'],
                  ['-; 2; "y"', '-; 1; "z"', '-; 1; "y"'], "PRIORITY")
    assert decide(file(decision(drawn)), x=0) == {"a": 1, "b": "y"}


def test_an_output_worked_out_beyond_the_output_values_is_refused_under_priority() -> None:
    with pytest.raises(DecisionFailed, match="Rule 1 gives 'other'"):
        given_x("PRIORITY", 9, RANKED, rules=['-; "oth" + "er"'])


@pytest.mark.parametrize(("how", "many", "none"), [
    ("SUM", 0.6, None), ("MIN", 0.1, None), ("MAX", 0.3, None), ("COUNT", 3, 0),
])
def test_collect_aggregates(how: str, many: float, none: float | None) -> None:
    rules = ["> 0; 0.1", "> 1; 0.2", "> 2; 0.3"]
    more = f' aggregation="{how}"'
    assert given_x("COLLECT", 5, more=more, rules=rules) == many
    assert given_x("COLLECT", 0, more=more, rules=rules) == none
    assert given_x("COLLECT", 2, rules=rules) == [0.1, 0.2]
    assert given_x("COLLECT", 0, rules=rules) == []


def test_the_smallest_of_texts_and_days_is_found_and_their_sum_refused() -> None:
    assert given_x("COLLECT", 9, more=' aggregation="MIN"') == "high"
    with pytest.raises(DecisionFailed, match="SUM"):
        given_x("COLLECT", 9, more=' aggregation="SUM"')
    days = ['-; date("2026-12-01")', '-; date("2026-11-01")']
    assert given_x("COLLECT", 1, more=' aggregation="MIN"', rules=days) == "2026-11-01"


@pytest.mark.parametrize(("policy", "expected"), [
    ("UNIQUE", "none"), ("FIRST", "none"), ("COLLECT", ["none"]), ("RULE ORDER", ["none"]),
])
def test_where_no_rule_matches_the_default_output_counts(policy: str, expected: Any) -> None:
    assert given_x(policy, 0, 'r / "none"') == expected


def test_where_no_rule_matches_and_nothing_is_default_the_result_is_null() -> None:
    assert given_x("UNIQUE", 0) is None
    assert given_x("RULE ORDER", 0) == []


def test_several_outputs_give_an_object() -> None:
    drawn = table(["x"], ["fee: number", "note: string / \"-\""], ['> 5; x * 1000; "cao"'])
    assert decide(file(decision(drawn)), x=6) == {"fee": 6000, "note": "cao"}
    assert decide(file(decision(drawn)), x=1) == {"fee": None, "note": "-"}


def test_an_output_of_another_kind_than_its_column_says_is_refused() -> None:
    drawn = table(["x"], ["fee: number"], ["-; name"])
    with pytest.raises(DecisionFailed, match=r"rule 1 .*column 'fee'"):
        decide(file(decision(drawn)), x=6, name="An")


@pytest.mark.parametrize(("policy", "more", "output", "code"), [
    ("UNIQ", "", "r", "decision-hit-policy"), ("RULE_ORDER", "", "r", "decision-hit-policy"),
    ("COLLECT", ' aggregation="AVG"', "r", "decision-hit-policy"),
    ("FIRST", ' aggregation="SUM"', "r", "decision-aggregation"),
    ("PRIORITY", "", "r", "decision-output-values"),
    ("PRIORITY", "", 'r | "high"', "decision-output-values"),
    ("FIRST", "", "r: number", "decision-type"),
])
def test_a_table_that_cannot_mean_anything_is_refused_when_it_is_read(
    policy: str, more: str, output: str, code: str,
) -> None:
    content = file(decision(table(["x"], [output], RULES, policy, more)))
    assert code in codes(content, "error")


def test_an_unknown_hit_policy_is_answered_with_the_nearest() -> None:
    found = check_decisions(file(decision(table(["x"], ["r"], RULES, "RULE_ORDER"))))
    assert found[0].hint_en == "Did you mean RULE ORDER?"


CELLS = st.one_of(
    st.just("-"), st.integers(0, 6).map(str),
    st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">="]), st.integers(0, 6)),
    st.builds("{}{}..{}{}".format, st.sampled_from("[]"), st.integers(0, 6), st.integers(0, 6),
              st.sampled_from("[]")),
    st.lists(st.integers(0, 6), min_size=1, max_size=3).map(lambda n: ",".join(map(str, n))),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=2, max_size=4))
def test_overlaps_told_of_whole_numbers_are_exactly_those_that_exist(
    cells: list[tuple[str, str]],
) -> None:
    rules = [f"{a}; {b}; {number}" for number, (a, b) in enumerate(cells)]
    content = file(decision(table(["x: integer", "y: integer"], ["r"], rules, "UNIQUE")))
    listing = file(decision(table(["x: integer", "y: integer"], ["r"], rules, "RULE ORDER")))
    met = any(len(decide(listing, x=x, y=y)) > 1 for x in range(-1, 8) for y in range(-1, 8))
    assert ("decision-overlap" in codes(content)) is met


def test_overlaps_are_not_told_where_columns_or_data_decide() -> None:
    for rules in (["> low; 1", "< low; 2"], ["not(5); 1", "6; 2"], ['"a"; 1', "5; 2"]):
        assert "decision-overlap" not in codes(file(decision(table(["x"], ["r"], rules))))
    twice = table(["x", "x"], ["r"], ["> 5; -; 1", "-; < 3; 2"])
    assert "decision-overlap" not in codes(file(decision(twice)))
