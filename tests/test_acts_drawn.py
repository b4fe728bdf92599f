"""Drawn acts (hành vi vẽ trong sơ đồ) beside the same acts by hand, in both orders.

What a drawing says of an act takes precedence; what has happened already is not done twice, and no
token waits for what was done by hand.
"""

from __future__ import annotations

from typing import Any

import pytest
import town
from in_hand import CODE, InHand
from sketch import body, diagram, named, process, timer

LAW = named(**{"motcua:procedureCode": CODE, "motcua:timeLimit": "5 ngày"})
MESSAGE = '<bpmn:messageEventDefinition messageRef="m"/>'
ROOT = '<bpmn:message id="m" name="bổ sung"/><bpmn:signal id="g" name="trả lời"/>'


def drawn(inside: str, attributes: str = LAW) -> bytes:
    return diagram(ROOT, process(inside, attributes))


def with_act(inside: str, element: str, act: str) -> str:
    """Draw an act on an event of a body."""
    return inside.replace(f'id="{element}"', f'id="{element}" motcua:act="{act}"')


#: A step, then an event that waits for the supplement, then the step that settles.
WAITS = with_act(body(
    "start:s user:ask catch:came user:decide end:e",
    "s>ask ask>came came>decide decide>e",
    came=MESSAGE, f1='motcua:act="request-supplement"', f3='motcua:act="settle"',
), "came", "receive-supplement")


def in_process(inside: str, **more: Any) -> InHand:
    return InHand("09/11/2026 09:00", drawn(inside), **more).act("accept").act("forward")


def test_a_drawn_request_holds_the_dossier_and_opens_the_task_as_one_by_hand_does() -> None:
    dossier = in_process(WAITS).complete("ask", "10/11/2026 09:00", reason="Thiếu")
    assert dossier.status == "supplement_requested"
    assert dossier.waiting() == [("receive-supplement", town.COMMUNE)]
    assert dossier.told() == [
        {"act": "request-supplement", "element": "f1", "papers": ["supplement-request"]}]
    assert dossier.steps() == []


@pytest.mark.parametrize("how", ["act", "task"])
def test_what_a_drawn_event_waits_for_and_is_done_by_hand_lets_its_token_pass(how: str) -> None:
    dossier = in_process(WAITS).complete("ask", "10/11/2026 09:00", reason="Thiếu")
    if how == "act":
        dossier.act("receive-supplement", "12/11/2026 09:00")
    else:
        dossier.complete("motcua.act.receive-supplement", "12/11/2026 09:00")
    assert (dossier.status, dossier.steps(), dossier.waiting()) == ("in_process", ["decide"], [])
    # Fri 13, Mon 16, Tue 17, Wed 18, Thu 19.
    assert dossier.due == "19/11/2026 17:30"
    assert dossier.standing.supplements == len(dossier.standing.pauses) == 1
    assert dossier.told() == [
        {"act": "receive-supplement", "element": ""},
        {"act": "receive-supplement", "element": "came", "skipped": "already done"},
    ]
    assert dossier.complete("decide").status == "settled"
    assert dossier.replays()


def test_a_request_by_hand_first_leaves_nothing_to_ask_twice() -> None:
    dossier = in_process(WAITS).act("request-supplement", "10/11/2026 09:00", reason="Thiếu")
    dossier.act("receive-supplement", "11/11/2026 09:00")
    assert dossier.steps() == ["ask"]
    dossier.complete("ask", "12/11/2026 09:00", reason="Còn thiếu")
    assert dossier.standing.supplements == 2
    assert dossier.act("receive-supplement").steps() == ["decide"]


@pytest.mark.parametrize("event", ["message", "signal", "timer", "conditional"])
def test_whatever_the_event_waits_for_it_passes(event: str) -> None:
    kinds = {
        "message": MESSAGE, "signal": '<bpmn:signalEventDefinition signalRef="g"/>',
        "timer": timer("P30D"),
        "conditional": ("<bpmn:conditionalEventDefinition><bpmn:condition>paid == true"
                        "</bpmn:condition></bpmn:conditionalEventDefinition>"),
    }
    inside = with_act(body("start:s catch:paid_in user:after end:e",
                           "s>paid_in paid_in>after after>e", paid_in=kinds[event]),
                      "paid_in", "record-payment")
    dossier = in_process(inside).act("request-payment", amount=1)
    assert dossier.steps() == []
    dossier.act("record-payment", "10/11/2026 09:00", receipt="BL")
    assert (dossier.status, dossier.steps()) == ("in_process", ["after"])
    assert dossier.replays()


def test_behind_an_event_based_gateway_the_rivals_are_out() -> None:
    inside = with_act(body(
        "start:s events:race catch:came catch:late user:go user:gone end:e1 end:e2",
        "s>race race>came race>late came>go late>gone go>e1 gone>e2",
        came=MESSAGE, late=timer("P15D"),
    ), "came", "forward")
    dossier = InHand("09/11/2026 09:00", drawn(inside)).act("accept").act("forward")
    assert dossier.steps() == ["go"]
    assert [wait for part in dossier.before.parts for wait in part.waits] == []


def test_an_act_that_is_no_repetition_is_not_done_twice_by_its_own_event() -> None:
    inside = with_act(body("start:s catch:sorry user:after end:e", "s>sorry sorry>after after>e",
                           sorry=MESSAGE), "sorry", "extend")
    dossier = in_process(inside).act("extend", reason="Chậm", duration="2 ngày")
    assert (len(dossier.standing.extensions), dossier.steps()) == (1, ["after"])


def test_silence_that_agrees_lets_the_drawn_event_pass() -> None:
    inside = with_act(body("start:s catch:told user:after end:e", "s>told told>after after>e",
                           told=MESSAGE), "told", "answer")
    dossier = InHand("09/11/2026 09:00", drawn(inside, f'{LAW} motcua:tacitConsent="true"'))
    dossier.act("accept").act("forward")
    dossier.act("consult", agency=town.POLICE, question="?", duration="1 ngày")
    assert dossier.steps() == []
    dossier.remind("consultation-late:1", "10/11/2026 17:31")
    assert dossier.steps() == ["after"]
    assert dossier.replays()


def test_an_event_on_the_border_of_a_step_ends_it() -> None:
    boundary = (f'<bpmn:boundaryEvent id="came" attachedToRef="work" '
                f'motcua:act="receive-supplement">{MESSAGE}</bpmn:boundaryEvent>')
    inside = body("start:s user:work user:again end:e1 end:e2",
                  "s>work work>e1 came>again again>e2") + boundary
    dossier = in_process(inside).act("request-supplement", reason="Thiếu")
    dossier.act("receive-supplement", "10/11/2026 09:00")
    assert dossier.steps() == ["again"]


FLOWS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "accept": ((), {}), "forward": (("accept",), {}),
    "settle": (("accept", "forward"), {}), "return": (("accept", "forward", "settle"),
                                                      {"informed": True}),
}


@pytest.mark.parametrize("act", list(FLOWS))
@pytest.mark.parametrize("by_hand_first", [False, True])
def test_an_act_drawn_on_a_flow_and_by_hand_happens_once(act: str, by_hand_first: bool) -> None:
    inside = body("start:s user:work user:after end:e", "s>work work>after after>e",
                  f1=f'motcua:act="{act}"')
    dossier = InHand("09/11/2026 09:00", drawn(inside))
    before, content = FLOWS[act]
    for one in before:
        dossier.act(one)
    if by_hand_first:
        stood = dossier.act(act, **content).standing
        dossier.complete("work", "16/11/2026 10:00")
        assert dossier.told() == [{"act": act, "element": "f1", "skipped": "already done"}]
        assert dossier.standing == stood or dossier.standing.undo is None
        assert dossier.status == stood.status
    else:
        dossier.complete("work", "16/11/2026 10:00")
        assert dossier.refuses(act, **content).facts["article"]
    assert dossier.steps() == ["after"]
    assert dossier.replays()


@pytest.mark.parametrize("act", ["receive-supplement", "record-payment", "answer"])
def test_a_flow_that_draws_what_was_done_by_hand_is_not_stuck(act: str) -> None:
    inside = body("start:s user:work user:after end:e", "s>work work>after after>e",
                  f1=f'motcua:act="{act}"')
    dossier = in_process(inside)
    if act == "receive-supplement":
        dossier.act("request-supplement", reason="Thiếu").act(act)
    elif act == "record-payment":
        dossier.act("request-payment", amount=1).act(act, receipt="BL")
    else:
        dossier.act("consult", agency=town.POLICE, question="?", duration="1 ngày")
        dossier.act(act, opinion="Có")
    assert dossier.complete("work").steps() == ["after"]


def test_a_drawn_end_by_hand_ends_the_drawing_whole() -> None:
    inside = with_act(body("start:s catch:gone user:after end:e", "s>gone gone>after after>e",
                           gone=MESSAGE), "gone", "withdraw")
    dossier = in_process(inside).act("withdraw")
    assert (dossier.before.parts, dossier.steps()) == ((), [])


def test_a_drawn_consultation_asks_who_the_step_names() -> None:
    inside = body("start:s user:work user:after end:e", "s>work work>after after>e",
                  f1='motcua:act="consult"')
    dossier = in_process(inside)
    dossier.complete("work", agency=town.POLICE, question="?", duration="1 ngày")
    assert dossier.waiting() == [("answer", town.POLICE)]


def test_a_drawn_status_does_not_end_a_wait_of_the_law() -> None:
    inside = body("start:s user:work user:after end:e", "s>work work>after after>e",
                  f1='motcua:act="request-supplement"', after='motcua:status="in_process"')
    dossier = in_process(inside).complete("work", "10/11/2026 09:00", reason="Thiếu")
    assert dossier.status == "supplement_requested"
    assert dossier.act("receive-supplement").status == "in_process"


def test_a_drawn_in_process_waits_for_the_acceptance() -> None:
    inside = body("start:s user:work user:after end:e", "s>work work>after after>e",
                  work='motcua:status="received"', after='motcua:status="in_process"')
    dossier = InHand("09/11/2026 09:00", drawn(inside))
    assert dossier.status == "received"
    assert dossier.complete("work").status == "received"
    assert dossier.act("accept", "09/11/2026 10:00").due == "16/11/2026 17:30"


@pytest.mark.parametrize("status", ["settled", "stopped"])
def test_a_drawn_status_that_ends_the_clock_ends_it(status: str) -> None:
    inside = body("start:s user:work user:after end:e", "s>work work>after after>e",
                  after=f'motcua:status="{status}"')
    dossier = in_process(inside)
    dossier.act("consult", agency=town.POLICE, question="?", duration="1 ngày")
    dossier.complete("work", "10/11/2026 09:00")
    assert (dossier.status, dossier.reminders()) == (status, {})
    assert dossier.standing.settled_at or dossier.standing.ended_at
    assert dossier.waiting() == ([] if status == "settled" else [("answer", town.POLICE)])
    assert dossier.replays()
