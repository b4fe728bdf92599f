"""Wherever an expression can stand, code is refused with line and hint, and never run."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import pytest
from no_code import guarded
from places import PLACES

from engine.flow.lint import lint
from engine.flow.play import PlayRequest, play

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HERE = Path("/tmp/motcua-was-here")
SECONDS = 3  # of CPU for one drawing, on a machine that does much else
#: Texts that an expression must never hold.
CODE = {
    "import": f"__import__('os').system('touch {HERE}')",
    "classes": "().__class__.__base__.__subclasses__()",
    "globals": "x.__class__.__init__.__globals__['os']",
    "lambda": "(lambda: 1)()", "comprehension": "[y for y in range(10**9)]", "walrus": "(y := 5)",
    "format": "'{0.__class__}'.format(1)", "f string": "f'{x}'", "shift": "1 << 10**9",
    "infinite": "1e999", "huge number": "9" * 100_000,
    "parentheses": "(" * 5_000 + "1" + ")" * 5_000,
    "sums": "1" + "+1" * 20_000, "java": "${T(java.lang.Runtime).getRuntime().exec('id')}",
    "node": "process.mainModule.require('child_process').exec('id')",
    "wide letters": "ｅｖａｌ('1')", "bold letters": "𝐞𝐯𝐚𝐥('1')", "right to left": "\u202e1 == x",
    "no width": "x\u200b == 1", "await": "await x", "statements": "1; import os",
    "second line": "1\nimport os", "megabyte": "x" * 1_000_000,
    "regex": "matches('aaaa!', '(a+)+$')",
}
#: Texts that are of the language, and too much.
GREEDY = {
    "power": "9**9**9**9", "repeated text": "'a' * 10**10", "repeated list": "[0] * 10**10",
    "width": "'%999999999d' % 1", "far day": "working_days(10**12)", "no divisor": "1 % 0",
    "last day": "date('9999-12-31') + 99999999", "digits": "round(1e308, 400)",
}
#: Places where a text that is not marked as an expression is a name or a constant.
PLAIN = {
    "camunda input", "camunda output", "camunda expression", "camunda due date", "camunda groups",
    "camunda listener", "zeebe input", "zeebe output", "zeebe job", "zeebe called decision",
    "duration", "status", "form condition",
}


@pytest.fixture(autouse=True, scope="module")
def loaded() -> None:
    """Load what the first drawing loads."""
    play(PLACES["literal"]("1"), "m.bpmn", PlayRequest(AT))


@pytest.mark.parametrize("name", sorted(PLACES))
def test_code_in_a_place_of_expressions_is_refused_and_never_run(
    name: str, monkeypatch: pytest.MonkeyPatch,
) -> None:
    for text in CODE.values():
        files = PLACES[name](text)
        with guarded(monkeypatch):
            begun = process_time()
            found = lint(files, "m.bpmn").findings
            told = play(files, "m.bpmn", PlayRequest(AT, data={"x": [1]}, fire_timers=True))
            assert process_time() - begun < SECONDS
        errors = [f for f in found if f.severity == "error"]
        assert name in PLAIN or errors, text[:60]
        assert all(f.line and f.hint_vi and f.hint_en for f in errors)
        assert not errors or told["status"] == "failed" or errors[0].code == "unknown-status"
    assert not HERE.exists()


@pytest.mark.parametrize("name", sorted(PLACES))
def test_what_is_too_much_ends_with_a_clear_error_or_is_refused(
    name: str, monkeypatch: pytest.MonkeyPatch,
) -> None:
    for text in GREEDY.values():
        files = PLACES[name](text)
        with guarded(monkeypatch):
            begun = process_time()
            lint(files, "m.bpmn")
            told = play(files, "m.bpmn", PlayRequest(AT, data={"x": [1]}, fire_timers=True))
            assert process_time() - begun < SECONDS
        assert told["status"] in ("completed", "waiting", "failed")
        assert len(str(told)) < 200_000
