"""Rows of lint (soát sơ đồ): what all findings cost beside parsing, and how that grows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import log2

from lxml import etree

from bench import shapes
from bench.measure import in_turns, ratio
from bench.table import Row
from engine.flow.lint import lint
from engine.flow.lint.schema import _schema

SMALL, LARGE = 200, 2_000


def linting(rounds: int) -> Row:
    """Lint a drawing of 25 nodes; the other side parses it and holds it against the XSD."""
    content, schema = shapes.office(25), _schema()

    def validated(_: int) -> None:
        schema.validate(etree.fromstring(content).getroottree())

    times = in_turns({"ours": partial(_linted, content), "other": validated}, rounds)
    ours, other = times["ours"], times["other"]
    return Row(
        number="+", what="lint of a drawing of 25 nodes (CPU)", against="parsing it and its XSD",
        n=ours.n, ours=ours.text(), other=other.text(), value=ratio(ours.cpu, other.cpu), bar=20,
        better="less",
    )


def linting_large(rounds: int) -> Row:
    """Lint a drawing of 2,000 nodes and one of 200; held to growth like n log n."""
    ours, other = shapes.office(LARGE), shapes.office(SMALL)
    steps: dict[str, Callable[[int], None]] = {
        "ours": partial(_linted, ours), "other": partial(_linted, other)}
    times = in_turns(steps, rounds)
    growth = LARGE * log2(LARGE) / (SMALL * log2(SMALL))
    return Row(
        number="+", what=f"lint of a drawing of {LARGE:,} nodes (CPU)", against=f"{SMALL} nodes",
        n=times["ours"].n, ours=times["ours"].text(), other=times["other"].text(),
        value=ratio(times["ours"].cpu, times["other"].cpu), bar=round(growth, 1), better="less",
        note="the bar is n log n",
    )


def _linted(content: bytes, _: int) -> None:
    lint({"office.bpmn": content}, "office.bpmn")
