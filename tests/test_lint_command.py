"""`motcua lint`: the shape of its answer, its exit codes, no internal error on anything."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from dmn_tables import decision
from dmn_tables import file as decisions_file
from sketch import codes, draw

from api.cli.lint import lint
from engine.flow.lint import lint as lint_files

ROOT = Path(__file__).resolve().parent.parent
PLAIN = draw("start:s user:a end:e", "s>a a>e")


def ran(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, Any]:
    code = lint([*argv, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_the_answer_has_the_agreed_shape(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    good, bad = tmp_path / "good.bpmn", tmp_path / "bad.bpmn"
    good.write_bytes(PLAIN)
    bad.write_bytes(PLAIN.replace(b'targetRef="a"', b'targetRef="z"'))
    code, answer = ran(capsys, str(good), str(bad))
    assert code == 1
    assert [entry["file"] for entry in answer] == [str(good), str(bad)]
    found = answer[1]["findings"][0]
    assert set(found) == {"severity", "code", "element", "name", "line", "message", "hint"}
    assert set(found["message"]) == set(found["hint"]) == {"vi", "en"}


def test_exit_codes_tell_well_error_and_not_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    good = tmp_path / "good.bpmn"
    good.write_bytes(PLAIN)
    assert ran(capsys, str(good))[0] == 0
    code, answer = ran(capsys, str(good), str(tmp_path / "none.bpmn"))
    assert (code, answer[1]["findings"][0]["code"]) == (2, "cannot-open")
    assert ran(capsys, str(tmp_path))[0] == 2
    assert ran(capsys)[0] == 2
    assert ran(capsys, "--wrong", str(good)) == (2, [])


def test_people_read_file_line_severity_code_and_hint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "x.bpmn"
    file.write_bytes(PLAIN.replace(b'targetRef="a"', b'targetRef="z"'))
    assert lint([str(file)]) == 1
    shown = capsys.readouterr().out
    assert re.search(r"x\.bpmn:7: error dangling-reference: .*\n    .*\n    → ", shown)
    assert "1 lỗi" in shown


def test_drawings_for_reading_only_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "x.bpmn"
    file.write_bytes(draw("start:s service:a xor:g end:e end:f", "s>a a>g g>e g>f"))
    assert ran(capsys, str(file))[0] == 1
    assert ran(capsys, "--documentation", str(file))[0] == 0


def test_tables_for_reading_only_pass_where_they_can_be_read(tmp_path: Path) -> None:
    broken = decisions_file(decision("<literalExpression><text>1 +</text></literalExpression>"))
    (tmp_path / "x.dmn").write_bytes(broken)
    assert lint([str(tmp_path / "x.dmn")]) == 1
    assert lint(["--documentation", str(tmp_path / "x.dmn")]) == 0
    (tmp_path / "x.dmn").write_bytes(b"<x/>")
    assert lint(["--documentation", str(tmp_path / "x.dmn")]) == 1


def test_the_pack_and_its_forms_are_found_beside_each_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, answer = ran(capsys, *(str(p) for p in sorted((ROOT / "bpmn").glob("*/*.bpmn"))))
    assert code == 0
    assert {f["severity"] for entry in answer for f in entry["findings"]} <= {"info"}


@pytest.mark.parametrize("content", [
    b"", b"\x00" * 100, b"\xff" * 100, b"PK\x03\x04", b"<", b"<a/>", b"<?xml?>",
    b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>',
    b"<!DOCTYPE x [<!ENTITY a '" + b"x" * 1000 + b"'>]><x>&a;</x>",
    b'<?xml version="1.0"?><?xml-stylesheet href="http://x/"?><a/>',
])
def test_hostile_files_are_answered_by_an_error_finding(content: bytes) -> None:
    assert codes(content, "error")


@pytest.mark.parametrize("code", [
    "__import__('os').system('true')", "().__class__", "open('/etc/passwd')", "eval('1')",
    "[x for x in ().__class__.__base__.__subclasses__()]", "9**9**9", "(lambda: 1)()",
])
def test_code_is_refused_wherever_an_expression_can_stand(code: str) -> None:
    quoted = code.replace("<", "&lt;")
    for content in (
        draw("start:s user:a xor:g end:e end:f", "s>a a>g g>e[KODE] g>f"),
        draw("start:s catch:t end:e", "s>t t>e",
             t="<bpmn:timerEventDefinition><bpmn:timeDate>KODE</bpmn:timeDate>"
               "</bpmn:timerEventDefinition>"),
        draw("start:s script:t end:e", "s>t t>e", t="<bpmn:script>x = KODE</bpmn:script>"),
        draw("start:s user:t end:e", "s>t t>e",
             t="<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>KODE"
               "</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"),
    ):
        found = codes(content.replace(b"KODE", quoted.encode()), "error")
        assert found or code == "9**9**9"


def test_a_thousand_broken_variants_of_the_pack_give_findings_and_never_an_internal_error() -> None:
    chance = random.Random(7)  # repeatable damage, no secret
    sources = [path.read_text() for path in sorted((ROOT / "bpmn").glob("*/*.bpmn"))]
    for _ in range(1_000):
        lint_files({"x.bpmn": _damaged(chance.choice(sources), chance).encode()}, "x.bpmn")


def _damaged(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 4)):
        ids = re.findall(r'"((?:Task|Gateway|Event|Flow|Process|Lane|Message)_\w+)"', text)
        lines = text.split("\n")
        match chance.randint(0, 4):
            case 0:
                text = text.replace(f'"{chance.choice(ids)}"', f'"{chance.choice(ids)}"', 2)
            case 1:
                one, two = chance.choice(_KINDS), chance.choice(_KINDS)
                text = text.replace(f"bpmn:{one}", f"bpmn:{two}")
            case 2:
                lone = [n for n, line in enumerate(lines) if line.strip().endswith("/>")]
                del lines[chance.choice(lone)]
                text = "\n".join(lines)
            case 3:
                text = re.sub(r' \w+Ref="[^"]*"', "", text, count=chance.randint(1, 3))
            case 4:
                text = re.sub(r' id="[^"]*"', "", text, count=chance.randint(1, 9))
    return text


_KINDS = (
    "userTask", "exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway",
    "complexGateway", "intermediateThrowEvent", "intermediateCatchEvent", "endEvent", "subProcess",
    "startEvent", "boundaryEvent", "callActivity", "scriptTask", "messageEventDefinition",
    "linkEventDefinition", "terminateEventDefinition", "adHocSubProcess", "receiveTask",
)


def test_called_diagrams_are_found_beside_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    caller = tmp_path / "caller.bpmn"
    caller.write_bytes(draw("start:s call:c end:e", "s>c c>e", c='calledElement="other"'))
    (tmp_path / "broken.bpmn").write_bytes(b'<process id="other"')
    assert ran(capsys, str(caller))[1][0]["findings"][0]["code"] == "called-process-missing"
    elsewhere = tmp_path / "with"
    elsewhere.mkdir()
    (elsewhere / "caller.bpmn").write_bytes(caller.read_bytes())
    (elsewhere / "x.bpmn").write_bytes(PLAIN.replace(b'id="main"', b'id="other"'))
    assert ran(capsys, str(elsewhere / "caller.bpmn"))[0] == 0
