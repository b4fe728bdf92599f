"""Lint finds where a diagram gets stuck, doubles its work or cannot end."""

from __future__ import annotations

from time import process_time

import pytest
from sketch import codes, draw, only, report


def test_an_exclusive_split_into_a_parallel_join_is_a_deadlock_with_its_path() -> None:
    found = only(draw(
        "start:s user:a xor:g user:b user:c and:j end:e",
        "s>a a>g g>b g>c b>j c>j j>e",
    ), "deadlock")
    assert (found.severity, found.element) == ("error", "j")
    assert "s → a → g → b" in found.en


def test_a_parallel_split_into_an_exclusive_merge_is_a_warning() -> None:
    found = only(draw(
        "start:s and:g user:b user:c xor:j user:d end:e", "s>g g>b g>c b>j c>j j>d d>e",
    ), "lack-of-synchronisation")
    assert found.severity == "warning"


@pytest.mark.parametrize(("nodes", "flows"), [
    ("start:s and:g user:b user:c and:j end:e", "s>g g>b g>c b>j c>j j>e"),
    ("start:s user:a xor:g user:b xor:j end:e", "s>a a>g g>b g>j b>j j>e"),
    ("start:s user:a or:g user:b user:c or:j end:e", "s>a a>g g>b[x > 1] g>c[x > 2] b>j c>j j>e"),
    ("start:s xor:m user:a xor:g end:e", "s>m m>a a>g g>m g>e"),
    ("start:s and:g user:b user:c end:e end:f", "s>g g>b g>c b>e c>f"),
])
def test_sound_diagrams_have_no_finding_of_soundness(nodes: str, flows: str) -> None:
    assert not codes(draw(nodes, flows), "error", "warning")


def test_a_deadlock_behind_a_loop_in_a_parallel_branch_is_found() -> None:
    content = draw(
        "start:s and:p xor:m user:a xor:g user:x xor:h user:y user:z and:j and:k end:e",
        "s>p p>m m>a a>g g>m g>k p>x x>h h>y h>z y>j z>j j>k k>e",
    )
    assert only(content, "deadlock").element in {"j", "k"}


def test_an_inclusive_join_waits_only_for_what_can_still_come() -> None:
    content = draw(
        "start:s user:a or:g user:b user:c user:d or:j end:e",
        "s>a a>g g>b[x > 1] g>c[x > 2] g>d[x > 3] b>j c>j d>j j>e",
    )
    assert not codes(content, "error", "warning")


def test_an_inclusive_split_into_a_parallel_join_is_a_deadlock() -> None:
    content = draw(
        "start:s user:a or:g user:b user:c and:j end:e",
        "s>a a>g g>b[x > 1] g>c[x > 2] b>j c>j j>e",
    )
    assert only(content, "deadlock").element == "j"


def test_a_parallel_join_after_an_interrupted_activity_is_a_deadlock() -> None:
    content = draw(
        "start:s and:p user:a user:b boundaryEvent:t and:j end:e end:f",
        "s>p p>a p>b a>j b>j j>e t>f",
        t='attachedToRef="a"',
    ).replace(
        b'name="t" attachedToRef="a">',
        b'name="t" attachedToRef="a"><bpmn:timerEventDefinition><bpmn:timeDuration>P1D'
        b"</bpmn:timeDuration></bpmn:timerEventDefinition>",
    )
    assert only(content, "deadlock").element == "j"


def test_a_loop_without_a_way_out_is_a_warning() -> None:
    assert only(draw("start:s xor:m user:a", "s>m m>a a>m"), "no-way-to-end").severity == "warning"


def test_a_fan_of_300_and_40_diamonds_are_decided_within_a_second() -> None:
    fan = " ".join(f"user:a{n}" for n in range(300))
    flows = " ".join(f"g>a{n} a{n}>j" for n in range(300))
    diamonds = " ".join(f"and:g{n} user:b{n} user:c{n} and:j{n}" for n in range(40))
    chain = " ".join(f"g{n}>b{n} g{n}>c{n} b{n}>j{n} c{n}>j{n}" for n in range(40))
    links = " ".join(f"j{n}>g{n + 1}" for n in range(39))
    begun = process_time()
    wide = codes(draw(f"start:s and:g {fan} and:j end:e", f"s>g {flows} j>e"))
    long = codes(draw(f"start:s {diamonds} end:e", f"s>g0 {chain} {links} j39>e"))
    assert not wide | long
    assert process_time() - begun < 4


def test_too_many_states_are_said_and_never_silent() -> None:
    loops = range(30)
    nodes = " ".join(f"xor:m{n} user:a{n} xor:g{n}" for n in loops)
    flows = " ".join(f"p>m{n} m{n}>a{n} a{n}>g{n} g{n}>m{n} g{n}>j" for n in loops)
    begun = process_time()
    found = report(draw(f"start:s and:p {nodes} and:j end:e", f"s>p {flows} j>e"))
    assert process_time() - begun < 4
    said = {f.code for f in found.findings}
    assert said == {"gateway-asks", "answer-without-name", "soundness-undecided"}
