"""Reading a diagram: any encoding, nothing fetched or expanded, every refusal with its line."""

from __future__ import annotations

import pytest
from sketch import HEAD, body, codes, diagram, draw, process

from engine.flow.bpmn import form
from engine.flow.findings import Refused
from engine.flow.limits import Limits
from engine.flow.lint import lint
from engine.flow.read import read

PLAIN = draw("start:s user:a end:e", "s>a a>e")


def refused(content: bytes, limits: Limits | None = None) -> tuple[str, int | None]:
    with pytest.raises(Refused) as caught:
        read(content, limits)
    first = caught.value.findings[0]
    assert first.severity == "error"
    assert first.vi
    assert first.en
    return first.code, first.line


@pytest.mark.parametrize("encoding", [
    "utf-8", "utf-16", "utf-32", "windows-1258", "iso-8859-1", "gb18030", "shift_jis",
])
def test_every_declared_encoding_is_read(encoding: str) -> None:
    text = PLAIN.decode().replace('encoding="UTF-8"', f'encoding="{encoding}"')
    assert set(read(text.encode(encoding)).ids) >= {"s", "a", "e"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32", "gb18030"])
def test_words_of_other_tools_are_understood_in_every_encoding(encoding: str) -> None:
    drawn = draw("start:s user:a end:e", "s>a a>e", a='activiti:formKey="f"').decode().replace(
        "<bpmn:definitions", '<bpmn:definitions xmlns:activiti="http://activiti.org/bpmn"').replace(
        'encoding="UTF-8"', f'encoding="{encoding}"')
    assert form(read(drawn.encode(encoding)).ids["a"]) == "f"


def test_a_called_diagram_is_found_in_utf_16() -> None:
    called = process(body("start:q", "")).replace('id="main"', 'id="other"')
    files = {"m.bpmn": draw("start:s call:c", "s>c", c='calledElement="other"'),
             "q.bpmn": diagram(called).decode().replace("UTF-8", "UTF-16").encode("utf-16")}
    assert "called-process-missing" not in {f.code for f in lint(files, "m.bpmn").findings}


def test_byte_order_marks_and_windows_line_ends_are_read() -> None:
    document = read(b"\xef\xbb\xbf" + PLAIN.replace(b"\n", b"\r\n"))
    assert document.ids["s"].sourceline == 4


def test_elements_of_several_kinds_come_in_document_order_with_what_marks_them() -> None:
    document = read(draw("start:s user:a script:b user:c end:e", "s>a a>b b>c c>e",
                         b='motcua:script="x = 1"', c='camunda:assignee="x"'))
    assert [at.get("id") for at in document.drawn("userTask", "scriptTask")] == ["a", "b", "c"]
    assert [at.get("id") for at in document.marked("userTask", "scriptTask")] == ["b", "c"]
    assert document.drawn("group") == ()


def test_any_prefix_is_read() -> None:
    content = PLAIN.replace(b"bpmn:", b"x:").replace(b"xmlns:bpmn", b"xmlns:x")
    assert set(read(content).ids) >= {"s", "a", "e"}


@pytest.mark.parametrize(("content", "code"), [
    (b"", "not-xml"), (b"hello", "not-xml"), (b"<a>", "not-xml"), (b"\xff\xfe\x00", "encoding"),
    (b"<a/>", "not-bpmn"), (b"<definitions/>", "not-bpmn"), (b"PK\x03\x04", "not-xml"),
    (b"<?xml version='1.0' encoding='rot13'?><a/>", "encoding"),
    (b"<?xml version='1.0' encoding='none-such'?><a/>", "encoding"),
    (b"<?xml version='1.0' encoding='TCVN'?><a/>", "encoding"),
    (b"<?xml version='1.0' encoding='utf-16'?><a/>", "encoding"),
    (b"<?xml version='1.0' encoding='UTF-32LE'?><a/>", "encoding"),
    (b"\xef\xbb\xbf<?xml version='1.0' encoding='windows-1258'?><a/>", "encoding"),
    (b"<?xml version='1.0' encoding='utf-8'?><a b='\xe1'/>", "encoding"),
    (b"<a b='\xe1'/>", "encoding"),
    (b"<?xml version='1.0' encoding='ascii'?><a b='\xe1'/>", "encoding"),
    ("<?xml version='1.0' encoding='utf-16le'?><!DOCTYPE a><a/>".encode("utf-16-le"), "doctype"),
    (b"<?xml version='1.0' encoding='utf-7'?>+ADw-a/+AD4-", "encoding"),
    (b"<!DOCTYPE a><a/>", "doctype"),
    (b"<?xml version='1.0' encoding='gb2312'?><!DOCTYPE a><a/>", "doctype"),
    ("<?xml version='1.0' encoding='utf-16'?><!DOCTYPE a><a/>".encode("utf-16"), "doctype"),
    (b"<a>" * 200 + b"</a>" * 200, "nested-too-deep"), (b"<a>" * 100_000, "nested-too-deep"),
    (b" " * 2_000_001, "too-large"),
])
def test_what_is_no_diagram_is_refused(content: bytes, code: str) -> None:
    assert refused(content)[0] == code


def test_an_entity_bomb_is_refused_before_anything_grows() -> None:
    bomb = b"<!DOCTYPE a [" + b"".join(
        b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"lol") for n in range(12)
    ) + b"]><a>&e11;</a>"
    assert refused(bomb) == ("doctype", 1)


def test_an_outside_entity_is_never_fetched() -> None:
    assert refused(
        b'<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    ) == ("doctype", 2)


def test_a_fault_is_told_with_its_line() -> None:
    assert refused(PLAIN.replace(b"</bpmn:process>", b"</bpmn:proces>")) == ("not-xml", 9)


def test_limits_can_be_set() -> None:
    assert refused(PLAIN, Limits(size=10))[0] == "too-large"
    assert refused(PLAIN, Limits(nodes=2))[0] == "too-many-nodes"
    assert refused(PLAIN, Limits(nesting=2))[0] == "nested-too-deep"
    assert refused(PLAIN, Limits(name=5))[0] == "name-too-long"


def test_a_missing_target_namespace_is_tolerated() -> None:
    content = PLAIN.replace(b' targetNamespace="urn:test"', b"")
    assert read(content).processes


def test_references_with_and_without_prefix_are_resolved() -> None:
    content = diagram(
        '<bpmn:message id="m"/>',
        '<bpmn:process id="p"><bpmn:receiveTask id="r" messageRef="t:m" xmlns:t="urn:test"/>'
        "</bpmn:process>",
    )
    document = read(content)
    assert document.resolve(document.ids["r"], "messageRef") is document.ids["m"]
    assert HEAD.encode() in content


@pytest.mark.parametrize("encoding", [
    "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp037", "cp500", "cp1140",
])
def test_an_encoding_without_a_byte_order_mark_is_known_by_its_first_bytes(encoding: str) -> None:
    text = PLAIN.decode().replace('encoding="UTF-8"', f'encoding="{encoding}"')
    assert set(read(text.encode(encoding)).ids) >= {"s", "a", "e"}
    if encoding.startswith("utf"):
        assert set(read(PLAIN.decode().partition("?>")[2].strip().encode(encoding)).ids) >= {"s"}


@pytest.mark.parametrize("encoding", ["windows-1258", "windows-1252", "iso-8859-1"])
def test_utf_8_under_another_name_is_told(encoding: str) -> None:
    text = PLAIN.decode().replace('encoding="UTF-8"', f'encoding="{encoding}"').replace(
        'name="a"', 'name="Cán bộ"')
    assert "encoding-doubtful" in codes(text.encode(), "warning")
    assert "encoding-doubtful" not in codes(
        text.replace("Cán bộ", "Cán").encode(encoding, "replace"))
