"""Lint reads the papers (giấy tờ) that a message carries, and says what is wrong with them."""

from __future__ import annotations

from linked_drawings import CERTIFICATE, PHOTO, drawing, drawing_with_papers
from sketch import codes, only, report

from engine.flow.load import load


def drawn(papers: str) -> bytes:
    """The procedure with papers, its first message carrying these instead."""
    (found,) = drawing_with_papers().values()
    carried = f'motcua:papers="{CERTIFICATE}, {PHOTO}"'
    return found.decode().replace(carried, f'motcua:papers="{papers}"').encode()


def test_the_papers_of_a_message_travel_through_lowering() -> None:
    found = report(drawn("GKS.1 ANH,GKS.1"))
    assert found.lowered is not None
    assert load(found.lowered.content).papers["Hỏi"] == (CERTIFICATE, PHOTO)


def test_a_code_that_no_component_has_is_an_error_and_the_near_one_is_suggested() -> None:
    found = only(drawn("GKS.2"), "papers-unknown")
    assert (found.severity, found.hint_en) == ("error", "Did you mean GKS.1?")
    assert found.hint_vi == "Có phải là GKS.1?"
    assert "THUE" in only(drawn("zzz"), "papers-unknown").hint_en


def test_a_procedure_without_components_has_no_papers_to_send() -> None:
    (plain,) = drawing().values()
    carrying = plain.decode().replace('id="Ask"', 'id="Ask" motcua:papers="GKS.1"')
    assert only(carrying.encode(), "papers-without-components").severity == "error"


def test_papers_to_a_pool_outside_are_told_not_to_go() -> None:
    (found,) = drawing_with_papers().values()
    outside = found.decode().replace(
        '<bpmn:participant id="p2" name="Công an" processRef="asked"',
        '<bpmn:participant id="p9" name="Thuế"/><bpmn:messageFlow id="m9" sourceRef="reply" '
        'targetRef="p9"/><bpmn:participant id="p2" name="Công an" processRef="asked"',
    )
    assert "papers-to-outside" in codes(outside.encode(), "warning")
    assert "papers-to-outside" not in codes(found, "warning")
