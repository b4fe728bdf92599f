"""The built-in DOCX templates (mẫu in có sẵn), drawn by python-docx when they are first asked for.

Nothing is kept as a file: `motcua papers templates FOLDER` writes out what is drawn here, and a
department goes on from there in its word processor.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell as Cell
from docx.text.paragraph import Paragraph

from engine.papers.container import steady
from engine.papers.kinds import Paper
from engine.papers.wording import WORDING, Block, Each, Grid, Line, Signs, When

#: Millimetres: A5, its margins, and what lies between them.
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 148, 210, 13, 11, 9, 12
_INNER = WIDTH - LEFT - RIGHT
_FONT = "Times New Roman"


@cache
def built_in(paper: Paper) -> bytes:
    """Return the built-in template of a paper, the same bytes each time."""
    document = Document()
    _page(document)
    _head(document)
    _paragraph(document.add_paragraph(), "{{ title | upper }}", bold=True, size=12.5,
               align=ALIGN.CENTER, space=4)
    for block in WORDING[paper]:
        _draw(document, block)
    out = BytesIO()
    document.save(out)
    return steady(out.getvalue())


def _page(document: DocxDocument) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(WIDTH), Mm(HEIGHT)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.footer_distance = Mm(6)
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(10.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    style.paragraph_format.space_after = Pt(1.5)
    _paragraph(section.footer.paragraphs[0], "{{ form }} · {{ note }} · Bản in số {{ number }}",
               size=7.5)
    properties = document.core_properties
    properties.author, properties.title, properties.comments = "motcua", "{{ title }}", ""
    properties.created = properties.modified = datetime(2026, 1, 1)  # noqa: DTZ001 - its own form


def _head(document: DocxDocument) -> None:
    left, right = _cells(document, 50, _INNER - 50)
    _paragraph(left, "{{ agency | upper }}", size=9.5, align=ALIGN.CENTER)
    _more(left, "{{ unit | upper }}", bold=True)
    _paragraph(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold=True, size=9, align=ALIGN.CENTER)
    _more(right, "Độc lập - Tự do - Hạnh phúc", bold=True)
    _more(right, "――――――――")
    mark, code, day = _cells(document, 18, 46, _INNER - 64)
    _paragraph(mark, "{{ qr }}")
    _paragraph(code, "Mã hồ sơ:", size=9.5)
    _more(code, "{{ code }}", bold=True)
    _paragraph(day, "{{ place_and_day }}", italic=True, size=9.5, align=ALIGN.RIGHT)


def _draw(document: DocxDocument, block: Block) -> None:
    match block:
        case Line():
            _line(document, block)
        case When(condition=condition, lines=lines):
            document.add_paragraph(f"{{%p if {condition} %}}")
            for line in lines:
                _line(document, line)
            document.add_paragraph("{%p endif %}")
        case Each(items=items):
            document.add_paragraph(f"{{%p for item in {items} %}}")
            _paragraph(document.add_paragraph(), "{{ loop.index }}. {{ item }}")
            document.add_paragraph("{%p endfor %}")
        case Grid():
            _grid(document, block)
        case Signs(left=left, right=right):
            for paragraph, sign in zip(
                _cells(document, _INNER // 2, _INNER - _INNER // 2), (left, right), strict=True,
            ):
                _sign(paragraph, sign)


def _line(document: DocxDocument, line: Line) -> None:
    paragraph = document.add_paragraph()
    if not line.value:
        _paragraph(paragraph, line.label, align=ALIGN.JUSTIFY)
        return
    paragraph.add_run(f"{line.label}: ")
    paragraph.add_run(line.value).bold = line.bold


def _grid(document: DocxDocument, grid: Grid) -> None:
    table = document.add_table(rows=4, cols=len(grid.columns), style="Table Grid")
    table.autofit = False
    for number, (heading, width, cell) in enumerate(grid.columns):
        table.columns[number].width = Mm(width)  # what one program reads, and the other
        for row in table.rows:
            row.cells[number].width = Mm(width)
        _paragraph(_only(table.rows[0].cells[number]), heading, bold=True, size=grid.size,
                   align=ALIGN.CENTER)
        _paragraph(_only(table.rows[2].cells[number]), cell, size=grid.size)
    _only(table.rows[1].cells[0]).text = f"{{%tr for item in {grid.items} %}}"
    _only(table.rows[3].cells[0]).text = "{%tr endfor %}"
    heading_row: Any = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 - no other way
    heading_row.append(heading_row.makeelement(qn("w:tblHeader"), {}))


def _sign(paragraph: Paragraph, sign: tuple[str, str, str]) -> None:
    as_what, how, name = sign
    _paragraph(paragraph, as_what, bold=True, size=9.5, align=ALIGN.CENTER)
    for text, size in ((how, 8.5), ("\n\n", 10.5), (name, 10.5)):
        _more(paragraph, text, size=size, italic=text == how)


def _cells(document: DocxDocument, *widths: int) -> list[Paragraph]:
    """Add a table without lines, and return the first paragraph of each of its cells."""
    table = document.add_table(rows=1, cols=len(widths))
    table.autofit = False
    for number, (cell, width) in enumerate(zip(table.rows[0].cells, widths, strict=True)):
        table.columns[number].width = cell.width = Mm(width)
    return [_only(cell) for cell in table.rows[0].cells]


def _only(cell: Cell) -> Paragraph:
    paragraph: Paragraph = cell.paragraphs[0]
    return paragraph


def _more(paragraph: Paragraph, text: str, **how: Any) -> None:
    """Add a line in the same paragraph's cell."""
    run = paragraph.add_run()
    run.add_break()
    _run(paragraph, text, **{"size": 9.5, **how})


def _paragraph(
    paragraph: Paragraph, text: str, *, align: ALIGN | None = None, space: float = 0, **how: Any,
) -> None:
    if align is not None:
        paragraph.alignment = align
    if space:
        paragraph.paragraph_format.space_before = Pt(space)
        paragraph.paragraph_format.space_after = Pt(space)
    _run(paragraph, text, **how)


def _run(
    paragraph: Paragraph, text: str, *, bold: bool = False, italic: bool = False,
    size: float = 10.5,
) -> None:
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)


def papers() -> Iterable[Paper]:
    """Return the papers that have a built-in template."""
    return WORDING.keys()
