"""Files of decisions: versions, requirement graphs, limits, and what hostile ones come to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from dmn_tables import AROUND, codes, decide, decision, file, table

from api.cli.lint import lint
from engine.flow.dmn import DecisionFailed, check_decisions, read_decisions
from engine.flow.dmn import decide as whole
from engine.flow.dmn.words import NAMESPACES
from engine.flow.findings import Refused

PLAIN = decision(table(["x"], ["r"], ["> 5; 1"]))


def formula(text: str) -> str:
    return f"<literalExpression><text>{text}</text></literalExpression>"


@pytest.mark.parametrize("namespace", sorted(NAMESPACES))
def test_every_version_of_dmn_is_read(namespace: str) -> None:
    assert decide(file(PLAIN, namespace=namespace), x=6) == 1


def test_encoding_prefix_and_byte_order_mark_do_not_matter() -> None:
    drawn = file(PLAIN).decode().replace("UTF-8", "UTF-16").encode("utf-16")
    assert decide(drawn, x=6) == 1
    assert decide(b"\xef\xbb\xbf" + file(PLAIN), x=6) == 1


def test_required_decisions_are_worked_out_once_each_before_what_requires_them() -> None:
    content = file(
        '<inputData id="i" name="lương"/>',
        decision(table(["Mức", "Bậc"], ["Phí"], ['"cao"; 2; Mức + "!"', "-; -; 0"], "FIRST"),
                 "D", "Phí", "a b"),
        decision(table(["lương"], ["mức"], ['> 10; "cao"', '- ; "thấp"'], "FIRST"),
                 "a", "Mức", "~i"),
        decision(formula("if_cao(Mức)").replace("if_cao(Mức)", '2 if Mức == "cao" else 1'),
                 "b", "Bậc", "a"),
    )
    assert codes(content) == []
    assert decide(content, lương=11) == "cao!"
    assert decide(content, lương=1) == 0
    order = [made.id for made in read_decisions(content).needed("D")]
    assert order == ["a", "b", "D"]


def test_a_required_table_is_read_by_its_outputs_too_as_camunda_writes_it() -> None:
    content = file(
        decision(table(["season", "guestCount"], ["dish"], ['"Winter"; < 5; "Súp"']), "D", "Dish",
                 "s g"),
        decision(table(["temperature"], ["season"], ['< 20; "Winter"']), "s", "Season"),
        decision(table(["guests"], ["guestCount"], ["-; guests + 1"]), "g", "Guest Count"),
    )
    assert codes(content) == []
    assert decide(content, temperature=5, guests=3) == "Súp"


def test_a_long_chain_of_decisions_is_no_recursion() -> None:
    links = [decision(formula(f"d{n + 1} + 1"), f"d{n}", f"d{n}", f"d{n + 1}") for n in range(499)]
    content = file(*links, decision(formula("0"), "d499", "d499"))
    assert decide(content, "d0") == 499


@pytest.mark.parametrize(("parts", "code"), [
    ((decision(formula("b"), "a", "a", "b"), decision(formula("a"), "b", "b", "a")),
     "decision-circle"),
    ((decision(formula("1"), "a", "a", "a"),), "decision-circle"),
    ((decision(formula("1"), "a", "a", "nowhere"),), "decision-requirement"),
    ((decision(formula("1"), "a", "a", "~nowhere"),), "decision-requirement"),
    ((PLAIN, PLAIN), "decision-id"), (("<inputData id='i' name='i'/>",), "no-decision"),
    ((decision(""),), "decision-kind"), ((decision("<context/>"),), "decision-kind"),
    (("<import namespace='x' importType='y'/>", PLAIN), "decision-import"),
    ((decision(table(["x"], [], [])),), "decision-no-output"),
    ((decision(table(["x"], ["r"], ["1; 2; 3"])),), "decision-entries"),
    ((decision(table(["x"], ["r"], ["1"])),), "decision-entries"),
    ((decision(table(["x"], ["r", "r"], ["1; 2; 3"])),), "decision-output-name"),
    ((decision(table([""], ["r"], ["1; 2"])),), "expression-empty"),
    ((decision(table(["x"], ["r"], ["1; ?"])),), "decision-cell"),
    ((decision(table(["x"], ["r"], ["1; open('f')"])),), "expression-unknown-function"),
    ((decision(formula("().__class__")),), "expression-forbidden"),
    ((PLAIN.replace("<inputExpression", "<inputExpression expressionLanguage='javascript'"),),
     "decision-language"),
])
def test_what_cannot_be_decided_is_refused_when_it_is_read(
    parts: tuple[str, ...], code: str,
) -> None:
    content = file(*parts)
    assert code in codes(content, "error")
    with pytest.raises(Refused):
        read_decisions(content)


@pytest.mark.parametrize(("content", "code"), [
    (b"", "not-xml"), (b"{}", "not-xml"), (b"<a/>", "not-dmn"), (b"\xff\xfe\x00", "encoding"),
    (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "doctype"),
    (b"<a>" * 200 + b"</a>" * 200, "nested-too-deep"),
    (b'<?xml version="1.0" encoding="' + b"x" * 500 + b'"?><a/>', "not-xml"),
    (b"<a>" + b" " * 2_000_000 + b"</a>", "too-large"),
    (file(decision(table(["x"], ["r"], ["1; 2"] * 2_001))), "too-many-rules"),
    (file(decision(table(["x"], ["r"], ["1," * 1_500 + "1; 2"] * 70))), "too-many-rules"),
])
def test_broken_and_oversized_files_are_one_finding(content: bytes, code: str) -> None:
    assert codes(content) == [code]


def test_code_in_every_place_where_an_expression_can_stand_is_refused() -> None:
    code = '__import__("os").system("x")'
    for parts in (
        table([code], ["r"], ["1; 2"]), table(["x"], ["r"], [f"{code}; 2"]),
        table(["x"], ["r"], [f"1; {code}"]), table(["x"], [f"r / {code}"], ["1; 2"]),
        table(["x"], [f"r | {code}"], ["1; 2"]), formula(code.replace('"', "'")),
        table(["x"], ["r"], [f"[1..{code}]; 2"]), table(["x"], ["r"], [f"not({code}); 2"]),
    ):
        assert codes(file(decision(parts)), "error")


def test_two_thousand_rules_are_linted_and_decided_in_time() -> None:
    content = file(decision(table(["x"], ["r"], [f"{n}; {n}" for n in range(2_000)])))
    assert codes(content) == ["decision-overlap-unchecked"]
    assert decide(content, x=1_999) == 1_999


def test_unknown_names_are_told_with_the_nearest_known_one() -> None:
    content = file('<inputData id="i" name="income"/>',
                   decision(table(["incme"], ["r"], ["> limit; 2"]), needs="~i"))
    found = [f for f in check_decisions(content) if f.code == "expression-unknown-name"]
    assert [f.hint_en for f in found][:1] == ["Did you mean income?"]
    assert len(found) == 2
    assert {f.severity for f in found} == {"warning"}


def test_an_empty_output_and_an_unknown_type_are_warnings() -> None:
    content = file(decision(table(["x: com.acme.Thing"], ["r"], ["5; "])))
    assert codes(content) == ["decision-unknown-type", "decision-output-empty"]
    assert decide(content, x=5) is None


def test_item_definitions_lend_their_type_to_columns() -> None:
    item = '<itemDefinition name="tTuổi"><typeRef>number</typeRef></itemDefinition>'
    content = file(item, decision(table(["x: tTuổi"], ["r"], ["> 5; 2"])))
    with pytest.raises(DecisionFailed):
        decide(content, x="6")


def test_allowed_values_of_an_input_are_kept() -> None:
    drawn = table(["x"], ["r"], ["-; 2"]).replace(
        "</input>", "<inputValues><text>\"a\",\"b\"</text></inputValues></input>")
    assert decide(file(decision(drawn)), x="a") == 2
    with pytest.raises(DecisionFailed, match="allowed values"):
        decide(file(decision(drawn)), x="c")


def test_missing_data_and_unknown_decisions_are_named() -> None:
    with pytest.raises(DecisionFailed, match=r"column 'x'.*no 'x'"):
        decide(file(PLAIN))
    with pytest.raises(DecisionFailed, match="No decision 'E'"):
        decide(file(PLAIN), "E")


def test_a_result_beyond_the_bounds_of_the_language_is_refused() -> None:
    content = file(decision(table(["x"], ["r"], ["-; x"] * 100, "COLLECT")))
    with pytest.raises(DecisionFailed, match="too large"):
        decide(content, x="a" * 1_000)
    total = file(decision(table(["x"], ["r"], ["-; x"] * 3, "COLLECT", ' aggregation="SUM"')))
    with pytest.raises(DecisionFailed, match="too large"):
        decide(total, x=2**53 - 1)


def test_results_are_plain_data_of_their_own_and_data_are_not_changed() -> None:
    content = file(decision(formula("rows")))
    data = {"rows": [{"a": 1}]}
    found = whole(read_decisions(content), "D", data, AROUND).value
    found[0]["a"] = 2
    assert data == {"rows": [{"a": 1}]}
    assert whole(read_decisions(content), "D", data, AROUND).names == ("Decision",)


def test_lint_on_the_command_line_reads_decisions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "fees.dmn"
    path.write_bytes(file(decision(table(["x"], ["r"], ["> ; 1"]))))
    assert lint([str(path), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [f["line"] for f in told[0]["findings"]] == [5]
