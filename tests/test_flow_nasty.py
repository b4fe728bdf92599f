"""What drawings that tempt to another reading do: as BPMN 2.0.2 says, node by node."""

from __future__ import annotations

import re

import pytest
from flow_drawings import played
from nasty_cases import CASES, Case

MARKS = {"completed": "", "cancelled": "x"}


_MANY = re.compile(r"<many (\d+)( seq)?/>")


def drawn(lines: str) -> str:
    """Return a case's lines one under the other, its marks written out."""
    return _MANY.sub(lambda mark: (
        f'<multiInstanceLoopCharacteristics isSequential="{"true" if mark[2] else "false"}">'
        f"<loopCardinality>{mark[1]}</loopCardinality></multiInstanceLoopCharacteristics>"
    ), lines).replace(" | ", "\n")


def trace(items: list[dict[str, object]]) -> str:
    return " ".join(
        f"{MARKS[str(item['event'])]}{item['element']}"
        + (f"#{item['instance']}" if "instance" in item else "")
        for item in items if item["event"] != "entered")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_a_nasty_drawing_runs_as_the_standard_says(case: Case) -> None:
    told = played(drawn(case.lines), extra=case.extra, **case.request)
    assert (told["status"], trace(told["trace"])) == (case.status, case.trace)
    assert " ".join(wait["element"] for wait in told["waiting"]) == case.waiting
    assert (told["error"] is None) == (case.status != "failed")
