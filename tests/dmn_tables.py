"""Small decision tables for tests, as DMN 1.3: columns and rules in the order of the drawing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from engine.expressions import Surroundings
from engine.flow.dmn import check_decisions, read_decisions
from engine.flow.dmn import decide as whole

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
AROUND = Surroundings(datetime(2026, 11, 23, 2, 0, tzinfo=UTC))


def text(tag: str, content: str, attributes: str = "") -> str:
    return f"<{tag}{attributes}><text>{escape(content)}</text></{tag}>"


def column(written: str) -> str:
    """An input: `expression`, or `expression: type`."""
    expression, _, kind = written.partition(": ")
    typed = f" typeRef={quoteattr(kind)}" if kind else ""
    written = text("inputExpression", expression, typed)
    return f"<input label={quoteattr(expression)}>{written}</input>"


def result(written: str) -> str:
    """An output: `name`, `name: type`, then `| values` and `/ default`."""
    head, _, default = written.partition(" / ")
    head, _, values = head.partition(" | ")
    name, _, kind = head.partition(": ")
    typed = f" typeRef={quoteattr(kind)}" if kind else ""
    inside = text("outputValues", values) if values else ""
    inside += text("defaultOutputEntry", default) if default else ""
    return f"<output name={quoteattr(name)}{typed}>{inside}</output>"


def rule(cells: str, outputs: Sequence[str]) -> str:
    """A rule: cells divided by `;`, the last ones outputs."""
    parts = [part.strip() for part in cells.split(";")]
    tests, results = parts[:len(parts) - len(outputs)], parts[len(parts) - len(outputs):]
    return "<rule>" + "".join(text("inputEntry", cell) for cell in tests) + "".join(
        text("outputEntry", cell) for cell in results) + "</rule>\n"


def table(
    inputs: Sequence[str], outputs: Sequence[str], rules: Sequence[str], policy: str = "UNIQUE",
    more: str = "",
) -> str:
    return (f'<decisionTable hitPolicy="{policy}"{more}>\n' + "".join(map(column, inputs))
            + "".join(map(result, outputs)) + "\n" + "".join(rule(r, outputs) for r in rules)
            + "</decisionTable>")


def decision(logic: str, key: str = "D", name: str = "Decision", needs: str = "") -> str:
    required = "".join(
        f'<informationRequirement><required{"Input" if n[0] == "~" else "Decision"} '
        f'href="#{n.lstrip("~")}"/></informationRequirement>' for n in needs.split())
    return f'<decision id="{key}" name="{name}">{required}{logic}</decision>\n'


def file(*parts: str, namespace: str = DMN) -> bytes:
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<definitions xmlns="{namespace}" id="F" '
            f'name="F" namespace="urn:f">\n{"".join(parts)}</definitions>').encode()


def decide(content: bytes, key: str = "D", **data: Any) -> Any:
    return whole(read_decisions(content), key, data, AROUND).value


def codes(content: bytes, severity: str | None = None) -> list[str]:
    return [f.code for f in check_decisions(content) if severity in (None, f.severity)]
