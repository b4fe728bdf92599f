"""Files made to blow up, to hide what they say or to be slow are answered by findings, in time."""

from __future__ import annotations

import itertools
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import pytest
from sketch import body, codes, diagram, draw, process, report

from api.__main__ import main
from engine.flow.play import PlayRequest, play

SECONDS = 6  # of CPU; the machine that runs the tests may be busy and slow
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PLAIN = draw("start:s user:a end:e", "s>a a>e")
MESSAGE = "<bpmn:messageEventDefinition/>"


def below_head(text: str) -> bytes:
    return PLAIN.replace(b"?>\n", b"?>\n" + text.encode(), 1)


def row(kind: str, count: int, **extra: str) -> bytes:
    flows = " ".join(f"n{at}>n{at + 1}" for at in range(count - 1))
    nodes = " ".join(f"{kind}:n{at}" for at in range(count))
    return draw(f"start:s {nodes} end:e", f"s>n0 {flows} n{count - 1}>e", **extra)


def diamonds(kind: str, count: int) -> bytes:
    nodes = " ".join(f"{kind}:g{at} {kind}:j{at}" for at in range(count))
    flows = " ".join(f"g{at}>j{at} g{at}>j{at} j{at}>g{at + 1}" for at in range(count - 1))
    last = count - 1
    return draw(f"start:s {nodes} end:e", f"s>g0 {flows} g{last}>j{last} g{last}>j{last} j{last}>e")


def meshed(count: int) -> bytes:
    """Draw pools of which each sends to every other one and then hears from all."""
    drawn, flows = [], []
    for at in range(count):
        others = [other for other in range(count) if other != at]
        keys = [*(f"t{at}_{o}" for o in others), *(f"c{at}_{o}" for o in others)]
        nodes = " ".join(f"{'throw' if key[0] == 't' else 'catch'}:{key}" for key in keys)
        steps = [f"s{at}", *keys, f"e{at}"]
        way = " ".join(f"{a}>{b}" for a, b in itertools.pairwise(steps))
        inside = body(f"start:s{at} {nodes} end:e{at}", way, **dict.fromkeys(keys, MESSAGE))
        drawn.append(process(re.sub(r' id="(f\d+)"', rf' id="p{at}\1"', inside), key=f"p{at}"))
        flows += [f'<bpmn:messageFlow id="m{at}_{o}" sourceRef="t{at}_{o}" '
                  f'targetRef="c{o}_{at}"/>' for o in others]
    pools = "".join(f'<bpmn:participant id="P{at}" processRef="p{at}"/>' for at in range(count))
    return diagram(
        f'<bpmn:collaboration id="all">{pools}{"".join(flows)}</bpmn:collaboration>', *drawn)


def many_collaborations(count: int) -> bytes:
    drawn = "".join(f'<bpmn:collaboration id="c{at}"><bpmn:participant id="p{at}" '
                    'processRef="main"/></bpmn:collaboration>' for at in range(count))
    return PLAIN.replace(b"</bpmn:definitions>", drawn.encode() + b"</bpmn:definitions>")


def many_letters(count: int) -> bytes:
    drawn = "".join(f'<bpmn:messageFlow id="z{at}" sourceRef="t0_1" targetRef="c1_0"/>'
                    for at in range(count))
    return meshed(2).replace(b"</bpmn:collaboration>", drawn.encode() + b"</bpmn:collaboration>")


LAUGHS = '<!DOCTYPE a [<!ENTITY a0 "ha">' + "".join(
    f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, 12)) + "]>"
REFUSED = {
    "laughs": (below_head(LAUGHS).replace(b'name="a"', b'name="&a11;"'), "doctype"),
    "outside": (below_head('<!DOCTYPE a SYSTEM "file:///etc/passwd">'), "doctype"),
    "parameter": (below_head('<!DOCTYPE a [<!ENTITY % x SYSTEM "x:/y"> %x;]>'), "doctype"),
    "utf-7": (PLAIN.replace(b"UTF-8", b"utf-7"), "encoding"),
    "escapes": (PLAIN.replace(b"UTF-8", b"unicode_escape"), "encoding"),
    "idna": (PLAIN.replace(b"UTF-8", b"idna"), "encoding"),
    "rot13": (PLAIN.replace(b"UTF-8", b"rot13"), "encoding"),
    "zlib": (PLAIN.replace(b"UTF-8", b"zlib_codec"), "encoding"),
    "no bytes": (b"", "not-xml"), "packed": (b"\x1f\x8b\x08\x00", "not-xml"),
    "control": (PLAIN.replace(b'name="a"', b'name="&#1;"'), "not-xml"),
    "long id": (PLAIN.replace(b'"a"', b'"' + b"a" * 300_000 + b'"'), "name-too-long"),
    "our id": (PLAIN.replace(b'"a"', b'"motcua.x.y"'), "reserved-id"),
    "shared process": (many_collaborations(2_000), "process-in-two-pools"),
    "many letters": (many_letters(10_000), "message-flow-second"),
    "a loop as big as the file": (row("user", 3, n1=(
        "<bpmn:standardLoopCharacteristics loopMaximum='" + "9" * 100_000 + "'/>")),
        "loop-maximum"),
}
ANSWERED = {
    **{f"2,000 {kind}": row(kind, 1_990) for kind in ("xor", "and", "or", "user", "subProcess")},
    "questions": diamonds("xor", 900), "splits": diamonds("and", 900), "ors": diamonds("or", 900),
    "pools that all talk": meshed(20),
    "attributes": PLAIN.replace(b"<bpmn:userTask ", b"<bpmn:userTask " + " ".join(
        f'x{at}="1"' for at in range(30_000)).encode() + b" "),
    "a megabyte of role": PLAIN.replace(
        b"<bpmn:userTask ", b'<bpmn:userTask motcua:role="' + b"r" * 1_000_000 + b'" '),
    "a form elsewhere": PLAIN.replace(
        b"<bpmn:userTask ", b'<bpmn:userTask motcua:form="../../../../etc/passwd" '),
    "counted": draw(
        "start:s and:p " + " ".join(f"user:u{at}" for at in range(200)) + " complexGateway:k end:e",
        "s>p " + " ".join(f"p>u{at} u{at}>k" for at in range(200)) + " k>e",
        k="<bpmn:activationCondition>activationCount &gt;= 100</bpmn:activationCondition>"),
    "tokens": row("script", 20, **{f"n{at}": 'completionQuantity="100"' for at in range(20)}),
    "blank quantity": row("user", 2, n0='startQuantity=" "'),
    "turned names": PLAIN.replace(b'name="a"', 'name="\u202e\u2066cba\u200b"'.encode()),
    "flows to a pool": meshed(2).replace(b"</bpmn:collaboration>", "".join(
        f'<bpmn:messageFlow id="z{at}" sourceRef="P0" targetRef="P1"/>'
        for at in range(5_000)).encode() + b"</bpmn:collaboration>"),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_hostile_file_is_refused_with_a_reason(name: str) -> None:
    content, code = REFUSED[name]
    begun = process_time()
    found = [f for f in report(content).findings if f.severity == "error"]
    assert code in {f.code for f in found}
    assert all(f.hint_vi and f.hint_en for f in found)
    told = play({"m.bpmn": content}, "m.bpmn", PlayRequest(AT))
    assert (told["status"], told["trace"]) == ("failed", [])
    assert process_time() - begun < SECONDS


@pytest.mark.parametrize("name", sorted(ANSWERED))
def test_a_file_made_to_be_slow_is_linted_in_time(name: str) -> None:
    begun = process_time()
    found = report(ANSWERED[name]).findings
    assert process_time() - begun < SECONDS
    assert all(f.line and f.hint_vi and f.hint_en for f in found if f.severity == "error")


def test_more_tokens_than_can_be_followed_are_never_silence() -> None:
    assert "soundness-undecided" in codes(ANSWERED["tokens"])


def test_a_name_cannot_command_the_terminal_that_shows_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "x.bpmn"
    file.write_bytes(row("xor", 1).replace(
        b'name="n0"', 'name="\x9b31m\u202ered"'.encode()).replace(
        b'targetRef="e"', b'targetRef="gone"'))
    assert main(["lint", str(file)]) == 1
    shown = capsys.readouterr().out
    assert "\\u009b31m\\u202ered" in shown
    assert not set("\x9b\u202e") & set(shown)
    assert main(["lint", str(file), "--json"]) == 1
    shown = capsys.readouterr().out
    assert not set("\x9b\u202e") & set(shown)
    assert "\x9b31m\u202ered" in {f["name"] for f in json.loads(shown)[0]["findings"]}


def fat(kind: str, chain: str, width: int, length: int) -> bytes:
    """Draw a join of many flows from one gateway, drawn before the steps that it waits for."""
    steps = " ".join(f"{chain}:c{at}" for at in range(length))
    way = " ".join(f"c{at}>c{at + 1} c{at}>c{at + 1}" for at in range(length - 1))
    return draw(f"start:s and:g {kind}:j {steps} end:e",
                f"s>g {'g>j ' * width} g>c0 {way} c{length - 1}>j j>e")


def choices(maybe: int, always: int) -> bytes:
    return draw("start:s or:g or:j end:e",
                f"s>g {'g>j[a] ' * maybe} {'g>j ' * always} j>e")


@pytest.mark.parametrize("drawn", [
    fat("and", "task", 20_000, 100), fat("or", "or", 1_000, 200), fat("xor", "task", 20_000, 50),
    choices(6_000, 6_000), choices(12_000, 5),
], ids=["parallel", "inclusive", "exclusive", "choices", "conditions"])
def test_many_flows_between_few_nodes_are_left_undecided_in_time(drawn: bytes) -> None:
    before = process_time()
    assert "soundness-undecided" in codes(drawn)
    assert process_time() - before < SECONDS
