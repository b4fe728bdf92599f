"""Nothing that is uploaded becomes code: everything linted and played while Python can run none.

After imports, builtins eval and exec raise, and compile may make syntax trees only.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from dmn_tables import decision, file, table
from flow_drawings import AT, drawing
from lxml import etree
from no_code import guarded

from engine.expressions import compile_expression
from engine.flow import load as loading
from engine.flow.lint import lint
from engine.flow.play import PlayRequest, play

TESTS = Path(__file__).parent
FILES = sorted(path for folder in ("bpmn", "examples", "tests/golden")
               for path in (TESTS.parent / folder).rglob("*.bpmn"))
POLICIES = ("UNIQUE", "FIRST", "ANY", "PRIORITY", "OUTPUT ORDER", "RULE ORDER", "COLLECT")
DECIDING = drawing('start S\nscript C x = 5\nS -> R\nR -> C').replace(
    b'<scriptTask id="C">',
    b'<businessRuleTask id="R" motcua:decision="D" motcua:result="r"/><scriptTask id="C">')


def drawn_in_tests() -> Iterator[bytes]:
    """Yield every drawing by lines that stands as a plain text in the tests of the flow."""
    for path in sorted(TESTS.glob("test_flow_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and (
                    "->" in node.value):
                with suppress(KeyError, ValueError, IndexError):
                    content = drawing(node.value)
                    with suppress(etree.XMLSyntaxError):
                        etree.fromstring(content)
                        yield content


def tables() -> Iterator[bytes]:
    """Yield a table of each hit policy, with numbers, texts, dates, ranges and lists."""
    for policy in POLICIES:
        rules = ['< 5; "a", "b"; "low"', '[5..9]; not("c"); "mid"', '> 9; -; "high"']
        columns = ["pages: number", "kind: string"]
        yield file(decision(table(columns, ['level: string | "high", "mid", "low"'], rules,
                                  policy)))


def everything() -> Iterator[dict[str, Any]]:
    """Lint and play all there is, each with data, a message and timers fired."""
    asked = PlayRequest(AT, data={"x": 2, "n": 0, "items": [1, 2], "pages": 7, "kind": "a"},
                        messages=({"name": "M"}, {"name": "Go"}), fire_timers=True)
    for content in (*(path.read_bytes() for path in FILES), *drawn_in_tests()):
        lint({"m.bpmn": content}, "m.bpmn")
        yield play({"m.bpmn": content}, "m.bpmn", asked)
    for content in tables():
        assert not [f for f in lint({"t.dmn": content}, "t.dmn").findings if f.severity == "error"]
        yield play({"m.bpmn": DECIDING, "t.dmn": content}, "m.bpmn", asked)


def test_all_that_can_be_linted_and_played_runs_without_running_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = list(everything())
    compile_expression.cache_clear()
    loading._cache.clear()
    with guarded(monkeypatch):
        told = list(everything())
    assert told == expected
    assert len(told) > 100
    assert sum(answer["status"] == "completed" for answer in told) > 50
    assert [answer["data"].get("r") is not None for answer in told[-len(POLICIES):]] == (
        [True] * len(POLICIES))
