"""What one diagram may hold is set by the environment; a finding names the limit it passed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flow_drawings import drawing

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
