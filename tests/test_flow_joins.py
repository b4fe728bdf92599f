"""Inclusive joins (BPMN 2.0.2 section 13.4.3) where tokens stand at an event-based gateway."""

from __future__ import annotations

import pytest
from flow_drawings import drawing
from token_drawing import draw

from engine.clock import FixedClock
from engine.flow.play import PlayRequest, play

DRAWING = (
    "start s; and g; first h; catch message m1 M; catch message m2 N; xor x; or j; end e\n"
    "s > g > x > j; g > h; h > m1 > x; h > m2 > j; j > e"
)


@pytest.mark.parametrize(("name", "completed"), [
    (None, "s g x j e"),
    ("N", "s g x j e h m2 j e"),
    ("M", "s g x j e h m1 x j e"),
])
def test_the_events_of_one_gateway_share_one_token(
    clock: FixedClock, name: str | None, completed: str,
) -> None:
    # That token reaches the empty way by N and the full one by M: the join may not wait for it.
    drawn = draw(DRAWING)
    content = drawn if isinstance(drawn, bytes) else drawn.encode()
    messages = ({"name": name, "payload": {}},) if name else ()
    played = play({"a.bpmn": content}, "a.bpmn", PlayRequest(at=clock.now(), messages=messages))
    done = [item["element"] for item in played["trace"] if item["event"] == "completed"]
    assert " ".join(done) == completed


def test_a_task_whose_border_has_sent_a_token_ahead_is_still_awaited(clock: FixedClock) -> None:
    # No sequence flow leads from the task to what its border put out: its own token may still come.
    drawn = drawing("""
        start S
        user A
        boundary B on=A soft message:M
        task H
        or J
        end E
        S -> A
        A -> J
        B -> H
        H -> J
        J -> E
    """)
    request = PlayRequest(at=clock.now(), answers={"A": [None]}, messages=({"name": "M"},))
    told = play({"a.bpmn": drawn}, "a.bpmn", request)
    assert "H" in {item["element"] for item in told["trace"]}
    assert "J" not in {item["element"] for item in told["trace"]}
