"""A department's own templates: which one counts, what they may not do, how a fault is told."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import town
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from paper_town import P088, play, printed, register, template_saying, text_of

from api.cli.papers import papers as command
from engine.clock import FixedClock
from engine.errors import Conflict, MotcuaError
from engine.office import Office
from engine.papers import container
from engine.papers.docx import render
from engine.papers.drawn import built_in, papers
from engine.papers.samples import sample
from engine.papers.templates import Templates
from engine.store import Store

SAMPLE = sample("receipt")


def filled(*paragraphs: str) -> str:
    return text_of(render(SAMPLE, template_saying(*paragraphs), "receipt.docx"))


def test_an_agencys_own_template_comes_before_the_common_and_that_before_the_built_in(
    store: Store, clock: FixedClock, tmp_path: Path,
) -> None:
    office = Office(store, clock, templates=Templates(tmp_path))
    town.bring_into_force(office, P088, town.pack_files("p088"), clock)
    code = register(office)
    play(office, store, clock, code, 1)
    assert "Bố cục tham khảo" in text_of(printed(office, code, "receipt").content)
    (tmp_path / "receipt.docx").write_bytes(template_saying("Mẫu của tỉnh: {{ code }}"))
    assert text_of(printed(office, code, "receipt").content).startswith(f"Mẫu của tỉnh: {code}")
    own = tmp_path / town.COMMUNE
    own.mkdir()
    (own / "receipt.docx").write_bytes(template_saying("Mẫu của xã: {{ applicant.name }}"))
    assert text_of(printed(office, code, "receipt").content).startswith("Mẫu của xã: Nguyễn Thị")


@pytest.mark.parametrize("code", [
    "{{ ''.__class__.__mro__ }}", "{{ code['__class__'] }}", "{{ code.upper() }}",
    "{{ self }}", "{{ range(9) }}", "{{ 'a' * 999999999 }}", "{% set a = code ~ code %}",
    "{% include 'x' %}", "{% macro m() %}x{% endmacro %}", "{{ code | attr('upper') }}",
    "{{ '%999999999d' | format(1) }}", "{{ lipsum() }}", "{{ code ~ code }}", "{{ 1 + 1 }}",
    "{% for a in code %}{% for b in a %}{% for c in b %}x{% endfor %}{% endfor %}{% endfor %}",
    "{{ applicant.keys }}", "{{ qr.tpl }}", "{{ qr.__init__ }}",
])
def test_a_template_runs_no_code_and_cannot_grow_without_end(code: str) -> None:
    with pytest.raises(Conflict) as refused:
        filled("Một dòng lành.", f"Dòng này hỏng: {code}")
    assert refused.value.code == "template-broken"
    assert refused.value.facts["file"] == "receipt.docx"


def test_a_template_shows_chooses_and_repeats() -> None:
    assert filled(
        "{{ applicant.name | upper }}", "{% if fee %}Phí: {{ fee }}{% endif %}",
        "{%p for item in components %}", "{{ loop.index }}. {{ item.name }}", "{%p endfor %}",
    ) == "NGUYỄN VĂN THỬ Phí: 50.000 đồng 1. Đơn đề nghị"


@pytest.mark.parametrize(("line", "reason"), [
    ("Người nộp: {{ aplicant.name }}", "'aplicant' is undefined"),
    ("Người nộp: {{ applicant.nom }}", "no attribute 'nom'"),
    ("{% if code %}Không đóng", "Unexpected end of template"),
    ("Người nộp: {{ applicant name }}", "expected token"),
    ("Người nộp: {{ code | gõ_nhầm }}", "No filter named"),
])
def test_a_fault_is_told_with_file_place_and_reason(line: str, reason: str) -> None:
    with pytest.raises(Conflict) as refused:
        filled("Dòng lành thứ nhất", line, "Dòng lành thứ hai")
    assert reason in refused.value.en
    assert "receipt.docx, word/document.xml: «" in refused.value.vi
    assert line.partition("{")[0] in refused.value.vi


def test_a_fault_in_the_footer_is_told_as_such() -> None:
    document = Document(BytesIO(template_saying("lành")))
    document.sections[0].footer.paragraphs[0].text = "{{ trang }}"
    out = BytesIO()
    document.save(out)
    with pytest.raises(Conflict) as refused:
        render(SAMPLE, out.getvalue(), "receipt.docx")
    assert "word/footer" in refused.value.vi


def test_values_are_never_read_as_template_or_as_markup() -> None:
    said = "{{ code }} <w:br/> & {% if %} ]]>"
    values = {**SAMPLE, "fee": said}
    assert text_of(render(values, template_saying("{{ fee }}"), "x.docx")) == said


@given(st.binary(max_size=300))
def test_what_is_no_docx_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(MotcuaError) as refused:
        render(SAMPLE, content, "receipt.docx")
    assert refused.value.facts["file"] == "receipt.docx"


def test_a_bomb_is_refused_before_it_is_opened() -> None:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as bomb:
        bomb.writestr("word/document.xml", b"0" * (container.MOST_UNPACKED + 1))
    with pytest.raises(MotcuaError, match="too large"):
        render(SAMPLE, out.getvalue(), "receipt.docx")


def test_the_same_facts_give_the_same_bytes_whenever_they_are_printed() -> None:
    assert built_in.__wrapped__("receipt") == built_in("receipt")
    once = render(SAMPLE, built_in("receipt"), "receipt.docx")
    assert render(SAMPLE, built_in("receipt"), "receipt.docx") == once


def test_the_built_in_templates_are_written_out_checked_and_never_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "mau"
    assert command(["templates", str(folder)]) == 0
    assert sorted(p.stem for p in folder.iterdir()) == sorted(papers())
    assert command(["check", str(folder)]) == 0
    (folder / "receipt.docx").write_bytes(template_saying("{{ nobody }}"))
    assert command(["templates", str(folder)]) == 0
    capsys.readouterr()
    assert command(["check", str(folder)]) == 1
    out = capsys.readouterr().out
    assert "HỎNG (BROKEN) receipt.docx" in out
    assert "«{{ nobody }}»" in out
    assert out.count("tốt (good)") == len(list(papers())) - 1


def test_a_template_under_a_name_that_nobody_prints_is_pointed_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "giay-hen.docx").write_bytes(template_saying("x"))
    assert command(["check", str(tmp_path)]) == 1
    assert "receipt, supplement-request" in capsys.readouterr().out
    assert command(["check", str(tmp_path / "none")]) == 1
