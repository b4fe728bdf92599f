"""A year's file as an office writes it: read whole, or refused with every line that is wrong."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import pytest

from api.cli.calendar_draft import as_csv, draft
from api.cli.calendar_files import read_each
from api.cli.calendar_year import read_year
from engine.errors import Invalid, Unavailable
from engine.worktime import DEFAULT, Amendment, Hours, amend

GOOD = """\
Ngày;Loại;Tên;Ngày hoán đổi;Quyết định
01/01/2029;nghỉ lễ;Tết Dương lịch;;
13/02/2029;Nghỉ Tết;Tết Nguyên đán;;
30/04/2029;nghỉ lễ;Ngày Chiến thắng;;
01/05/2029;nghỉ lễ;Ngày Quốc tế lao động;;
31/08/2029;nghỉ hoán đổi;;25/08/2029;99/TB
25/08/2029;làm bù;;31/08/2029;99/TB
02/09/2029;nghỉ lễ;Quốc khánh;;
03/09/2029;nghỉ bù;;02/09/2029;
24/11/2029;nghỉ lễ;Ngày Văn hóa Việt Nam;;
26/11/2029;nghỉ bù;;24/11/2029;
"""


def written(folder: Path, text: str, name: str = "nam.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


def faults(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refusal:
        read_year(path)
    return [(fault.pointer, fault.en) for fault in refusal.value.faults]


def test_a_spreadsheets_file_is_read_with_vietnamese_heads_and_days(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        for mark in ",;\t":
            path = written(tmp_path, GOOD.replace(";", mark), encoding=encoding)
            table = read_year(path).table
            assert (table.year, table.provisional, len(table.days)) == (2029, False, 10)

    swap = next(day for day in table.days if day.kind == "worked")
    assert (swap.day, swap.exchange) == (date(2029, 8, 25), date(2029, 8, 31))
    assert (swap.name, swap.decision) == ("làm bù", "99/TB")


def test_json_says_the_same(tmp_path: Path) -> None:
    table = read_year(written(tmp_path, GOOD)).table
    said = json.dumps({**table.as_json(), "provisional": True, "decision": "1/TB"})
    again = read_year(written(tmp_path, said, "nam.json")).table

    assert (again.days, again.provisional, again.decision) == (table.days, True, "1/TB")


def test_a_holiday_on_a_rest_day_without_compensation_is_pointed_out(tmp_path: Path) -> None:
    (note,) = read_year(written(tmp_path, GOOD.replace("26/11/2029;nghỉ bù;;24/11/2029;\n", ""))
                        ).notes
    assert note.startswith("24/11/2029")


def test_every_fault_is_named_with_its_line(tmp_path: Path) -> None:
    text = GOOD.replace("13/02/2029", "31/02/2029").replace("nghỉ bù", "nghỉ chơi", 1)
    text = text.replace(";25/08/2029;99/TB", ";;99/TB").replace("Ngày Chiến thắng", "")

    assert [line for line, _ in faults(written(tmp_path, text))] == [
        "dòng 3", "dòng 4", "dòng 6", "dòng 9"]


@pytest.mark.parametrize(("was", "then", "line", "says"), [
    ("30/04/2029", "01/01/2029", "dòng 4", "stands on line 2 already"),
    ("13/02/2029", "13/02/2028", "dòng 3", "not of 2029"),
    ("25/08/2029;làm bù", "24/08/2029;làm bù", "dòng 7", "a working weekday"),
    ("25/08/2029;làm bù;;31/08/2029", "25/08/2029;làm bù;;30/08/2029", "dòng 6", "must stand"),
    ("24/11/2029;nghỉ lễ;Ngày Văn hóa Việt Nam;;\n", "", "dòng 10", "2029-11-24"),
    ("Quyết định", "Ghi chú", "dòng 6", "no column 'Ghi chú'"),
])
def test_what_contradicts_itself_the_week_or_the_law_is_a_fault(
    tmp_path: Path, was: str, then: str, line: str, says: str,
) -> None:
    found = faults(written(tmp_path, GOOD.replace(was, then)))
    assert any(place == line and says in text for place, text in found), found


@pytest.mark.parametrize("text", [
    "", "Ngày,Loại\n", "[]", '{"days": []}', '{"days": 3}', "{", '{"days": [3]}',
    '{"days": [{"day": 5, "kind": "holiday"}]}', '{"year": 2029}', "\x00", "day\nx\n", "[" * 9999,
    "day\n" + "x" * 200_000,
])
def test_what_is_no_years_file_is_refused(tmp_path: Path, text: str) -> None:
    assert all(line.startswith("dòng ") for line, _ in faults(written(tmp_path, text)))


def test_faults_of_json_name_the_line_of_the_element(tmp_path: Path) -> None:
    text = '{"note": "days [1]",\n "days": [\n  {"day": "2029-01-01"},\n\n  {"day": "x"}]}'
    assert {line for line, _ in faults(written(tmp_path, text))} == {"dòng 3", "dòng 5"}


@pytest.mark.parametrize("content", [b"\xff\xff\x00", b"\x80abc", b"PK\x03\x04\xff"])
def test_a_file_that_is_no_text_says_how_to_save_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "nam.xlsx"
    path.write_bytes(content)
    with pytest.raises(Invalid, match="CSV UTF-8"):
        read_year(path)
    with pytest.raises(Invalid, match="Cannot open"):
        read_year(tmp_path / "không có")


def test_hours_from_a_file_name_the_line_that_cannot_be(tmp_path: Path) -> None:
    text = '[{"since": "2026-01-01", "week": {"mon": ["07:30-11:30"]}},\n{"since": "hôm nay"}]'
    with pytest.raises(Invalid) as refusal:
        read_each(written(tmp_path, text), "hours", Hours.from_json)
    assert [fault.pointer for fault in refusal.value.faults] == ["dòng 2"]


@pytest.mark.parametrize("year", [2026, 2027, 2030])
def test_a_draft_is_provisional_says_that_swaps_are_missing_and_can_be_imported(
    tmp_path: Path, year: int,
) -> None:
    pytest.importorskip("holidays")
    drafted = draft(year)
    assert "hoán đổi" in drafted["remark"]
    for text, name in ((json.dumps(drafted), "a.json"), (as_csv(drafted), "a.csv")):
        table = read_year(written(tmp_path, text, name)).table
        assert (table.year, table.provisional) == (year, True)
        assert not amend(DEFAULT, Amendment(tables=(table,))).decided.issuperset({year})


def test_where_the_library_is_absent_the_draft_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(Unavailable, match=r"'\.\[calendar\]'"):
        draft(2027)
