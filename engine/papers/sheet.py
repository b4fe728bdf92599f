"""Sheets (bảng tính): the register as XLSX, written line by line; no cell of it can calculate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from engine.clock import local
from engine.papers.book import HEADINGS, Cell

_WIDTHS = (7, 26, 44, 24, 34, 17, 17, 17, 22, 16, 14, 30)
_TIME = "dd/mm/yyyy hh:mm"
#: What a spreadsheet takes for a formula when it stands first in a text.
_FORMULA = tuple("=+-@\t\r\n")
#: A cell of a spreadsheet holds no more characters.
_MOST = 32_767


def write_sheet(out: IO[bytes], title: Iterable[str], rows: Iterable[tuple[Cell, ...]]) -> None:
    """Write lines of title, the headings and the rows as XLSX; rows are not held in memory."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet("Sổ theo dõi hồ sơ")
    above = [[_text(sheet, line, bold=True)] for line in title]
    for number, width in enumerate(_WIDTHS):
        sheet.column_dimensions[chr(ord("A") + number)].width = width
    sheet.freeze_panes = f"A{len(above) + 2}"
    for line in above:
        sheet.append(line)
    sheet.append([_text(sheet, heading, bold=True) for heading in HEADINGS])
    for row in rows:
        sheet.append(list(_cells(sheet, row)))
    book.save(out)


def _cells(sheet: Any, row: tuple[Cell, ...]) -> Iterator[Any]:
    for value in row:
        if isinstance(value, datetime):
            # A spreadsheet knows no offsets: what it shows is the wall clock's time.
            cell = WriteOnlyCell(sheet, local(value).replace(tzinfo=None, microsecond=0))
            cell.number_format = _TIME
            yield cell
        elif isinstance(value, str):
            yield _text(sheet, value)
        else:
            yield value


def _text(sheet: Any, value: str, *, bold: bool = False) -> Any:
    """Return a cell that shows a text, whatever it begins with, and stays one when edited."""
    cell = WriteOnlyCell(sheet, None)
    cell.value = value[:_MOST]
    cell.data_type = "s"  # openpyxl takes a leading = for a formula
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.font = Font(bold=bold)
    if value.startswith(_FORMULA):
        cell.quotePrefix = True
    return cell
