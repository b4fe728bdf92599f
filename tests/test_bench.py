"""The bench in miniature: each row prints, and both sides of each comparison did the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import drawing, run, table
from bench.premises import Premises, premises
from bench.row_durable import durable
from bench.row_http import over_http
from bench.row_lint import linting, linting_large
from bench.row_shapes import diamonds, due_dates, large, send_backs
from bench.row_state import agree, in_memory
from bench.stock import Stock, foreign_methods
from engine.flow.lint import lint
from engine.forms import clean, read_form


@pytest.fixture(scope="module")
def place() -> Iterator[Premises]:
    with premises() as made:
        yield made


def printed(row: table.Row) -> str:
    assert row.value > 0
    assert row.n > 0
    line = table.text([row])
    assert row.what in line
    assert row.against in line
    return line


def test_both_sides_complete_the_same_tasks_and_end_in_the_same_data() -> None:
    speed, size = in_memory(2)  # raises where the two differ
    assert speed.n == 16
    assert "held" in printed(size)
    printed(speed)


def test_on_postgresql_the_office_stock_and_a_hand_leave_the_same_rows(place: Premises) -> None:
    rows = durable(place, 1)  # raises where what they leave differs
    assert [row.number for row in rows] == ["1", "3"]
    for row in rows:
        printed(row)


def test_over_http_the_api_and_the_bare_route_leave_the_same_rows(place: Premises) -> None:
    alone, together = over_http(place, 1)
    assert (alone.n, together.n) == (8, 64)
    assert "requests a second" in printed(together)
    printed(alone)


def test_two_sides_that_differ_are_found() -> None:
    with pytest.raises(AssertionError, match="differ in data"):
        agree({"fee": 1}, {"fee": 2}, "data")


def test_a_loop_that_sends_back_ends_when_it_is_told_to() -> None:
    assert send_backs(20).n == 40


def test_rows_of_strain_print() -> None:
    for row in (diamonds(2, 4), large(2, 50), due_dates(2, 5)):
        printed(row)


def test_the_baseline_is_the_library_as_it_was_installed() -> None:
    in_memory(1)
    assert foreign_methods() == []


def test_the_drawing_of_the_bench_is_one_that_a_department_could_publish() -> None:
    files = {"permit.bpmn": drawing.permit(), **drawing.forms()}
    assert [f for f in lint(files, "permit.bpmn").findings if f.severity == "error"] == []
    for task in drawing.ORDER:
        entered = drawing.answers(task, 7)
        assert clean(read_form(files[f"{task}.form"]), entered) == entered


def test_every_second_dossier_swaps_the_parallel_branches() -> None:
    assert drawing.order(0) == drawing.ORDER
    assert sorted(drawing.order(1)) == sorted(drawing.ORDER) != list(drawing.order(1))


def test_stock_forgets_nothing_between_steps() -> None:
    stock = Stock(drawing.permit(), drawing.PROCESS)
    step = stock.start()
    for task in drawing.ORDER:
        step = stock.complete(step.state, step.open[task], drawing.answers(task, 1))
    assert step.data is not None
    assert step.data["fee"] == 1200
    assert step.open == {}


@pytest.mark.parametrize("place", ["measured", "worklist"])
def test_a_table_is_written_between_its_marks_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str,
) -> None:
    old = table.README.read_text(encoding="utf-8")
    page = tmp_path / "README.md"
    page.write_text(old, encoding="utf-8")
    monkeypatch.setattr(table, "README", page)
    table.write("| new |", place)
    begin, end = f"<!-- {place}: begin -->", f"<!-- {place}: end -->"
    assert page.read_text(encoding="utf-8") == (
        f"{old.partition(begin)[0]}{begin}\n| new |\n{end}{old.partition(end)[2]}")


def test_some_rows_alone_are_not_written_over_the_table() -> None:
    with pytest.raises(SystemExit, match="2"):
        run.main(["--only", "lint", "--write"])


def test_lint_stays_near_parsing_and_grows_like_the_drawing() -> None:
    assert "parsing it and its XSD" in printed(linting(3))
    assert "n log n" in printed(linting_large(2))
