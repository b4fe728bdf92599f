"""Files made to be slow are answered within a few seconds, and never by an internal error."""

from __future__ import annotations

from time import process_time

import pytest
from sketch import draw, report

SECONDS = 6  # of CPU; the machine that runs the tests may be busy and slow


def fan(gateway: str, condition: str = "") -> bytes:
    nodes = " ".join(f"user:a{n}" for n in range(1_500))
    flows = " ".join(f"g>a{n}{condition} a{n}>j" for n in range(1_500))
    return draw(f"start:s {gateway}:g {nodes} {gateway}:j end:e", f"s>g {flows} j>e")


def everything_with_everything(kind: str) -> bytes:
    nodes = " ".join(f"{kind}:a{n}" for n in range(90))
    flows = " ".join(f"a{n}>a{m}" for n in range(90) for m in range(90) if n != m)
    return draw(f"start:s {nodes} end:e", f"s>a0 {flows} a0>e")


def with_roots(element: bytes, count: int) -> bytes:
    plain = draw("start:s user:a end:e", "s>a a>e")
    return plain.replace(b"</bpmn:process>", element * count + b"</bpmn:process>")


@pytest.mark.parametrize("content", [
    fan("and"), fan("or", "[x > 1]"),
    *(everything_with_everything(kind) for kind in ("user", "xor", "and", "or")),
    with_roots(b"<bpmn:dataObject id='x'/>", 50_000),
    with_roots(b"<bpmn:dataObject id='x'/>", 15_000),
    with_roots(b"<bpmn:documentation><!-- --></bpmn:documentation>", 20_000),
    with_roots(b"<bpmn:association sourceRef='q' targetRef='q'/>", 20_000),
], ids=range(10))
def test_a_slow_file_is_answered_in_time(content: bytes) -> None:
    begun = process_time()
    report(content)
    assert process_time() - begun < SECONDS


def test_a_hundred_nested_sub_processes_are_read() -> None:
    inner = "".join(f"<bpmn:subProcess id='q{n}'>" for n in range(100)) + "<bpmn:task id='t'/>"
    content = draw("start:s subProcess:q end:e", "s>q q>e", q=inner + "</bpmn:subProcess>" * 100)
    assert report(content).lowered is not None
