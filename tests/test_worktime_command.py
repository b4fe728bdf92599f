"""`motcua worktime`: what a person or a program sees on the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.cli.worktime import worktime
from engine.errors import NotFound
from engine.worktime import DEFAULT, Calendar

Captured = pytest.CaptureFixture[str]


def ask(*argv: str, capsys: Captured) -> tuple[int, dict[str, Any]]:
    status = worktime([*argv, "--json"])
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return status, answer


def test_the_answer_is_the_due_date_at_07_with_its_derivation(capsys: Captured) -> None:
    # 03:00 UTC is 10:00 in Viet Nam on Friday 13 February 2026; after Tết, Monday 23 is day 1.
    status, answer = ask("--from", "2026-02-13T03:00:00Z", "--duration", "01 ngày", capsys=capsys)

    assert status == 0
    assert answer["due"] == "2026-02-23T17:30:00+07:00"
    assert answer["derivation"][0] == "Tính từ: 10:00 thứ Sáu 13/02/2026 (giờ Việt Nam)."
    assert set(answer) == {"due", "derivation"}


@pytest.mark.parametrize(("flags", "expected"), [
    ((), "2026-02-24T17:30:00+07:00"),                  # 23, 24
    (("--received",), "2026-02-25T17:30:00+07:00"),     # counts as Mon 23; 24, 25
    (("--calendar-days",), "2026-02-23T17:30:00+07:00"),            # Sun 15 off; Mon 23
    (("--calendar-days", "--received"), "2026-02-25T17:30:00+07:00"),  # Mon 23; Wed 25
])
def test_the_flags_choose_how_days_are_counted(
    flags: tuple[str, ...], expected: str, capsys: Captured,
) -> None:
    _, answer = ask("--from", "2026-02-13T15:00:01+07:00", "--duration", "2 ngày", *flags,
                    capsys=capsys)

    assert answer["due"] == expected


@pytest.mark.parametrize(("duration", "expected"), [
    ("P3D", "2026-11-12T17:30:00+07:00"), ("PT4H", "2026-11-09T14:00:00+07:00"),
])
def test_iso_durations_are_working_days_and_hours(
    duration: str, expected: str, capsys: Captured,
) -> None:
    _, answer = ask("--from", "2026-11-09T08:00:00+07:00", "--duration", duration, capsys=capsys)

    assert answer["due"] == expected


def test_time_that_is_not_counted_is_null(capsys: Captured) -> None:
    status, answer = ask("--from", "2026-02-13T10:00:00+07:00",
                         "--duration", "Không tính thời gian", capsys=capsys)

    assert (status, answer["due"]) == (0, None)


def test_a_year_that_is_not_final_is_marked(capsys: Captured) -> None:
    _, answer = ask("--from", "2027-03-01T10:00:00+07:00", "--duration", "1 ngày", capsys=capsys)

    assert answer["provisional"] is True
    assert answer["derivation"][-1].startswith("Tạm tính")


@pytest.mark.parametrize("argv", [
    ("--from", "2026-02-13T10:00:00", "--duration", "1 ngày"),
    ("--from", "2026-02-13", "--duration", "1 ngày"),
    ("--from", "2026-02-30T10:00:00+07:00", "--duration", "1 ngày"),
    ("--from", "2026-W07-5T10:00:00+07:00", "--duration", "1 ngày"),
    ("--from", "hôm nay", "--duration", "1 ngày"),
    ("--from", "1999-01-01T10:00:00+07:00", "--duration", "1 ngày"),
    ("--from", "2026-02-13T10:00:00+07:00", "--duration", "khi nào xong"),
    ("--from", "2026-02-13T10:00:00+07:00", "--duration", ""),
    ("--from", "2026-02-13T10:00:00+07:00"),
    ("--from", "2026-02-13T10:00:00+07:00", "--duration", "1 ngày", "--nhanh"),
    ("--from", "2026-02-13T10:00:00+07:00", "--duration", "1 ngày", "--agency", "000.21.30.H41"),
])
def test_bad_arguments_exit_2_and_say_why_in_json_too(
    argv: tuple[str, ...], capsys: Captured,
) -> None:
    status = worktime([*argv, "--json"])
    printed = capsys.readouterr()

    answer = json.loads(printed.out)
    assert status == 2
    assert answer["due"] is None
    assert answer["error"]["message"]["vi"]
    assert answer["error"]["message"]["en"] in printed.err
    assert "Traceback" not in printed.err


def test_without_json_a_person_reads_the_derivation(capsys: Captured) -> None:
    status = worktime(["--from", "2026-11-09T08:00:00+07:00", "--duration", "04 giờ"])

    assert status == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Đến hạn: 14:00 thứ Hai 09/11/2026."


def test_an_agency_is_counted_in_its_own_calendar(capsys: Captured) -> None:
    short = ["07:30-10:30", "13:30-16:30"]
    week = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), short)
    ours = Calendar.from_json(
        DEFAULT.to_json() | {"hours": [{"since": "2000-01-01", "week": week}]})

    def calendar_of(code: str) -> Calendar:
        if code != "000.21.30.H41":
            raise NotFound(f"Không có cơ quan {code}", f"no agency {code}")
        return ours

    argv = ["--from", "2026-11-09T08:00:00+07:00", "--duration", "1 ngày", "--json", "--agency"]

    assert worktime([*argv, "000.21.30.H41"], calendar_of) == 0
    assert json.loads(capsys.readouterr().out)["due"] == "2026-11-10T16:30:00+07:00"
    assert worktime([*argv, "000.00.00.H99"], calendar_of) == 1
