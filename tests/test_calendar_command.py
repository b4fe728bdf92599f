"""`motcua calendar`: what an office sees and does on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import timed
import town
from test_calendar_files import GOOD

from api.__main__ import main
from engine.audit import desk as auditor
from engine.audit.signing import make_seal
from engine.clock import FixedClock
from engine.history import read_body, read_personal
from engine.office import Office
from engine.store import Store, entries, people

KEEPER = town.official(town.PROVINCE, "calendar_keeper")
DECIDED = ["--decision", "12/QĐ", "--date", "09/11/2026", "--by", "UBND tỉnh", "--as", KEEPER.id]
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def at(at: Store) -> Store:
    """A town with a keeper of calendars, whose database the environment names."""
    with at.reading() as connection:
        people.put(connection, [], [(KEEPER, town.ISSUER, KEEPER.id)])
    return at


def ask(*argv: str, capsys: Captured) -> tuple[int, Any]:
    capsys.readouterr()
    status = main(["calendar", *argv, "--json"])
    return status, json.loads(capsys.readouterr().out)


def versions(capsys: Captured) -> set[str]:
    return {row["calendar"] for row in ask("list", capsys=capsys)[1]}


def test_a_years_file_becomes_everybodys_calendar(
    at: Store, tmp_path: Path, capsys: Captured,
) -> None:
    file = tmp_path / "2029.csv"
    file.write_text(GOOD, encoding="utf-8")

    status, told = ask("import", str(file), "--all", *DECIDED, capsys=capsys)

    assert status == 0
    assert {change["agency"] for change in told["changed"]} == set(town.NAMES)
    _, shown = ask("show", "--agency", town.POLICE, capsys=capsys)
    table = next(table for table in shown["tables"] if table["year"] == 2029)
    assert (table["decision"], table["decided_by"], table["decided_on"]) == (
        "12/QĐ", "UBND tỉnh", "2026-11-09")
    assert [change["decision"] for change in shown["changes"]] == ["12/QĐ"]
    # A second time there is nothing to change.
    assert ask("import", str(file), "--all", *DECIDED, capsys=capsys)[1]["changed"] == []


def test_a_dry_run_and_the_change_show_the_same_dates(
    at: Store, office: Office, clock: FixedClock, capsys: Captured,
) -> None:
    timed.bring(office, clock)
    code = timed.register(office)
    timed.perform(office, code, "accept")
    asked = ["change", "--agency", town.COMMUNE, "--day-off", "10/11/2026", "nghỉ đột xuất"]

    status, shown = ask(*asked, "--dry-run", capsys=capsys)
    assert status == 0
    (move,) = shown["dossiers"][0]["moves"]
    assert (move["what"], move["before"], move["after"]) == (
        "dossier", "2026-11-16T17:30:00+07:00", "2026-11-17T17:30:00+07:00")
    assert shown["counts"] == {"dossiers": 1, "moved": 1, "dates": 1, "failed": 0}

    assert main(["calendar", *asked, "--dry-run"]) == 0
    assert "17:30 16/11/2026 → 17:30 17/11/2026" in capsys.readouterr().out
    assert ask(*asked, *DECIDED, capsys=capsys)[1]["dossiers"] == shown["dossiers"]
    assert auditor.replay_stored(at, code).whole


def test_saturday_reception_is_shown_and_moves_no_deadline(
    at: Store, tmp_path: Path, capsys: Captured,
) -> None:
    file = tmp_path / "tiep-nhan.json"
    file.write_text('[{"since": "2026-01-01", "week": {"sat": ["07:30-11:30"]}}]', "utf-8")
    due = ["worktime", "--from", "2026-11-13T16:00:00+07:00", "--duration", "2 ngày",
           "--received", "--agency", town.COMMUNE]
    assert main(due) == 0
    before = capsys.readouterr().out

    assert main(["calendar", "change", "--agency", town.COMMUNE, "--reception", str(file),
                 *DECIDED]) == 0
    capsys.readouterr()
    assert main(due) == 0
    assert capsys.readouterr().out == before
    assert main(["calendar", "show", "--agency", town.COMMUNE]) == 0
    assert "thứ Bảy   07:30–11:30" in capsys.readouterr().out


def test_hours_and_swaps_change_by_decision(at: Store, tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "gio.json"
    week = {day: ["07:00-11:00", "13:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    file.write_text(json.dumps({"hours": [
        {"since": "2026-04-15", "season": ["04-15", "10-15"], "week": week}]}), "utf-8")

    status, _ = ask("change", "--agency", town.COMMUNE, "--hours", str(file), "--swap",
                    "2026-12-31", "2026-12-26", *DECIDED, capsys=capsys)

    assert status == 0
    _, shown = ask("show", "--agency", town.COMMUNE, capsys=capsys)
    assert [(h["since"], h["decision"]) for h in shown["hours"]] == [
        ("2000-01-01", ""), ("2026-04-15", "12/QĐ")]
    days = {day["day"]: day for table in shown["tables"] for day in table["days"]}
    assert days["2026-12-26"]["exchange"] == "2026-12-31"
    assert days["2026-12-26"]["decided_by"] == "UBND tỉnh"
    assert days["2026-11-24"]["kind"] == "holiday"


@pytest.mark.parametrize("argv", [
    ["import", "không-có.csv", "--all", *DECIDED],
    ["change", "--all", *DECIDED],
    ["change", "--all", "--day-off", "2026-12-24", "x"],
    ["change", "--all", "--day-off", "24.13.2026", "x", *DECIDED],
    ["change", "--all", "--ordinary", "mai", *DECIDED],
    ["change", "--all", "--day-off", "2026-12-24", "x", "--ordinary", "2026-12-24", *DECIDED],
    ["change", "--day-off", "2026-12-24", "x", *DECIDED],
    ["draft", "1990"], ["draft", "năm nay"], ["show"], [],
])
def test_what_is_asked_wrongly_exits_2_and_changes_nothing(
    at: Store, capsys: Captured, argv: list[str],
) -> None:
    before = versions(capsys)
    assert main(["calendar", *argv]) == 2
    assert capsys.readouterr().err
    assert versions(capsys) == before


@pytest.mark.parametrize("argv", [
    ["show", "--agency", "000.99.99.H99"],
    ["change", "--agency", "000.99.99.H99", "--day-off", "2026-12-24", "x", *DECIDED],
    ["change", "--all", "--day-off", "2026-12-24", "x", *DECIDED[:-1], "nobody"],
    ["change", "--all", "--day-off", "2026-12-24", "x", *DECIDED[:-1], town.AUTHOR.id],
])
def test_what_is_refused_exits_1_and_changes_nothing(
    at: Store, capsys: Captured, argv: list[str],
) -> None:
    before = versions(capsys)
    assert main(["calendar", *argv]) == 1
    assert versions(capsys) == before


def test_an_import_of_the_register_is_an_entry_and_leaves_calendars_alone(
    at: Store, tmp_path: Path, clock: FixedClock, capsys: Captured,
) -> None:
    assert main(["calendar", "change", "--agency", town.COMMUNE, "--day-off", "2026-12-24", "x",
                 *DECIDED]) == 0
    changed = versions(capsys)
    file = tmp_path / "register.json"
    file.write_text(json.dumps({
        "agencies": [{"code": town.COMMUNE, "name": "UBND xã Kim Liên mới"}],
        "people": [{"id": "an", "name": "Trần An", "posts": [
            {"agency": town.COMMUNE, "role": "leader", "since": "2026-11-01"}]}],
    }), encoding="utf-8")
    for _ in range(2):
        assert main(["register", "import", str(file)]) == 0

    assert versions(capsys) == changed
    with at.reading() as connection:
        chain = entries.chain(connection, "register")
    assert [entry.number for entry in chain] == [1, 2]
    content = read_body(chain[0])["content"]
    assert content["outcome"]["people"] == [{"id": "an", "posts": [
        {"agency": town.COMMUNE, "role": "leader", "since": "2026-11-01", "until": None}]}]
    assert "Trần An" not in json.dumps(content, ensure_ascii=False)
    assert read_personal(chain[0])[1]["people"][0]["name"] == "Trần An"
    seal = make_seal(tmp_path / "key.pem")
    auditor.add_checkpoint(at, clock.now(), seal)
    assert auditor.verify_stored(at, seal).whole
