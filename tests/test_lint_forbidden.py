"""What BPMN forbids is refused where it would otherwise be dropped in silence."""

from __future__ import annotations

import pytest
from flow_drawings import drawing
from sketch import codes

from engine.flow.lint import lint

MESSAGE = '<message id="M" name="M"/>'


def errors(lines: str) -> set[str]:
    return codes(drawing(lines, extra=MESSAGE), "error")


@pytest.mark.parametrize(("lines", "code"), [
    ("start S\nthrow L link:a\ncatch K link:a\nuser A\nS -> L\nL -> A", "link-in-flow"),
    ("start S\nand F\nthrow L link:a\ncatch K link:a\nS -> F\nF -> L\nF -> K", "link-in-flow"),
    ("start S\nreceive R messageRef=M instantiate=true\nS -> R", "instantiate-misplaced"),
    ("start S\nsub X {\nreceive R messageRef=M instantiate=true\n}\nS -> X",
     "instantiate-misplaced"),
    ("start S\nrace G instantiate=1\ncatch A timer:PT1H\nS -> G\nG -> A", "instantiate-misplaced"),
    (("start S\nrace G\nreceive R messageRef=M\nboundary B on=R timer:PT1H\ncatch T timer:PT2H\n"
     "S -> G\nG -> R\nG -> T"), "event-gateway-boundary"),
    ("start S\nsub X {\nuser A\n}\nboundary B on=A timer:PT1H\nS -> X", "boundary-elsewhere"),
])
def test_what_is_forbidden_is_refused(lines: str, code: str) -> None:
    assert code in errors(lines)


@pytest.mark.parametrize("lines", [
    "start S\nthrow L link:a\ncatch K link:a\nuser A\nS -> L\nK -> A",
    "receive R messageRef=M instantiate=true\nuser A\nR -> A",
    "race G instantiate=true\ncatch A message:N\ncatch B message:O\nG -> A\nG -> B",
    "start S\nrace G\nreceive R messageRef=M\ncatch T timer:PT2H\nS -> G\nG -> R\nG -> T",
    "start S\nreceive R messageRef=M\nboundary B on=R timer:PT1H\nS -> R",
])
def test_what_is_allowed_is_not(lines: str) -> None:
    assert errors(lines) == set()


@pytest.mark.parametrize(("start", "well"), [
    ("message:M1", False), ("timer:PT1H", False), ("", True), ("message:M1\nstart T", True),
    ("\nstart T", False),
])
def test_a_called_process_begins_in_one_place(start: str, well: bool) -> None:
    files = {"m.bpmn": drawing("start S\ncall C calledElement=Q\nS -> C"),
             "q.bpmn": drawing(f"start S1 {start}\nuser A\nS1 -> A", process="Q")}
    found = {f.code for f in lint(files, "m.bpmn").findings if f.severity == "error"}
    assert ("called-process-start" not in found) is well
