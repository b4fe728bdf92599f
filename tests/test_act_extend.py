"""Extend (xin lỗi và hẹn lại): Decree 61/2018 art. 19.9: a day before, with reason, once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from in_hand import InHand, clean, moment

from engine.law.rules import rules_by_id

WHY = "Chờ kết quả xác minh"


def in_process(rules: object = None, at: str = "09/11/2026 09:00") -> InHand:
    dossier = InHand(at, rules=rules)  # type: ignore[arg-type]
    return dossier.act("accept").act("forward")


def test_a_new_day_is_given_with_the_apology() -> None:
    dossier = in_process().act("extend", "13/11/2026 16:00", reason=WHY, due="2026-11-23")
    assert dossier.due == "23/11/2026 17:30"
    (granted,) = dossier.standing.extensions
    assert (granted.was, granted.due) == (moment("16/11/2026 17:30"), moment("23/11/2026 17:30"))
    assert dossier.papers() == ["apology"]
    assert dossier.status == "in_process"
    assert dossier.reminders()["overdue"] == "23/11/2026 17:31"
    assert "Gia hạn" in dossier.standing.derivation[-1]
    assert dossier.replays()


@pytest.mark.parametrize(("content", "due"), [
    # A Saturday, and 24 November which is off, end with the next working day.
    ({"due": "2026-11-21"}, "23/11/2026 17:30"), ({"due": "2026-11-24"}, "25/11/2026 17:30"),
    # Five days after Mon 16: Tue 17, Wed 18, Thu 19, Fri 20, Mon 23.
    ({"duration": "05 ngày làm việc"}, "23/11/2026 17:30"),
    # Ten hours after Mon 16, 17:30: Tue 17, then 2 h on Wed 18.
    ({"duration": "10 giờ"}, "18/11/2026 09:30"),
])
def test_the_new_due_date(content: dict[str, str], due: str) -> None:
    assert in_process().act("extend", "10/11/2026 09:00", reason=WHY, **content).due == due


@pytest.mark.parametrize(("at", "named"), [
    ("09/11/2026 09:00", "tham số extend_before_days"), ("09/06/2025 09:00", "NĐ 61/2018 Đ19.9"),
])
def test_at_the_latest_one_day_before_it_is_due(at: str, named: str) -> None:
    dossier = in_process(at=at)
    day = "16/11/2026 07:30" if "2026" in at else "16/06/2025 07:30"
    refusal = dossier.refuses("extend", day, reason=WHY, due="2026-11-23")
    assert (refusal.code, named in refusal.vi) == ("extended-too-late", True)
    before = "15/11/2026 20:00" if "2026" in at else "15/06/2025 20:00"
    assert dossier.act("extend", before, reason=WHY, duration="2 ngày").standing.extensions


def test_once_only() -> None:
    dossier = in_process().act("extend", reason=WHY, duration="5 ngày")
    refusal = dossier.refuses("extend", reason=WHY, duration="5 ngày")
    assert (refusal.code, "tham số extensions" in refusal.vi) == ("extended-before", True)


def test_as_often_as_the_parameter_says() -> None:
    rules = replace(rules_by_id("ND118/2025"), extensions=2)
    dossier = in_process(rules)
    for _ in range(2):
        dossier.act("extend", reason=WHY, duration="1 ngày")
    # Mon 16 and one day, twice: Wed 18.
    assert dossier.due == "18/11/2026 17:30"
    assert dossier.refuses("extend", reason=WHY, duration="1 ngày").code == "extended-before"


@pytest.mark.parametrize(("content", "pointer"), [
    ({"due": "2026-11-23"}, "/reason"), ({"reason": WHY}, "/due"),
    ({"reason": WHY, "due": "mai"}, "/due"), ({"reason": WHY, "due": "2026-11-16"}, "/due"),
    ({"reason": WHY, "due": "2026-11-10"}, "/due"),
    ({"reason": WHY, "duration": "lâu"}, "/duration"),
    ({"reason": WHY, "duration": "Không tính thời gian"}, "/duration"),
])
def test_it_states_a_reason_and_a_later_date(content: dict[str, str], pointer: str) -> None:
    refusal = in_process().refuses("extend", "10/11/2026 09:00", **content)
    assert [fault.pointer for fault in refusal.faults] == [pointer]  # type: ignore[union-attr]


def test_without_a_due_date_or_with_a_result_there_is_nothing_to_extend() -> None:
    assert InHand().refuses("extend", reason=WHY, due="2026-12-01").code == "nothing-to-extend"
    endless = InHand(drawing=clean(None)).act("accept")
    assert endless.refuses("extend", reason=WHY, due="2026-12-01").code == "nothing-to-extend"
    settled = in_process().act("settle")
    assert settled.refuses("extend", reason=WHY, due="2026-12-01").code == "nothing-to-extend"


def test_not_while_the_clock_stands() -> None:
    dossier = in_process().act("request-payment", "10/11/2026 09:00", amount=1)
    assert dossier.refuses("extend", reason=WHY, due="2026-12-01").code == "held"
