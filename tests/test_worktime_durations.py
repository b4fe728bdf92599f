"""Durations as officials write them, and the published procedures' own texts."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Invalid
from engine.worktime import Duration, parse

SHARED = Path(os.environ.get("MOTCUA_SHARED", Path(__file__).parents[2] / "shared"))
TABLES = SHARED / "procedures" / "tables.json"

#: Texts of the published tables that name no one duration.
NOT_ONE_DURATION = {
    "", "theo từng TTHC", "tối đa 2 ngày làm việc; cần xác minh không quá 5 ngày",
}


@pytest.mark.parametrize(("text", "kind", "amount"), [
    ("15 ngày làm việc", "days", 15),
    ("03 ngày", "days", 3),
    ("4,0 ngày", "days", 4),
    ("03 (ba) ngày làm việc", "days", 3),
    ("Không quá 12 ngày kể từ ngày nhận được hồ sơ hợp lệ.", "days", 12),
    ("tối đa 2 ngày làm việc", "days", 2),
    ("  5\u00a0 NGÀY ", "days", 5),
    ("5 nga\u0300y", "days", 5),
    ("trong 01 ngày làm việc", "days", 1),
    ("ngay trong ngày làm việc", "days", 0),
    ("trong ngày", "days", 0),
    ("10,5 ngày", "hours", 84 * 60),
    ("0,5 ngày", "hours", 4 * 60),
    ("0.5 ngày làm việc", "hours", 4 * 60),
    ("1/2 ngày", "hours", 4 * 60),
    ("½ ngày", "hours", 4 * 60),
    ("1½ ngày", "hours", 12 * 60),
    ("nửa ngày", "hours", 4 * 60),
    ("1/4 ngày", "hours", 2 * 60),
    ("0,25 ngày làm việc", "hours", 2 * 60),
    ("1/3 ngày", "hours", 160),
    ("04 giờ làm việc", "hours", 4 * 60),
    ("0,5 giờ", "hours", 30),
    ("112 giờ", "hours", 112 * 60),
    ("4h", "hours", 4 * 60),
    ("1 ngày 4 giờ", "hours", 12 * 60),
    ("2 giờ và 30 phút", "hours", 150),
    ("168 giờ (tương đương 21 ngày) kể từ ngày nhận đủ hồ sơ", "hours", 168 * 60),
    ("05 ngày làm việc, kể từ ngày nhận đủ hồ sơ hợp lệ", "days", 5),
    ("10 ngày làm việc (kể từ ngày tiếp nhận)", "days", 10),
    ("05 ngày làm việc sau khi nhận đủ hồ sơ", "days", 5),
    ("05 ngày (không tính ngày nghỉ)", "days", 5),
    ("5 ngày làm việc (trừ thứ Bảy, Chủ nhật)", "days", 5),
    ("≤ 5 ngày", "days", 5),
    ("03 ngày (làm việc)", "days", 3),
    ("03 ngày LV", "days", 3),
    ("21 (hai mươi mốt) ngày", "days", 21),
    ("15 (mười lăm) ngày làm việc", "days", 15),
    ("ngay trong ngày tiếp nhận hồ sơ", "days", 0),
    ("2.5 ngày", "hours", 20 * 60),
    ("2,125 ngày", "hours", 17 * 60),
    ("01 buổi", "hours", 4 * 60),
    ("01 ngày 01 buổi", "hours", 12 * 60),
    ("8 tiếng", "hours", 8 * 60),
    ("24h", "hours", 24 * 60),
    ("01ngày", "days", 1),
    ("Giờ hành chính", "uncounted", 0),
    ("Không tính thời gian", "uncounted", 0),
    ("ngoài thời hạn (hồ sơ tạm dừng)", "uncounted", 0),
    ("P3D", "elapsed", 3 * 86_400),
    ("PT4H", "elapsed", 4 * 3600),
    ("P1W", "elapsed", 7 * 86_400),
    ("PT1H30M15S", "elapsed", 5415),
    ("PT0S", "elapsed", 0),
])
def test_a_duration_is_read_as_it_was_meant(text: str, kind: str, amount: int) -> None:
    found = parse(text)

    assert (found.kind, found.amount) == (kind, amount)
    assert found.text == text


@pytest.mark.parametrize(("text", "kind", "amount"), [
    ("P3D", "days", 3), ("PT4H", "hours", 240), ("PT8H", "hours", 480), ("PT30M", "hours", 30),
    ("P1DT4H", "hours", 720), ("P0.5D", "hours", 240), ("P10,5D", "hours", 84 * 60),
])
def test_an_iso_text_can_be_read_as_working_days_and_hours(
    text: str, kind: str, amount: int,
) -> None:
    found = parse(text, iso_as_working=True)

    assert (found.kind, found.amount) == (kind, amount)


def test_calendar_days_change_whole_days_and_nothing_else() -> None:
    assert parse("12 ngày", calendar_days=True) == Duration("calendar_days", 12)
    assert parse("10,5 ngày", calendar_days=True) == Duration("hours", 84 * 60)
    assert parse("04 giờ", calendar_days=True) == Duration("hours", 240)
    assert parse("P3D", calendar_days=True, iso_as_working=True) == Duration("calendar_days", 3)


@pytest.mark.parametrize("text", [
    "", " ", "5", "ngày", "năm ngày", "0 ngày", "00 giờ", "-1 ngày", "+1 ngày", "1/0 ngày",
    "0,001 ngày", "1.000 ngày", "1,000.5 ngày", "1e3 ngày", "2-3 ngày", "3 ngày hoặc 5 ngày",
    "5 ngày 3 ngày", "4 giờ 1 ngày", "1 tháng", "2 tuần", "1 năm", "5 ngày lịch", "3 ngày; 5 ngày",
    "80 giờ làm việc (tương đương 11 ngày làm việc)", "٣ ngày", "9999999 ngày", "P", "PT", "P1",
    "P1.5Y", "-P1D", "P1DT", "PT4H rồi", "theo từng TTHC", "5 ngày" + " " * 500 + "x",
    ",5 ngày", ".5 ngày", "5. ngày", "1,000 ngày", "từ 3 đến 5 ngày", "3 – 5 ngày", "1h30",
    "05 (sáu) ngày làm việc", "15 (mười) ngày", "ít nhất 5 ngày", "trên 5 ngày", "5 ngày nghỉ",
    "15 ngày, trường hợp phức tạp 30 ngày", "15 ngày (trường hợp phức tạp thì lâu hơn)",
    "5 ngày kể từ ngày nhận, trường hợp phức tạp mười ngày", "5 ngày, sau khi nhận hoặc muộn hơn",
    "30 ngày đối với trường hợp phức tạp", "ngay sau khi nhận", "24/24", "một ngày",
    "24 giờ liên tục", "Theo quy định", "05 ngày và 03 ngày", "1 ngày rưỡi",
])
def test_what_is_not_one_duration_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse(text)

    assert refusal.value.code == "duration-unreadable"
    assert "5 ngày làm việc" in refusal.value.vi
    assert len(refusal.value.vi) < 400


@pytest.mark.parametrize("text", ["02 tháng", "1 tuần", "01 (một) năm", "2 quý"])
def test_weeks_months_and_years_are_refused_saying_that_they_hide_rest_days(text: str) -> None:
    with pytest.raises(Invalid, match="rest days"):
        parse(text)


@pytest.mark.parametrize("text", ["P1W", "P1M", "P1Y", "P1YT1H", "PT30S", "PT0S", "P0D"])
def test_weeks_months_and_nothing_at_all_are_no_working_time(text: str) -> None:
    with pytest.raises(Invalid):
        parse(text, iso_as_working=True)


@given(st.text(max_size=40) | st.from_regex(r"[0-9,./ ]{0,6}(ng[aà]y|gi[oờ]|P[0-9]+[DTHM]*).*"))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Invalid):
        assert parse(text).amount >= 0


@given(st.integers(1, 4000), st.integers(1, 12))
def test_a_fraction_of_a_day_is_that_part_of_eight_hours(above: int, below: int) -> None:
    minutes = above * 480 // below

    assert parse(f"{above}/{below} ngày").in_minutes() == minutes


@pytest.mark.parametrize(("kind", "amount"), [
    ("hours", 0), ("calendar_days", 0), ("days", -1), ("elapsed", -1), ("weeks", 1),
])
def test_a_duration_that_cannot_be_is_not_made(kind: Any, amount: int) -> None:
    with pytest.raises(Invalid):
        Duration(kind, amount)


def test_sums_take_a_day_as_eight_hours() -> None:
    assert parse("10,5 ngày").in_minutes() == 84 * 60
    assert parse("12 ngày").in_minutes() == 96 * 60
    assert parse("ngay trong ngày làm việc").in_minutes() == 8 * 60
    assert parse("Không tính thời gian").in_minutes() == 0


def published() -> list[dict[str, Any]]:
    if not TABLES.exists():
        pytest.skip(f"the published tables are not at {TABLES}; set MOTCUA_SHARED")
    tables: list[dict[str, Any]] = json.loads(TABLES.read_text(encoding="utf-8"))
    return [step for table in tables for step in table["steps"]]


def test_every_published_duration_is_read_or_refused_as_no_one_duration() -> None:
    refused = set()
    for step in published():
        try:
            parse(step["duration_text"])
        except Invalid:
            refused.add(step["duration_text"])

    assert refused == NOT_ONE_DURATION


def test_published_durations_have_the_length_that_the_tables_state() -> None:
    minutes = {"ngày": 8 * 60, "giờ": 60}
    for step in published():
        stated, text = step["duration"], step["duration_text"]
        if stated and text not in NOT_ONE_DURATION:
            assert parse(text).in_minutes() == stated["value"] * minutes[stated["unit"]], text
