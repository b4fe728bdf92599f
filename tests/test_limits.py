"""What one diagram may hold is set by the environment; a finding names the limit it passed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from dmn_tables import decision, table
from dmn_tables import file as decisions_file
from flow_drawings import drawing
from sketch import draw

from api.__main__ import main

CHAIN = "start S\n" + "\n".join(f"task t{i}" for i in range(30)) + "\n" + "\n".join(
    f"t{i} -> t{i + 1}" for i in range(29)) + "\nS -> t0"


@pytest.mark.parametrize("case", [
    ("MOTCUA_DIAGRAM_BYTES", "1000", "too-large", "1,000"),
    ("MOTCUA_DIAGRAM_NODES", "20", "too-many-nodes", "20"),
    ("MOTCUA_DIAGRAM_NESTING", "10", "nested-too-deep", "10"),
    ("MOTCUA_DIAGRAM_NAME", "20", "name-too-long", "20"),
])
def test_a_limit_of_the_environment_is_kept_and_named(
    case: tuple[str, str, str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name, value, code, told = case
    deep = "<a>" * 12 + "</a>" * 12
    file = tmp_path / "x.bpmn"
    file.write_bytes(drawing(f"{CHAIN}\ntask {'u' * 30} <extensionElements>{deep}"
                             "</extensionElements>"))
    monkeypatch.setenv(name, value)
    assert main(["lint", str(file), "--json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)[0]["findings"]
    assert found["code"] == code
    assert told in found["message"]["en"]
    assert told in found["message"]["vi"]


@pytest.mark.parametrize("case", [
    ("MOTCUA_DECISION_BYTES", "1000", "too-large", "1,000"),
    ("MOTCUA_DECISION_RULES", "20", "too-many-rules", "20"),
    ("MOTCUA_DECISION_COLUMNS", "4", "too-many-columns", "4"),
    ("MOTCUA_DECISION_NESTING", "10", "nested-too-deep", "10"),
])
def test_a_limit_on_decision_tables_is_kept_alone_and_beside_a_diagram(
    case: tuple[str, str, str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name, value, code, told = case
    columns = ["a", "b", "c", "d"]
    table_of = table(columns, ["r"], [f"-; -; -; {n}; {n}" for n in range(30)], "FIRST")
    deep = f"<extensionElements>{'<a>' * 12}{'</a>' * 12}</extensionElements>"
    (tmp_path / "x.dmn").write_bytes(decisions_file(deep, decision(table_of)))
    call = tmp_path / "x.bpmn"
    call.write_bytes(draw("start:s businessRuleTask:r end:e", "s>r r>e", r='motcua:decision="D"'))
    assert main(["lint", str(tmp_path / "x.dmn"), str(call)]) == 0
    monkeypatch.setenv(name, value)
    capsys.readouterr()
    assert main(["lint", str(tmp_path / "x.dmn"), str(call), "--json"]) == 1
    for answer in json.loads(capsys.readouterr().out):
        (found,) = (f for f in answer["findings"] if f["severity"] == "error")
        assert found["code"] == code
        assert told in found["message"]["en"]
        assert told in found["message"]["vi"]
        assert found["hint"]["vi"]
