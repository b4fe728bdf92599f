"""Lint counts tokens where a drawing does: complex gateways, quantities, several beginnings."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sketch import body, codes, draw, only, timer

from engine.flow.play import PlayRequest, play

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def count(condition: str) -> str:
    return f"<bpmn:activationCondition>{condition}</bpmn:activationCondition>"


def three(split: str, condition: str) -> bytes:
    return draw(f"start:s user:u {split}:p user:a user:b user:c complexGateway:k end:e",
                "s>u u>p p>a p>b p>c a>k b>k c>k k>e", k=count(condition))


@pytest.mark.parametrize("condition", [
    "activationCount &gt;= 2", "activationCount == 3", "= activationCount > 1",
    "2 &lt;= activationCount", "${activationCount >= 1}",
])
def test_a_complex_gateway_that_counts_is_sound_behind_a_parallel_split(condition: str) -> None:
    assert not codes(three("and", condition), "error", "warning")
    assert "soundness-undecided" not in codes(three("and", condition))


@pytest.mark.parametrize(("split", "condition"), [
    ("xor", "activationCount >= 2"), ("and", "activationCount >= 4"),
    ("and", "activationCount > 3"),
])
def test_a_complex_gateway_that_counts_on_more_than_come_is_a_deadlock(
    split: str, condition: str,
) -> None:
    assert only(three(split, condition), "deadlock").element == "k"


def test_a_complex_gateway_without_a_condition_waits_for_all() -> None:
    content = three("xor", "")
    assert only(content, "deadlock").element == "k"


def test_what_a_complex_gateway_counts_on_data_is_said_to_be_left_open() -> None:
    found = only(three("and", "activationCount >= wanted"), "soundness-undecided")
    assert "activationCount >= 2" in found.vi
    assert "'k'" in found.en


def test_a_start_quantity_that_never_comes_together_is_a_deadlock() -> None:
    content = draw("start:s user:a user:b end:e", "s>a a>b b>e", b='startQuantity="2"')
    assert only(content, "deadlock").element == "b"
    assert not codes(content.replace(
        b'id="a"', b'id="a" completionQuantity="2"'), "error", "warning")


def test_two_plain_start_events_both_begin() -> None:
    content = draw("start:s start:t user:a end:e", "s>a t>a a>e")
    assert only(content, "lack-of-synchronisation").severity == "warning"
    assert only(content, "several-starts").severity == "warning"
    joined = draw("start:s start:t and:j user:a end:e", "s>j t>j j>a a>e")
    assert not codes(joined, "error")


def test_starts_with_triggers_begin_one_at_a_time() -> None:
    content = draw("start:s start:t user:a end:e", "s>a t>a a>e",
                   s="<bpmn:messageEventDefinition/>", t=timer("P1D"))
    assert not codes(content, "error", "warning")


def test_a_loop_that_an_event_from_outside_ends_has_a_way_out() -> None:
    inner = body("start:is xor:m user:w", "is>m m>w w>m").replace(' id="f', ' id="i')
    boundary = draw("start:s subProcess:sub boundaryEvent:t user:x end:e", "s>sub sub>e t>x x>e",
                    sub=inner, t='attachedToRef="sub"').replace(
        b'attachedToRef="sub">', b'attachedToRef="sub">' + timer("P1D").encode())
    assert not codes(boundary, "error", "warning")
    handler = body("start:hs user:h end:he", "hs>h h>he", hs=timer("P9D")).replace(
        ' id="f', ' id="h')
    event = draw("start:s xor:m user:w subProcess:ev", "s>m m>w w>m").replace(
        b'<bpmn:subProcess id="ev" name="ev" ></bpmn:subProcess>',
        b'<bpmn:subProcess id="ev" triggeredByEvent="true">' + handler.encode()
        + b"</bpmn:subProcess>")
    assert not codes(event, "error", "warning")
    soft = event.replace(b'startEvent id="hs"', b'startEvent isInterrupting="false" id="hs"')
    assert codes(soft, "warning") == {"no-way-to-end"}


@st.composite
def counted(draw_from: st.DrawFn) -> tuple[bytes, list[int]]:
    """Draw branches behind a split, some of which end early, before a gateway that counts."""
    branches = draw_from(st.integers(2, 4))
    early = [draw_from(st.booleans()) for _ in range(branches)]
    wanted = draw_from(st.integers(1, branches))
    nodes = " ".join(f"user:a{n}" for n in range(branches)) + " " + " ".join(
        f"xor:g{n} end:x{n}" for n in range(branches) if early[n])
    flows = " ".join(f"p>a{n} " + (f"a{n}>g{n} g{n}>k g{n}>x{n}" if early[n] else f"a{n}>k")
                     for n in range(branches))
    content = draw(f"start:s and:p {nodes} complexGateway:k user:z end:e",
                   f"s>p {flows} k>z z>e", k=count(f"activationCount >= {wanted}"))
    return content, [n for n in range(branches) if early[n]]


@settings(max_examples=60, deadline=None)
@given(counted())
def test_lint_finds_the_gateway_stuck_exactly_where_some_answers_leave_it_so(
    drawn: tuple[bytes, list[int]],
) -> None:
    content, early = drawn
    stands = False
    for choice in range(2 ** len(early)):
        answers = {f"a{n}": {f"g{n}": _way(content, n, choice >> at & 1)}
                   for at, n in enumerate(early)}
        answer = play({"m.bpmn": content}, "m.bpmn", PlayRequest(at=AT, answers=answers))
        stands |= answer["status"] != "completed"
    assert stands == ("deadlock" in codes(content))


def _way(content: bytes, branch: int, way: int) -> str:
    flows = [part.split('"')[1] for part in content.decode().split("<bpmn:sequenceFlow")[1:]
             if f'sourceRef="g{branch}"' in part]
    return flows[way]
