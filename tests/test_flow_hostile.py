"""Hostile and broken drawings: every one is played or refused with a reason, and none runs code."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from random import Random

import pytest
from flow_drawings import AT, drawing, played
from lxml import etree
from no_code import guarded

from engine.flow.play import PlayRequest, play

ROOT = Path(__file__).parent.parent
PACK = sorted((ROOT / "bpmn").glob("*/*.bpmn"))
BUSY = drawing("""
    start S
    race G
    catch M message:Go
    catch T timer:PT1H
    sub X {
    start S1
    user A
    boundary BA on=A compensate
    task UA isForCompensation=true
    BA ~> UA
    end E1 error:Err
    S1 -> A
    A -> E1
    }
    boundary BX on=X error:Err
    or O
    task Q
    script P1 x = 1
    or J
    complex K <activationCondition>activationCount >= 1</activationCondition>
    throw TH escalation:Esc
    end E terminate
    sub EV event {
    start ES soft message:Note
    task EH
    ES -> EH
    }
    S -> G
    G -> M
    G -> T
    M -> X
    T -> O
    BX -> O
    O -> Q : x > 1
    O -> P1 : true
    Q -> J
    P1 -> J
    J -> K
    K -> TH
    TH -> E
""")


def remove(random: Random, element: etree._Element, others: list[etree._Element]) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


def double(random: Random, element: etree._Element, others: list[etree._Element]) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.append(deepcopy(element))


def move(random: Random, element: etree._Element, others: list[etree._Element]) -> None:
    other = random.choice(others)
    if other is not element and other not in list(element.iterancestors()):
        element.append(other)


def rename(random: Random, element: etree._Element, others: list[etree._Element]) -> None:
    if element.attrib:
        name = random.choice(list(element.attrib))
        element.set(name, random.choice([str(random.choice(others).get("id")), "", "x y", "-1"]))


def unset(random: Random, element: etree._Element, others: list[etree._Element]) -> None:
    if element.attrib:
        del element.attrib[random.choice(list(element.attrib))]


def rekind(random: Random, element: etree._Element, others: list[etree._Element]) -> None:
    element.tag = random.choice(others).tag


def rewrite(random: Random, element: etree._Element, others: list[etree._Element]) -> None:
    element.text = random.choice(["", "1 +", "x", "true", "PT1H", "9" * 30, "__import__('os')"])


HARMS: list[Callable[..., None]] = [remove, double, move, rename, unset, rekind, rewrite]


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_drawing_is_played_or_refused_but_never_breaks_the_house(seed: int) -> None:
    random = Random(seed)
    sources = [BUSY, *(path.read_bytes() for path in PACK)]
    for _ in range(15):
        root = etree.fromstring(random.choice(sources))
        for _ in range(random.randint(1, 4)):
            drawn = [e for e in root.iter("{http://www.omg.org/spec/BPMN/20100524/MODEL}*")
                     if e is not root]
            random.choice(HARMS)(random, random.choice(drawn), drawn)
        request = PlayRequest(AT, fire_timers=True, messages=({"name": "Go"}, {"name": "Note"}))
        told = play({"m": etree.tostring(root)}, "m", request)
        assert told["status"] in {"completed", "waiting", "failed"}
        assert (told["error"] is not None) == (told["status"] == "failed")


EVIL = "__import__('os').system('touch /tmp/motcua-was-here')"


@pytest.mark.parametrize("lines", [
    f"start S\nscript X x = {EVIL}\nS -> X",
    f"start S\nxor G\ntask A\ntask B\nS -> G\nG -> A : {EVIL}\nG -> B",
    f"start S\nor G\ntask A\ntask B\nS -> G\nG -> A : {EVIL}\nG -> B : true",
    f"start S\ncatch C conditional:{EVIL}\nS -> C",
    (f"start S\ntask A <multiInstanceLoopCharacteristics><loopCardinality>{EVIL}"
    "</loopCardinality></multiInstanceLoopCharacteristics>\nS -> A"),
    (f"start S\ntask A <standardLoopCharacteristics><loopCondition>{EVIL}</loopCondition>"
    "</standardLoopCharacteristics>\nS -> A"),
    (f"start S\ncatch C <timerEventDefinition><timeDate>{EVIL}</timeDate></timerEventDefinition>"
    "\nS -> C"),
    f"start S\ncomplex K <activationCondition>{EVIL}</activationCondition>\nS -> K",
    f"start S\nadhoc X <completionCondition>{EVIL}</completionCondition> {{\ntask A\n}}\nS -> X",
])
def test_code_is_refused_wherever_an_expression_can_stand(lines: str) -> None:
    told = played(lines, fire_timers=True)
    assert (told["status"], told["trace"]) == ("failed", [])
    assert not Path("/tmp/motcua-was-here").exists()


def test_code_in_a_payload_is_refused() -> None:
    message = ('<message id="M" name="M" xmlns:motcua="urn:motcua:bpmn:1" '
               f'motcua:payload="x = {EVIL}"/>')
    told = played("start S\nend E <messageEventDefinition messageRef=\"M\"/>\nS -> E",
                  extra=message)
    assert (told["status"], told["trace"]) == ("failed", [])


def test_nothing_is_evaluated_executed_or_compiled_by_python(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for path in PACK:
        play({"m": path.read_bytes()}, "m", PlayRequest(AT))
    with guarded(monkeypatch):
        told = [
            play({"m": content}, "m", PlayRequest(AT, data={"x": 2}, messages=({"name": "Go"},)))
            for content in (BUSY, *(path.read_bytes() for path in PACK))
        ]
    assert told[0]["status"] == "completed"
