"""Supplement (bổ sung): Decree 61/2018 art. 17.1a and 19.4: hold, then the clock restarts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from engine.clock import VIETNAM
from engine.errors import Conflict, Invalid
from engine.law.accept import accept
from engine.law.acting import Circumstances
from engine.law.receive_supplement import receive_supplement
from engine.law.request_supplement import request_supplement
from engine.law.rules import rules_by_id, rules_on
from engine.law.standing import Standing
from engine.worktime import DEFAULT

MONDAY = datetime(2026, 11, 9, 9, 0, tzinfo=VIETNAM)
WEDNESDAY = datetime(2026, 11, 11, 10, 0, tzinfo=VIETNAM)
NEXT_MONDAY = datetime(2026, 11, 16, 14, 0, tzinfo=VIETNAM)


def at(now: datetime, **content: object) -> Circumstances:
    return Circumstances(now, content, rules_on(now.date()), "5 ngày làm việc", DEFAULT)


def in_process() -> Standing:
    return accept(Standing(), at(MONDAY)).standing.moved("in_process")


def test_a_request_holds_the_dossier_and_opens_the_one_stop_units_task() -> None:
    effect = request_supplement(in_process(), at(WEDNESDAY, reason="Thiếu giấy xác nhận"))
    assert effect.standing.status == "supplement_requested"
    assert effect.standing.hold is not None
    assert effect.standing.hold.since == WEDNESDAY
    assert effect.standing.supplements == 1
    assert [task.act for task in effect.opens] == ["receive-supplement"]


def test_a_request_without_reason_is_refused() -> None:
    with pytest.raises(Invalid):
        request_supplement(in_process(), at(WEDNESDAY))


def test_a_held_dossier_cannot_be_asked_twice() -> None:
    held = request_supplement(in_process(), at(WEDNESDAY, reason="Thiếu")).standing
    with pytest.raises(Conflict, match="held"):
        request_supplement(held, at(WEDNESDAY, reason="Thiếu nữa"))


def test_the_deadline_is_counted_from_the_start_after_the_complete_dossier_is_received() -> None:
    held = request_supplement(in_process(), at(WEDNESDAY, reason="Thiếu")).standing
    standing = receive_supplement(held, at(NEXT_MONDAY)).standing
    assert standing.status == "in_process"
    assert standing.hold is None
    # Five working days after Monday 16: Tue 17, Wed 18, Thu 19, Fri 20, Mon 23 November.
    assert standing.due == datetime(2026, 11, 23, 17, 30, tzinfo=VIETNAM)


def test_where_the_parameter_says_so_the_clock_goes_on_instead_of_restarting() -> None:
    rules = replace(rules_by_id("ND118/2025"), supplement_restarts=False)
    held = request_supplement(in_process(), at(WEDNESDAY, reason="Thiếu")).standing
    resumed = receive_supplement(held, replace(at(NEXT_MONDAY), rules=rules)).standing
    # Due Mon 16 at 17:30; from Wed 11 at 10:00 to then 5 h 30 + 3 x 8 h = 29 h 30 were left.
    # From Mon 16 at 14:00: 3 h 30 that day, 8 h on Tue, Wed, Thu (27 h 30), 2 h on Fri 20.
    assert held.due == datetime(2026, 11, 16, 17, 30, tzinfo=VIETNAM)
    assert resumed.due == datetime(2026, 11, 20, 9, 30, tzinfo=VIETNAM)


def test_at_reception_the_supplement_leads_back_to_received_and_starts_no_clock() -> None:
    held = request_supplement(Standing(), at(MONDAY, reason="Thiếu")).standing
    standing = receive_supplement(held, at(WEDNESDAY)).standing
    assert (standing.status, standing.due, standing.accepted_at) == ("received", None, None)
    assert accept(standing, at(NEXT_MONDAY)).standing.clock_from == NEXT_MONDAY


def test_a_supplement_that_nobody_asked_for_is_refused() -> None:
    with pytest.raises(Conflict, match="does not wait"):
        receive_supplement(in_process(), at(WEDNESDAY))
