"""Every walk of the pack, played: it visits the steps in its order and comes to its ends."""

from __future__ import annotations

import json
from collections import Counter

import drawn
import pytest

from engine.flow.lint import lint
from engine.flow.play import PlayRequest, play

WALKS = {
    (path.parent.name, name): walk
    for path in sorted((drawn.ROOT / "bpmn").glob("*/walks.json"))
    for name, walk in json.loads(path.read_text(encoding="utf-8"))["paths"].items()
}


def files(name):
    diagram = drawn.read(name)
    found = [diagram.path, *diagram.forms().glob("*.form")]
    return {path.name: path.read_bytes() for path in found}


@pytest.mark.parametrize(("name", "walk"), WALKS, ids="-".join)
def test_the_walk_is_played_to_its_ends(name, walk, clock):
    told = WALKS[name, walk]
    request = PlayRequest(at=clock.now(), answers=told["answers"])
    result = play(files(name), f"{name}.bpmn", request)
    done = [item["element"] for item in result["trace"] if item["event"] == "completed"]
    assert (result["status"], result["error"], result["waiting"]) == ("completed", None, [])
    assert Counter(e for e in done if e.startswith("Task_")) == Counter(told["order"])
    assert set(told["ends"]) <= set(done)


@pytest.mark.parametrize("name", ["p088", "p106", "p094"])
def test_where_nothing_is_parallel_the_steps_come_in_the_order_told(name, clock):
    told = WALKS[name, "send_back"]
    result = play(files(name), f"{name}.bpmn", PlayRequest(clock.now(), answers=told["answers"]))
    done = [item["element"] for item in result["trace"] if item["event"] == "completed"]
    assert [e for e in done if e.startswith("Task_")] == told["order"]


@pytest.mark.parametrize("name", sorted({name for name, _ in WALKS}))
def test_lint_has_nothing_to_say_of_the_pack_but_how_it_reads_it(name):
    report = lint(files(name), f"{name}.bpmn")
    readings = {"gateway-asks", "group-shares-duration"}
    assert {(f.severity, f.code) for f in report.findings} <= {("info", r) for r in readings}
    assert report.facts is not None
    assert report.lowered is not None
