"""Remedy (khắc phục sai sót): Decree 61/2018 art. 21: who loses or spoils papers apologises."""

from __future__ import annotations

import pytest
from in_hand import InHand, moment

SAID = {"fault": "loss", "reason": "Thất lạc bản chính", "apology": "UBND xã xin lỗi ông"}


@pytest.mark.parametrize("fault", ["loss", "error"])
def test_the_fault_the_reason_and_the_apology_are_recorded(fault: str) -> None:
    dossier = InHand("09/11/2026 09:00").act("accept")
    due = dossier.due
    dossier.act("remedy", "10/11/2026 09:00", **{**SAID, "fault": fault})
    (alert,) = dossier.standing.alerts
    assert (alert.kind, alert.about, alert.at) == (
        "agency-fault", fault, moment("10/11/2026 09:00"))
    assert (dossier.status, dossier.due) == ("received", due)
    assert dossier.said()["apology"] == SAID["apology"]
    assert dossier.replays()


def test_at_any_time_also_after_the_end() -> None:
    for acts in ((), ("accept",), ("withdraw",)):
        dossier = InHand("09/11/2026 09:00")
        for act in acts:
            dossier.act(act)
        assert dossier.act("remedy", **SAID).standing.alerts


@pytest.mark.parametrize(("missing", "pointer"), [
    ("fault", "/fault"), ("reason", "/reason"), ("apology", "/apology"),
])
@pytest.mark.parametrize(("at", "named"), [
    ("09/11/2026 09:00", "tham số who_may.remedy"), ("09/06/2025 09:00", "NĐ 61/2018 Đ21"),
])
def test_all_three_are_stated(missing: str, pointer: str, at: str, named: str) -> None:
    content = {key: value for key, value in SAID.items() if key != missing}
    refusal = InHand(at).refuses("remedy", **content)
    assert [fault.pointer for fault in refusal.faults] == [pointer]  # type: ignore[union-attr]
    assert named in refusal.vi
