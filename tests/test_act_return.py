"""Return the result (trả kết quả): Decree 61/2018 art. 20, Decree 118/2025 art. 22."""

from __future__ import annotations

import pytest
from in_hand import InHand, clean, moment
from sketch import draw, named


def settled(at: str = "09/11/2026 09:00") -> InHand:
    return InHand(at).act("accept").act("forward").act("settle")


@pytest.mark.parametrize("how", ["counter", "post", "online"])
def test_the_applicant_has_the_result_and_the_originals(how: str) -> None:
    dossier = settled().act("return", "16/11/2026 09:00", how=how, originals=True)
    assert dossier.status == "returned"
    assert dossier.standing.returned_at == moment("16/11/2026 09:00")
    assert dossier.said() == {"how": how, "originals": True}
    assert (dossier.papers(), dossier.standing.alerts) == ([], ())
    assert dossier.replays()


@pytest.mark.parametrize(("at", "named_by"), [
    ("09/11/2026 09:00", "tham số early_return_informs"), ("09/06/2025 09:00", "NĐ 61/2018 Đ20"),
])
def test_before_its_day_only_after_the_applicant_was_told(at: str, named_by: str) -> None:
    dossier = settled(at)
    refusal = dossier.refuses("return", how="counter")
    assert [fault.pointer for fault in refusal.faults] == ["/informed"]  # type: ignore[union-attr]
    assert named_by in refusal.vi
    assert dossier.act("return", how="counter", informed=True).status == "returned"


def test_on_its_day_or_late_nobody_need_be_told() -> None:
    # Due Mon 16.
    assert settled().act("return", "16/11/2026 07:30").status == "returned"
    assert settled().act("return", "18/11/2026 07:30").status == "returned"


def test_a_drawn_step_that_does_not_ask_leaves_a_warning() -> None:
    drawing = draw(
        "start:s user:work user:hand end:e", "s>work work>hand hand>e",
        named(**{"motcua:procedureCode": "9.000003", "motcua:timeLimit": "5 ngày"}),
        work='motcua:status="in_process"', f1='motcua:act="settle"', f2='motcua:act="return"',
    )
    dossier = InHand("09/11/2026 09:00", drawing).act("accept").act("forward")
    dossier.complete("work", "10/11/2026 09:00").complete("hand", "10/11/2026 10:00")
    assert dossier.status == "returned"
    assert [alert.kind for alert in dossier.standing.alerts] == ["early-return-unannounced"]


def test_without_a_due_date_there_is_no_early() -> None:
    dossier = InHand("09/11/2026 09:00", clean(None)).act("accept").act("forward").act("settle")
    assert dossier.act("return").status == "returned"


def test_nothing_is_returned_before_it_is_settled_and_nothing_twice() -> None:
    dossier = InHand("09/11/2026 09:00").act("accept").act("forward")
    assert "NĐ 118/2025 Đ22" in dossier.refuses("return").vi
    dossier.act("settle").act("return", informed=True)
    assert dossier.refuses("return").code == "status-move"
