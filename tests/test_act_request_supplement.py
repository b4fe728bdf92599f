"""Request a supplement (yêu cầu bổ sung): Decree 61/2018 art. 15.3, 17.1a, 17.2, 19.4.

At reception one notice, in full; after appraisal within three working days of the receipt.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import town
from in_hand import InHand, clean, moment

from engine.law.rules import rules_by_id


def in_process(at: str = "09/11/2026 09:00", drawing: bytes | None = None) -> InHand:
    return InHand(at, drawing or clean()).act("accept", at).act("forward", at)


def test_a_request_holds_the_dossier_and_the_one_stop_unit_waits_for_the_rest() -> None:
    dossier = in_process().act(
        "request-supplement", "11/11/2026 10:00", reason="Thiếu giấy xác nhận",
        items=["Giấy xác nhận cư trú"],
    )
    hold = dossier.standing.hold
    assert hold is not None
    assert (dossier.status, hold.act, hold.until_act) == (
        "supplement_requested", "request-supplement", "receive-supplement")
    assert hold.since == moment("11/11/2026 10:00")
    # 15 working days: Thu 12, Fri 13, 16-20 (5), Mon 23, Wed 25, Thu 26, Fri 27 (Tue 24 is off),
    # then Mon 30, Tue 1, Wed 2, Thu 3 December.
    assert hold.due == moment("03/12/2026 17:30")
    assert dossier.standing.supplements == 1
    assert dossier.waiting() == [("receive-supplement", town.COMMUNE)]
    assert dossier.task("motcua.act.receive-supplement").due == hold.due
    assert dossier.papers() == ["supplement-request"]
    assert dossier.said()["items"] == ["Giấy xác nhận cư trú"]
    assert dossier.steps() == ["work"]
    assert dossier.replays()


def test_while_it_is_held_only_the_wait_falls_due() -> None:
    dossier = in_process().act("request-supplement", "11/11/2026 10:00", reason="Thiếu", days=5)
    # Thu 12, Fri 13, Mon 16, Tue 17, Wed 18.
    assert dossier.reminders() == {"supplement-late": "18/11/2026 17:31"}


@pytest.mark.parametrize(("at", "last", "late"), [
    # Received Mon 9: Tue 10, Wed 11, Thu 12.
    ("09/11/2026 09:00", "12/11/2026 17:30", "12/11/2026 17:31"),
    # Received Mon 9 after 15:00, so as Tue 10: Wed 11, Thu 12, Fri 13.
    ("09/11/2026 15:30", "13/11/2026 17:30", "13/11/2026 17:31"),
    # Received Sat 14, so as Mon 16: Tue 17, Wed 18, Thu 19.
    ("14/11/2026 09:00", "19/11/2026 17:30", "19/11/2026 17:31"),
    # Received Fri 20: Mon 23, Wed 25, Thu 26, as Tue 24 is off.
    ("20/11/2026 09:00", "26/11/2026 17:30", "26/11/2026 17:31"),
])
def test_after_appraisal_within_three_working_days_of_the_receipt(
    at: str, last: str, late: str,
) -> None:
    refusal = in_process(at).refuses("request-supplement", late, reason="Thiếu")
    assert (refusal.code, "supplement_notice_days" in refusal.vi) == ("supplement-too-late", True)
    in_process(at).act("request-supplement", last, reason="Thiếu")


def test_under_decree_61_the_refusal_names_article_19_4() -> None:
    dossier = in_process("09/06/2025 09:00")
    assert "NĐ 61/2018 Đ19.4" in dossier.refuses(
        "request-supplement", "13/06/2025 08:00", reason="Thiếu").vi


def test_sector_law_may_give_another_number_of_days() -> None:
    dossier = in_process(drawing=clean(supplementDays="6"))
    # Tue 10, Wed 11, Thu 12, Fri 13, Mon 16, Tue 17.
    assert dossier.act("request-supplement", "17/11/2026 17:30", reason="Thiếu").standing.hold
    late = in_process(drawing=clean(supplementDays="6"))
    assert late.refuses("request-supplement", "17/11/2026 17:31", reason="Thiếu")


@pytest.mark.parametrize(("registered", "article"), [
    ("09/11/2026 08:00", "NĐ 118/2025 Đ17.2a"), ("09/06/2025 08:00", "NĐ 61/2018 Đ15.3, Đ17.2"),
])
def test_at_reception_it_is_asked_for_once_and_in_full(registered: str, article: str) -> None:
    dossier = InHand(registered).act("request-supplement", reason="Thiếu")
    dossier.act("receive-supplement")
    refusal = dossier.refuses("request-supplement", reason="Còn thiếu")
    assert (refusal.code, article in refusal.vi) == ("supplement-asked-before", True)


@pytest.mark.parametrize("reason", [None, "", 7])
def test_a_request_states_its_reason(reason: object) -> None:
    refusal = in_process().refuses("request-supplement", reason=reason)
    assert [fault.pointer for fault in refusal.faults] == ["/reason"]  # type: ignore[union-attr]
    assert "NĐ 118/2025 Đ17.2a" in refusal.vi


def test_a_held_dossier_is_not_held_twice() -> None:
    dossier = in_process().act("request-supplement", "11/11/2026 10:00", reason="Thiếu")
    assert dossier.refuses("request-supplement", reason="Thiếu nữa").code == "held"
    assert dossier.refuses("request-payment", amount=1000).code == "held"


def test_what_has_a_result_asks_for_nothing_more() -> None:
    dossier = in_process().act("settle", "10/11/2026 10:00")
    assert dossier.refuses("request-supplement", reason="Thiếu").code == "status-move"


def test_where_nobody_bounds_it_it_may_be_asked_for_at_any_time() -> None:
    rules = replace(rules_by_id("ND118/2025"), supplement_notice_days=None,
                    supplements_at_reception=None)
    dossier = InHand("09/11/2026 09:00", rules=rules)
    for day in (10, 11):
        dossier.act("request-supplement", f"{day}/11/2026 09:00", reason="Thiếu")
        dossier.act("receive-supplement", f"{day}/11/2026 10:00")
    dossier.act("accept").act("request-supplement", "01/12/2026 09:00", reason="Thiếu")
    assert dossier.standing.supplements == 3
