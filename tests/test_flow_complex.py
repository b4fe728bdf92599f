"""Complex gateways (BPMN 2.0.2 section 13.4.5): they fire, wait to reset, and begin anew."""

from __future__ import annotations

from flow_drawings import done, played

THREE = """
    start S
    and F
    user A
    user B
    user C
    complex K <activationCondition>activationCount >= 2</activationCondition>
    S -> F
    F -> A
    F -> B
    F -> C
    A -> K
    B -> K
    C -> K
"""
STAYS = {"A": [{}, None], "B": [{}, None], "C": None}


def test_the_late_token_resets_the_gateway_and_takes_a_way_that_asks_for_it() -> None:
    told = played(THREE + "task Z\ntask L\nK -> Z : waitingForStart\nK -> L : not waitingForStart")
    assert (told["status"], done(told)[2:]) == ("completed", ["A", "B", "K", "C", "Z", "L"])


def test_without_such_a_way_the_late_token_is_taken_in() -> None:
    told = played(THREE + "task Z\nK -> Z")
    assert (told["status"], done(told)[2:]) == ("completed", ["A", "B", "K", "C", "Z"])


LOOP = """
    start S
    xor L
    and F
    user A
    user B
    xor X
    end D
    user C
    complex K <activationCondition>activationCount >= 2</activationCondition>
    script N n = n + 1
    xor W
    end E
    S -> L
    L -> F
    F -> A
    F -> B
    F -> X
    X -> D : n < 1
    X -> C
    A -> K
    B -> K
    C -> K
    K -> N
    N -> W
    W -> L : n < 2
    W -> E
"""


def test_a_gateway_resets_once_no_late_token_can_come_any_more() -> None:
    # In the first round C never runs; in the second it comes first and counts for that round.
    answers = {"A": [{}, None], "B": [{}, {}]}
    told = played(LOOP, data={"n": 0}, answers=answers)
    assert done(told).count("K") == 2
    assert done(told).index("C") < len(done(told)) - 1 - done(told)[::-1].index("K")


def test_tokens_of_the_next_round_wait_while_a_late_one_is_awaited() -> None:
    lines = THREE.replace("S -> F", "xor L\nS -> L\nL -> F") + """
    xor W
    end E
    K -> W
    W -> L : again
    W -> E
    """
    told = played(lines, data={"again": True}, answers={
        "A": [{}, {}, None], "B": [{}, {"again": False}, None], "C": [None, None]})
    assert done(told).count("K") == 1
    open_ = [wait["element"] for wait in told["waiting"]]
    assert (told["status"], open_) == ("waiting", ["C", "C"])
