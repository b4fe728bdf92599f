"""Lint and play agree: what lint finds sound never stands still without anything to wait for."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from sketch import draw

from engine.flow.lint import lint
from engine.flow.play import PlayRequest, play

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
KINDS = st.sampled_from(["user", "xor", "and", "or", "xor", "and"])


@st.composite
def nets(draw_from: st.DrawFn) -> bytes:
    """Draw nodes in a row whose flows lead forward, to one of the next three or to the end."""
    kinds = draw_from(st.lists(KINDS, min_size=3, max_size=8))
    flows = ["s>n0"]
    for at, kind in enumerate(kinds):
        most = 1 if kind == "user" else 3
        ahead = [f"n{to}" for to in range(at + 1, min(len(kinds), at + 4))] + ["e"]
        targets = draw_from(st.lists(st.sampled_from(ahead), min_size=1, max_size=most,
                                     unique=True))
        flows += [f"n{at}>{target}" for target in targets]
    nodes = " ".join(f"{kind}:n{at}" for at, kind in enumerate(kinds))
    return draw(f"start:s {nodes} end:e", " ".join(flows))


@settings(max_examples=150, deadline=None)
@given(nets())
def test_a_diagram_without_a_deadlock_never_stands_still(content: bytes) -> None:
    found = {f.code for f in lint({"m.bpmn": content}, "m.bpmn").findings}
    answer = play({"m.bpmn": content}, "m.bpmn", PlayRequest(at=AT))
    if not found & {"deadlock", "soundness-undecided"}:
        assert answer["status"] == "completed"
