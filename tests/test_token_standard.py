"""The small diagrams of `token_cases`, derived by hand from the sections of the standard they name.

The token game and the engine must both give them: the one guards the other's reading.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from token_cases import CASES, Case
from token_drawing import draw
from token_engine import played, told
from token_referee import Outcome, finished, run


def agrees(seen: Outcome, trace: str) -> bool:
    """Say whether the nodes completed are those of `trace`, braces holding any order."""
    rest = list(seen.trace)
    for group in re.findall(r"\{[^}]*\}|\S+", trace):
        expected = group.strip("{}").split()
        if Counter(rest[: len(expected)]) != Counter(expected):
            return False
        rest = rest[len(expected) :]
    return not rest


def judge(seen: Outcome, case: Case) -> None:
    waiting = sorted(tuple(one.split(":")) for one in case.waiting.split())
    assert seen.status == (case.status or ("waiting" if waiting else "completed"))
    if case.status != "failed":
        assert agrees(seen, case.trace), seen.trace
        assert sorted(seen.waiting) == waiting
        assert seen.data == (case.data if case.after is None else case.after)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_the_token_game_reads_the_standard_so(case: Case) -> None:
    judge(finished(run(draw(case.drawing), case.script, case.data)), case)


@pytest.mark.parametrize("anonymous", [False, True], ids=["flows with ids", "flows without ids"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_the_engine_plays_as_the_standard_says(case: Case, anonymous: bool) -> None:
    judge(played(draw(case.drawing, anonymous=anonymous), case.script, case.data), case)


@pytest.mark.parametrize("case", CASES[::18], ids=lambda case: case.says)
def test_the_command_line_tells_the_same(case: Case, tmp_path: Path) -> None:
    file = tmp_path / "main.bpmn"
    file.write_bytes(draw(case.drawing))
    given = [
        "--data", json.dumps(case.data), "--answers", json.dumps(case.answers),
        "--messages", json.dumps(case.messages), *["--fire-timers"] * case.timers,
    ]  # fmt: skip
    command = [sys.executable, "-m", "api", "play", str(file), "--json", *given]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    judge(told(json.loads(done.stdout)), case)
    assert done.returncode == (1 if case.status == "failed" else 0)


def test_there_are_as_many_cases_as_sections_need() -> None:
    assert len(CASES) >= 60
    assert len({case.section for case in CASES}) == 13
