"""Close (đóng hồ sơ không được bổ sung): nobody completed it in time; parameter supplement_wait."""

from __future__ import annotations

import pytest
import town
from in_hand import InHand, moment


def asked(at: str = "09/11/2026 09:00") -> InHand:
    # 15 working days from Mon 9: 10-13 (4), 16-20 (9), Mon 23 (10), 25-27 (13), Mon 30, Tue 1.
    return InHand(at).act("request-supplement", at, reason="Thiếu")


def test_when_the_wait_is_over_the_task_to_close_it_opens_and_ends_everything() -> None:
    dossier = asked().remind("supplement-late", "01/12/2026 17:31")
    (alert,) = dossier.standing.alerts
    assert alert.kind == "supplement-late"
    assert dossier.status == "supplement_requested"
    assert ("close", town.COMMUNE) in dossier.waiting()
    task = dossier.task("motcua.act.close")
    dossier.complete("motcua.act.close", "02/12/2026 08:00", reason="Không bổ sung")
    assert dossier.status == "stopped"
    assert dossier.standing.ended_at == moment("02/12/2026 08:00")
    assert dossier.standing.hold is None
    assert (dossier.steps(), dossier.waiting(), dossier.before.parts) == ([], [], ())
    assert dossier.papers() == ["stop-notice"]
    assert dossier.last is not None
    states = {t.id: t.state for t in dossier.last.changed}
    assert states[task.id] == "done"
    assert sorted(states.values()) == ["cancelled", "cancelled", "done"]
    assert dossier.replays()


def test_not_before_the_wait_is_over() -> None:
    refusal = asked().refuses("close", "01/12/2026 17:30")
    assert (refusal.code, "supplement_wait" in refusal.vi) == ("still-awaited", True)
    assert asked().act("close", "01/12/2026 17:31").status == "stopped"


def test_the_request_may_have_said_another_number_of_days() -> None:
    dossier = InHand().act("request-supplement", "09/11/2026 09:00", reason="Thiếu", days=2)
    assert dossier.refuses("close", "11/11/2026 17:30").code == "still-awaited"
    assert dossier.act("close", "11/11/2026 17:31").status == "stopped"


@pytest.mark.parametrize("before", [(), ("accept",), ("accept", "forward")])
def test_only_what_waits_for_a_supplement_is_closed(before: tuple[str, ...]) -> None:
    dossier = InHand()
    for act in before:
        dossier.act(act)
    assert dossier.refuses("close").code == "no-supplement-awaited"


def test_before_circular_3_of_2025_there_is_no_form_for_the_notice() -> None:
    dossier = asked("09/06/2025 09:00").act("close", "01/08/2025 09:00")
    assert (dossier.status, dossier.papers()) == ("stopped", [])
