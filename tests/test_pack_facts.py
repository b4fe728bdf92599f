"""The pack says what the published decisions say: steps, desks, durations, sums, numbers."""

from __future__ import annotations

import drawn
import pytest

from engine.worktime import parse

PROCEDURES = {"p088": "P088", "m001": "M001", "p106": "P106", "p094": "P094"}

#: The decision's words for a desk, in the order in which they are looked for, and our role.
DESKS = (
    ("Trưởng Bộ phận TN&TKQ", "one_stop_officer"), ("Bộ phận TN&TKQ", "one_stop_officer"),
    ("Trung tâm Phục vụ hành chính công", "one_stop_officer"),
    ("HTTT giải quyết TTHC", "one_stop_officer"),
    ("Hành chính – Quản trị", "records_clerk"), ("Văn thư", "records_clerk"),
    ("Lãnh đạo Văn phòng", "office_head"),
    ("Lãnh đạo phòng", "division_head"), ("Lãnh đạo Phòng", "division_head"),
    ("Lãnh đạo UBND", "leader"), ("Lãnh đạo Sở", "leader"),
    ("Chuyên viên", "specialist"), ("Công chức", "specialist"),
    ("Phòng Nghiệp vụ", "specialist"), ("Công an", "specialist"), ("Cơ quan BHXH", "specialist"),
)


def desk(unit: str) -> str:
    return next(role for words, role in DESKS if words in unit)


@pytest.fixture(params=PROCEDURES)
def pair(request, tables):
    """A diagram of the pack and the published table that it draws."""
    (table,) = (t for t in tables if t["id"] == PROCEDURES[request.param])
    return drawn.read(request.param), table


@pytest.fixture
def diagram(request):
    return drawn.read(request.param)


def steps_of(diagram, number):
    return [t for t in diagram.tasks if t.step.rstrip("abc") == f"B{number}"]


def numbered(table):
    for row in table["steps"]:
        number = row["step"].removeprefix("Bước ")
        if row["unit"] != "Người yêu cầu":
            yield number.rstrip("ab"), number, row


def test_the_procedure_carries_the_decisions_number_and_the_procedures_code(pair):
    diagram, table = pair
    assert diagram.lead["decision"] == table["source"]["decision"]
    assert diagram.lead["procedureCode"] == (table["procedure_code"] or table["id"])


def test_each_step_of_the_decision_is_drawn_and_no_other(pair):
    diagram, table = pair
    published = {number for number, _, _ in numbered(table)}
    assert {t.step.rstrip("abc").removeprefix("B") for t in diagram.tasks if t.step} == published


def test_each_step_stands_at_the_desk_that_the_decision_names(pair):
    diagram, table = pair
    for number, exact, row in numbered(table):
        for task in steps_of(diagram, number):
            if task.step in (f"B{number}", f"B{exact}") and "cells" not in row:
                assert task.role == desk(row["unit"]), task.step


@pytest.mark.parametrize("name", ["p088", "p106"])
def test_each_duration_stands_exactly_as_in_the_decision(name, tables):
    diagram = drawn.read(name)
    (table,) = (t for t in tables if t["id"] == PROCEDURES[name])
    for _, number, row in numbered(table):
        assert diagram.task(f"B{number}").duration == row["duration_text"]


def test_p094_keeps_the_durations_of_its_merged_rows_and_of_the_rows_that_share_one(tables):
    diagram = drawn.read("p094")
    (table,) = (t for t in tables if t["id"] == "P094")
    rows = {row["step"].removeprefix("Bước "): row for row in table["steps"]}
    cells = [c for c in rows["2"]["cells"] if c.endswith("ngày")]
    assert [diagram.task(f"B2{letter}").duration for letter in "abc"] == cells
    for number in (1, 3, 4, 5, 14, 15):
        assert diagram.task(f"B{number}").duration == rows[str(number)]["duration_text"]
    together = [diagram.task(f"B{number}") for number in range(6, 14)]
    assert {t.duration for t in together} == {rows["6"]["duration_text"]}
    assert len({t.shared_by for t in together}) == 1
    assert together[0].shared_by


def test_m001_gives_each_office_two_days_and_verification_five_in_all(tables):
    diagram = drawn.read("m001")
    (table,) = (t for t in tables if t["id"] == "M001")
    rows = {row["step"].removeprefix("Bước "): row["duration_text"] for row in table["steps"]}
    assert diagram.task("B3").duration == rows["3"]
    police = [t for t in diagram.tasks if t.step == "B4a"]
    assert {t.duration for t in police} | {diagram.task("B4b").duration} == {"2 ngày làm việc"}
    assert all("2 ngày làm việc" in rows[step] for step in ("4a", "4b"))
    assert diagram.lead["timeLimit"] == "3 ngày làm việc"
    assert diagram.limits == (("verification_needed == true", "5 ngày làm việc"),)


def hours_of(text):
    return parse(text).in_minutes() / 60


def hours(tasks):
    """Sum the durations, each shared one once; the alternative of a verification left out."""
    counted = {t.shared_by or t.id: t.duration for t in tasks if t.duration}
    return sum(hours_of(text) for text in counted.values())


def test_p088_is_40_hours_at_the_commune_and_56_beyond_it_which_makes_its_limit_of_96(tables):
    diagram = drawn.read("p088")
    commune = [t for t in diagram.tasks if t.process.endswith("Commune")]
    beyond = [t for t in diagram.tasks if not t.process.endswith("Commune")]
    (table,) = (t for t in tables if t["id"] == "P088")
    assert (hours(commune), hours(beyond)) == (40, table["stated_total_hours"])
    limit = hours_of(diagram.lead["timeLimit"])
    assert hours(diagram.tasks) == table["sum_of_steps_hours"] == limit == 96


def test_p106_adds_up_to_its_168_hours(tables):
    diagram = drawn.read("p106")
    (table,) = (t for t in tables if t["id"] == "P106")
    limit = hours_of(diagram.lead["timeLimit"])
    assert hours(diagram.tasks) == table["stated_total_hours"] == limit == 168


def test_p094_adds_up_to_its_30_working_days(tables):
    diagram = drawn.read("p094")
    (table,) = (t for t in tables if t["id"] == "P094")
    assert table["stated_total_raw"].startswith(f"Tổng thời gian: {diagram.lead['timeLimit']}")
    assert hours(diagram.tasks) == hours_of(diagram.lead["timeLimit"]) == 30 * 8


def test_m001_fits_its_three_days_along_the_longer_branch():
    diagram = drawn.read("m001")
    without_verification = [t for t in diagram.tasks if t.id != "Task_Verify"]
    one_branch = [t for t in without_verification if t.step != "B4b"]
    assert hours(one_branch) == hours_of(diagram.lead["timeLimit"]) == 24


def test_labels_are_our_own_short_words_not_the_sentences_of_the_decisions(pair):
    diagram, table = pair
    sentences = {line.strip(" -;.") for row in table["steps"] for line in row["work"].split("\n")}
    for task in diagram.tasks:
        assert len(task.name) <= 30
        assert task.name not in sentences
