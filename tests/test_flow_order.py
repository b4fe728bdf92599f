"""In which order conditions are looked at (BPMN 2.0.2 sections 8.4.9, 13.3.1 and 13.4.2)."""

from __future__ import annotations

import pytest
from flow_drawings import AT, done, drawing, played
from sketch import codes

from engine.flow.play import PlayRequest, play


def chosen(*outgoing: str, ways: str = "a: G -> A : x > 0\nb: G -> B : x > 1") -> bytes:
    refs = "".join(f"<outgoing>{key}</outgoing>" for key in outgoing)
    return drawing(f"""
        start S
        xor G {refs}
        task A
        task B
        S -> G
        {ways}
    """)


def taken(content: bytes) -> list[str]:
    answer = play({"m.bpmn": content}, "m.bpmn", PlayRequest(at=AT, data={"x": 2}))
    return done(answer)


@pytest.mark.parametrize(("outgoing", "way"), [
    ((), "A"), (("a", "b"), "A"), (("b", "a"), "B"), (("b",), "B"), (("a",), "A"),
    ((" b ", "a"), "B"), (("z", "b"), "B"),
])
def test_the_outgoing_references_say_which_condition_comes_first(
    outgoing: tuple[str, ...], way: str,
) -> None:
    assert taken(chosen(*outgoing)) == ["S", "G", way]


def test_an_order_other_than_that_of_the_flows_is_told() -> None:
    assert "outgoing-order" in codes(chosen("b", "a"), "info")
    assert "outgoing-order" not in codes(chosen("a", "b"))


def test_the_place_of_the_default_flow_means_nothing() -> None:
    ways = "a: G -> A : x > 0\nb: G -> B"
    content = chosen("b", "a", ways=ways).replace(b'id="G"', b'id="G" default="b"')
    assert taken(content) == ["S", "G", "A"]
    assert "outgoing-order" not in codes(content)


def test_a_flow_without_a_condition_that_comes_first_is_told() -> None:
    content = chosen("b", "a", ways="a: G -> A : x > 0\nb: G -> B")
    assert taken(content) == ["S", "G", "B"]
    assert {"outgoing-order", "condition-missing"} <= codes(content)


def test_a_question_keeps_the_order_of_the_drawing() -> None:
    ways = "a: G -> A\nb: G -> B"
    content = chosen("b", "a", ways=ways)
    assert taken(content) == ["S", "G", "A"]
    assert "outgoing-order" not in codes(content)


def test_the_last_way_without_a_condition_is_the_last_that_is_tried() -> None:
    ways = "a: G -> A\nb: G -> B : x > 1"
    assert taken(chosen("b", "a", ways=ways)) == ["S", "G", "B"]
    assert "condition-missing-last" in codes(chosen("b", "a", ways=ways), "info")
    assert "condition-missing" in codes(chosen("a", "b", ways=ways), "warning")


MIXED = """
    start S
    task T default=d
    task A
    task B
    task C
    S -> T
    T -> A : x > 0
    d: T -> B
    T -> C
"""


@pytest.mark.parametrize(("value", "ways"), [(1, ["A", "C"]), (0, ["B", "C"])])
def test_a_mix_is_a_parallel_split_and_an_inclusive_one(value: int, ways: list[str]) -> None:
    assert done(played(MIXED, data={"x": value})) == ["S", "T", *ways]
