"""Lint looks at all pools together: who waits for a message that nobody sends."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sketch import body, codes, diagram, only, process, report, timer

from engine.flow.play import PlayRequest, play

MESSAGE = "<bpmn:messageEventDefinition/>"
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def again(drawn: str, mark: str = "r") -> str:
    """Give the flows of a second body ids of their own."""
    return re.sub(r' id="(f\d+)"', rf' id="{mark}\1"', drawn)


def pools(left: str, right: str, *flows: str, more: str = "") -> bytes:
    """Draw two pools, and message flows written as `a>b`."""
    drawn = "".join(
        f'<bpmn:messageFlow id="m{at}" sourceRef="{flow.split(">")[0]}" '
        f'targetRef="{flow.split(">")[1]}"/>' for at, flow in enumerate(flows))
    return diagram(
        '<bpmn:collaboration id="both"><bpmn:participant id="L" name="Xã" processRef="left"/>'
        f'<bpmn:participant id="R" name="Sở" processRef="right"/>{more}{drawn}'
        "</bpmn:collaboration>",
        process(left, 'name="Xã"', key="left"), process(again(right), 'name="Sở"', key="right"),
    )


ASKS = body("start:s throw:ask catch:answer end:e", "s>ask ask>answer answer>e",
            ask=MESSAGE, answer=MESSAGE)


def test_two_pools_that_answer_each_other_have_no_finding() -> None:
    other = body("start:rs user:work end:re", "rs>work work>re", rs=MESSAGE, re=MESSAGE)
    assert not codes(pools(ASKS, other, "ask>rs", "re>answer"), "error", "warning")


def test_a_pool_that_does_not_answer_on_one_path_leaves_the_other_waiting() -> None:
    other = body("start:rs user:work xor:g end:re end:silent", "rs>work work>g g>re g>silent",
                 rs=MESSAGE, re=MESSAGE)
    found = only(pools(ASKS, other, "ask>rs", "re>answer"), "message-may-never-come")
    assert (found.severity, found.element) == ("error", "answer")
    assert "[Xã] s → ask → [Sở] rs → work → g → silent" in found.vi
    assert "“re”" in found.vi


def test_a_wait_with_a_timer_beside_it_is_no_finding() -> None:
    left = body(
        "start:s throw:ask events:either catch:answer catch:late end:e end:f",
        "s>ask ask>either either>answer either>late answer>e late>f",
        ask=MESSAGE, answer=MESSAGE, late=timer("P3D"),
    )
    other = body("start:rs user:work xor:g end:re end:silent", "rs>work work>g g>re g>silent",
                 rs=MESSAGE, re=MESSAGE)
    assert not codes(pools(left, other, "ask>rs", "re>answer"), "error", "warning")


def test_two_pools_that_each_wait_for_the_other_first_are_told_once() -> None:
    left = body("start:s catch:a throw:b end:e", "s>a a>b b>e", a=MESSAGE, b=MESSAGE)
    right = body("start:rs catch:c throw:d end:re", "rs>c c>d d>re", c=MESSAGE, d=MESSAGE)
    found = only(pools(left, right, "d>a", "b>c"), "message-never-sent")
    assert found.severity == "error"


def test_a_message_to_a_node_that_is_never_reached_is_never_received() -> None:
    left = body("start:s throw:tell end:e", "s>tell tell>e", tell=MESSAGE)
    right = body("start:rs user:w end:re catch:lost end:x", "rs>w w>re lost>x", lost=MESSAGE)
    found = only(pools(left, right, "tell>lost"), "message-never-received")
    assert (found.severity, found.element) == ("warning", "m0")


def test_conditions_of_both_sides_may_exclude_one_another_so_it_is_a_warning() -> None:
    left = body("start:s user:w throw:ask xor:g catch:answer end:e end:f",
                "s>w w>ask ask>g g>answer[fee > 0] g>f[fee == 0] answer>e",
                ask=MESSAGE, answer=MESSAGE)
    right = body("start:rs xor:h end:re end:silent", "rs>h h>re[fee > 0] h>silent[fee == 0]",
                 rs=MESSAGE, re=MESSAGE)
    found = only(pools(left, right, "ask>rs", "re>answer"), "message-may-never-come")
    assert found.severity == "warning"
    assert "loại trừ nhau" in found.vi


def test_an_act_that_ends_the_dossier_leaves_nobody_waiting() -> None:
    left = body("start:s throw:ask user:w xor:g throw:go end:e end:refused",
                "s>ask ask>w w>g g>go g>refused go>e", ask=MESSAGE, go=MESSAGE,
                f4='motcua:act="not-accept"')
    right = body("start:rs catch:wait end:re", "rs>wait wait>re", rs=MESSAGE, wait=MESSAGE)
    assert not codes(pools(left, right, "ask>rs", "go>wait"), "error", "warning")
    other = left.replace("not-accept", "accept")
    assert only(pools(other, right, "ask>rs", "go>wait"), "message-may-never-come")


def test_a_pool_without_a_process_may_send_and_take_anything() -> None:
    left = body("start:s throw:tell catch:reply end:e", "s>tell tell>reply reply>e",
                tell=MESSAGE, reply=MESSAGE)
    content = pools(left, body("start:rs end:re", "rs>re"), "tell>out", "out>reply",
                    more='<bpmn:participant id="out" name="Công dân"/>')
    assert not codes(content, "error", "warning")


def test_a_flow_from_a_person_s_task_sends_nothing_and_says_what_to_draw() -> None:
    right = body("start:rs end:re", "rs>re", rs=MESSAGE)
    left = body("start:s user:w end:e", "s>w w>e")
    found = only(pools(left, right, "w>rs"), "message-flow-not-sent")
    assert (found.severity, found.element) == ("error", "m0")
    assert "send task" in found.hint_en


def test_one_event_cannot_send_to_two_receivers() -> None:
    left = body("start:s throw:tell end:e", "s>tell tell>e", tell=MESSAGE)
    right = body("start:rs catch:c end:re start:rt", "rs>c c>re rt>re", rs=MESSAGE, c=MESSAGE,
                 rt=MESSAGE)
    found = only(pools(left, right, "tell>rs", "tell>c"), "message-flow-second")
    assert (found.severity, found.element) == ("error", "m1")


def test_a_flow_to_a_person_s_task_is_never_received() -> None:
    left = body("start:s throw:tell end:e", "s>tell tell>e", tell=MESSAGE)
    right = body("start:rs user:w end:re", "rs>w w>re")
    assert only(pools(left, right, "tell>w"), "message-never-received").severity == "warning"


def test_messages_of_a_sub_process_are_said_to_be_left_open() -> None:
    inner = again(body("start:is throw:it end:ie", "is>it it>ie", it=MESSAGE), "i")
    left = body("start:s subProcess:sub end:e", "s>sub sub>e", sub=inner)
    right = body("start:rs catch:c end:re", "rs>c c>re", c=MESSAGE)
    found = report(pools(left, right, "it>c")).findings
    assert {f.code for f in found if f.severity != "info"} == set()
    assert [f.element for f in found if f.code == "soundness-undecided"] == ["m0"]


def test_reminders_without_end_are_bounded() -> None:
    left = body("start:s xor:m throw:tell user:w xor:g end:e",
                "s>m m>tell tell>w w>g g>m g>e", tell=MESSAGE)
    right = body("start:rs user:w2 end:re", "rs>w2 w2>re", rs=MESSAGE)
    begun = process_time()
    assert not codes(pools(left, right, "tell>rs"), "error")
    assert process_time() - begun < 3


def test_a_pool_that_terminates_before_it_has_sent_leaves_the_other_waiting() -> None:
    left = body("start:s and:p user:a throw:tell user:b end:x end:stop",
                "s>p p>a p>b a>tell tell>x b>stop", tell=MESSAGE,
                stop="<bpmn:terminateEventDefinition/>")
    right = body("start:rs catch:c end:re", "rs>c c>re", c=MESSAGE)
    assert only(pools(left, right, "tell>c"), "message-may-never-come").element == "c"


@pytest.mark.parametrize("size", [100, 400])
def test_long_pools_that_talk_all_the_way_are_decided(size: int) -> None:
    left = body("start:s " + " ".join(f"throw:t{n} catch:c{n}" for n in range(size)) + " end:e",
                "s>t0 " + " ".join(f"t{n}>c{n} c{n}>t{n + 1}" for n in range(size - 1))
                + f" t{size - 1}>c{size - 1} c{size - 1}>e",
                **{f"{x}{n}": MESSAGE for n in range(size) for x in "tc"})
    right = body("start:rs " + " ".join(f"catch:d{n} throw:u{n}" for n in range(size)) + " end:re",
                 "rs>d0 " + " ".join(f"d{n}>u{n} u{n}>d{n + 1}" for n in range(size - 1))
                 + f" d{size - 1}>u{size - 1} u{size - 1}>re",
                 **{f"{x}{n}": MESSAGE for n in range(size) for x in "du"})
    flows = [f"t{n}>d{n}" for n in range(size)] + [f"u{n}>c{n}" for n in range(size)]
    assert not codes(pools(left, right, *flows), "error", "warning")


@st.composite
def talks(draw_from: st.DrawFn) -> bytes:
    """Draw two pools whose questions lead past some of the messages that they exchange."""
    letters = draw_from(st.integers(1, 3))
    towards = [draw_from(st.booleans()) for _ in range(letters)]
    sides = [_side(draw_from, side, towards) for side in "lr"]
    flows = [f"{'l' if out else 'r'}{at}>{'r' if out else 'l'}{at}"
             for at, out in enumerate(towards)]
    return pools(sides[0], sides[1], *flows)


def _side(draw_from: st.DrawFn, side: str, towards: list[bool]) -> str:
    order = draw_from(st.permutations(range(len(towards))))
    nodes, flows, before, extra = [f"start:{side}s"], [], f"{side}s", {}
    for at in order:
        sends = towards[at] == (side == "l")
        key = f"{side}{at}"
        nodes.append(f"{'throw' if sends else 'catch'}:{key}")
        extra[key] = MESSAGE
        if draw_from(st.booleans()):
            nodes += [f"user:{key}w", f"xor:{key}g", f"xor:{key}j"]
            flows += [f"{before}>{key}w", f"{key}w>{key}g", f"{key}g>{key}", f"{key}g>{key}j",
                      f"{key}>{key}j"]
            before = f"{key}j"
        else:
            flows.append(f"{before}>{key}")
            before = key
    nodes.append(f"end:{side}e")
    return body(" ".join(nodes), " ".join([*flows, f"{before}>{side}e"]), **extra)


@settings(max_examples=60, deadline=None)
@given(talks())
def test_what_lint_finds_sound_never_waits_whatever_people_answer(content: bytes) -> None:
    found = codes(content)
    assert "soundness-undecided" not in found
    asked = re.findall(r'exclusiveGateway id="(\w+g)"', content.decode())
    stands = False
    for choice in range(2 ** len(asked)):
        ways = {key: choice >> at & 1 for at, key in enumerate(asked)}
        answers = {f"{key[:2]}w": {key: _way(content, key, way)} for key, way in ways.items()}
        answer = play({"m.bpmn": content}, "m.bpmn", PlayRequest(at=AT, answers=answers))
        stands |= answer["status"] == "waiting"
    assert stands == bool(found & {"message-may-never-come", "message-never-sent"})


def _way(content: bytes, gateway: str, way: int) -> str:
    text = content.decode()
    ids = [part.split('"')[1] for part in text.split("<bpmn:sequenceFlow")[1:]
           if f'sourceRef="{gateway}"' in part]
    return ids[way]
