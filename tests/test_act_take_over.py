"""Take over (nhận tại cơ quan có thẩm quyền): Decree 118/2025 art. 17.3, as amended in 2026.

A dossier received for another competent agency: its clock starts at that agency's receipt.
"""

from __future__ import annotations

import pytest
import town
from in_hand import InHand, clean, moment
from sketch import draw, named

ELSEWHERE = town.DEPARTMENT


def accepted(**more: object) -> InHand:
    return InHand(competent=ELSEWHERE, **more).act(  # type: ignore[arg-type]
        "accept", "09/11/2026 09:00")


def test_taking_over_starts_the_clock_and_closes_the_task_there() -> None:
    dossier = accepted().act("take-over", "11/11/2026 09:00")
    assert dossier.standing.clock_from == moment("11/11/2026 09:00")
    assert dossier.standing.accepted_at == moment("09/11/2026 09:00")
    # Wed 11 is not counted: Thu 12, Fri 13, Mon 16, Tue 17, Wed 18.
    assert dossier.due == "18/11/2026 17:30"
    assert dossier.waiting() == []
    assert dossier.told() == [{"act": "take-over", "element": ""}]
    assert dossier.replays()


def test_what_has_arrived_was_passed_on_whether_or_not_anybody_said_so() -> None:
    dossier = accepted()
    assert list(dossier.reminders()) == ["forward-late"]
    dossier.act("take-over", "10/11/2026 09:00")
    assert dossier.status == "in_process"
    assert list(dossier.reminders()) == ["near-due", "overdue"]


def test_it_may_be_forwarded_first() -> None:
    dossier = accepted().act("forward", "09/11/2026 10:00")
    assert (dossier.status, dossier.due) == ("in_process", None)
    # It should be taken over that day; nobody doing so is told.
    assert dossier.reminders() == {"take-over-late": "09/11/2026 17:31"}
    dossier.act("take-over", "09/11/2026 15:01")
    # After 15:00, so as Tue 10: Wed 11, Thu 12, Fri 13, Mon 16, Tue 17.
    assert (dossier.status, dossier.due) == ("in_process", "17/11/2026 17:30")


def test_the_task_in_the_inbox_of_the_competent_agency_takes_it_over() -> None:
    dossier = accepted().complete("motcua.act.take-over", "11/11/2026 09:00")
    assert dossier.due == "18/11/2026 17:30"
    assert dossier.waiting() == []


def test_beginning_to_work_there_is_receiving_it() -> None:
    drawing = draw(
        "start:s user:work user:more end:e", "s>work work>more more>e",
        named(**{"motcua:procedureCode": "9.000003", "motcua:timeLimit": "5 ngày"}),
        work=f'motcua:agency="{ELSEWHERE}"',
    )
    dossier = accepted(drawing=drawing).complete("work", "11/11/2026 09:00")
    assert dossier.due == "18/11/2026 17:30"
    assert dossier.told()[0] == {"act": "take-over", "element": "work"}
    assert dossier.waiting() == []


@pytest.mark.parametrize("competent", [None, ELSEWHERE])
def test_only_what_waits_for_the_competent_agency_is_taken_over(competent: str | None) -> None:
    dossier = InHand(competent=competent)
    assert dossier.refuses("take-over").code == "not-awaited"
    dossier.act("accept", "09/11/2026 09:00")
    if competent:
        dossier.act("take-over")
    refusal = dossier.refuses("take-over")
    assert "NĐ 118/2025 Đ17.3 (sửa đổi bởi NĐ 309/2026)" in refusal.vi


def test_while_a_supplement_is_awaited_nothing_is_taken_over() -> None:
    dossier = accepted().act("request-supplement", "09/11/2026 10:00", reason="Thiếu")
    assert dossier.refuses("take-over").code == "held"
    dossier.act("receive-supplement", "12/11/2026 09:00")
    assert (dossier.status, dossier.due) == ("received", None)
    dossier.act("take-over", "13/11/2026 09:00")
    # Mon 16, Tue 17, Wed 18, Thu 19, Fri 20.
    assert dossier.due == "20/11/2026 17:30"


def test_before_the_amendment_the_older_article_is_named() -> None:
    dossier = InHand("02/07/2025 09:00", clean())
    assert "NĐ 118/2025 Đ17, Đ18" in dossier.refuses("take-over").vi


def test_an_agency_that_does_not_take_over_what_was_passed_on_is_told() -> None:
    dossier = accepted().act("forward", "09/11/2026 15:30")
    assert dossier.reminders() == {"take-over-late": "10/11/2026 07:31"}
    dossier.remind("take-over-late", "10/11/2026 07:31")
    assert [alert.kind for alert in dossier.standing.alerts] == ["take-over-late"]
    assert dossier.waiting() == [("take-over", ELSEWHERE)]
