"""Accept (tiếp nhận): Decree 61/2018 art. 17.1c; the clock of Decree 118/2025 art. 17.3."""

from __future__ import annotations

from datetime import timedelta

import pytest
import town
from in_hand import CODE, InHand, clean, moment
from sketch import body, diagram, named, process

from engine.clock import local


def accepted(at: str, limit: str | None = "5 ngày làm việc") -> InHand:
    return InHand(at, clean(limit)).act("accept", at)


def test_accepting_starts_the_clock_and_calls_for_the_receipt() -> None:
    dossier = InHand().act("accept", "09/11/2026 09:00", through="applicant", note="Đủ bản gốc")
    standing = dossier.standing
    assert dossier.status == "received"
    assert standing.accepted_at == standing.clock_from == moment("09/11/2026 09:00")
    assert standing.derivation
    assert dossier.papers() == ["receipt"]
    assert dossier.waiting() == []
    assert dossier.told() == [{"act": "accept", "element": "", "papers": ["receipt"]}]
    assert dossier.said() == {"through": "applicant", "note": "Đủ bản gốc"}
    assert dossier.replays()


@pytest.mark.parametrize(("at", "limit", "due"), [
    # Mon 9 is not counted; Tue 10, Wed 11, Thu 12, Fri 13, Mon 16.
    ("09/11/2026 09:00", "5 ngày làm việc", "16/11/2026 17:30"),
    # 15:00 sharp is in time; a minute later it counts as Tue 10: Wed 11, Thu, Fri, Mon 16, Tue 17.
    ("09/11/2026 15:00", "5 ngày làm việc", "16/11/2026 17:30"),
    ("09/11/2026 15:01", "5 ngày làm việc", "17/11/2026 17:30"),
    # Saturday reception moves no deadline: as Mon 16; Tue 17, Wed, Thu, Fri 20, Mon 23.
    ("14/11/2026 09:00", "5 ngày làm việc", "23/11/2026 17:30"),
    # 24 November is off: Fri 20, Mon 23, Wed 25, Thu 26, Fri 27.
    ("19/11/2026 09:00", "5 ngày làm việc", "27/11/2026 17:30"),
    # Tet, 14-22 February off: Fri 13, then Mon 23, Tue 24, Wed 25, Thu 26.
    ("12/02/2026 10:00", "5 ngày làm việc", "26/02/2026 17:30"),
    # The last hour before Tet, after 15:00: as Mon 23; Tue 24, Wed 25.
    ("13/02/2026 16:00", "2 ngày", "25/02/2026 17:30"),
    # Sat 22 August is worked for Mon 31: Fri 21, Sat 22.
    ("20/08/2026 09:00", "2 ngày", "22/08/2026 17:30"),
    # 31 August, 1 and 2 September off: Thu 3.
    ("28/08/2026 09:00", "1 ngày làm việc", "03/09/2026 17:30"),
    # 1 January off, Fri 2 off in exchange: Mon 5, Tue 6.
    ("31/12/2025 09:00", "2 ngày", "06/01/2026 17:30"),
    # 1 h 30 before lunch, 4 h after; of 10 h 4 h 30 are left: Tue 07:30-11:30, 13:30-14:00.
    ("09/11/2026 10:00", "10 giờ", "10/11/2026 14:00"),
    # 96 h = 12 days of 8 h, over 24 November: 7 h on Thu 12 (08:30), then Fri 13, 16-20 (5), 23,
    # 25, 26, 27 are 10 days more (87 h), Mon 30: 8 h (95 h), Tue 1 December 07:30-08:30.
    ("12/11/2026 08:30", "96 giờ", "01/12/2026 08:30"),
    ("09/11/2026 09:00", "Không tính thời gian", None),
    ("09/11/2026 09:00", None, None),
])
def test_the_due_date_is_counted_from_the_receipt(at: str, limit: str, due: str | None) -> None:
    assert accepted(at, limit).due == due


@pytest.mark.parametrize(("at", "rules", "article"), [
    ("30/06/2025 10:00", "ND61/2018", "NĐ 61/2018 Đ17.1c"),
    ("01/07/2025 10:00", "ND118/2025", "NĐ 118/2025 Đ17"),
    ("15/09/2025 10:00", "ND118/2025+TT03/2025", "NĐ 118/2025 Đ17"),
    ("05/08/2026 10:00", "ND118/2025+ND309/2026", "NĐ 118/2025 Đ17"),
])
def test_the_rule_set_of_the_day_rules_and_is_named_by_a_refusal(
    at: str, rules: str, article: str,
) -> None:
    dossier = accepted(at)
    assert dossier.before.dossier.rule_set == rules
    refusal = dossier.refuses("accept")
    assert (refusal.code, refusal.facts["article"]) == ("already-accepted", article)
    assert article in refusal.vi


def test_a_dossier_keeps_the_rule_set_under_which_it_came() -> None:
    dossier = InHand("30/06/2025 10:00").act("accept", "02/07/2025 10:00")
    assert dossier.before.dossier.rule_set == "ND61/2018"
    assert dossier.replays()


def test_what_the_start_form_says_already_decides_the_limit_at_acceptance() -> None:
    attributes = named(**{"motcua:procedureCode": CODE, "motcua:timeLimit": "3 ngày"})
    limit = ('<bpmn:extensionElements><motcua:limit when="verify == true" value="5 ngày"/>'
             "</bpmn:extensionElements>")
    inside = limit + body("start:s user:work end:e", "s>work work>e")
    drawing = diagram(process(inside, attributes))
    plain = InHand(drawing=drawing).act("accept", "09/11/2026 09:00")
    checked = InHand(drawing=drawing, answers={"verify": True}).act("accept", "09/11/2026 09:00")
    # Tue 10, Wed 11, Thu 12; with verification also Fri 13 and Mon 16.
    assert (plain.due, checked.due) == ("12/11/2026 17:30", "16/11/2026 17:30")
    assert checked.replays()


def test_of_a_dossier_for_another_agency_the_clock_waits_for_that_agency() -> None:
    dossier = InHand(competent=town.DEPARTMENT).act("accept", "09/11/2026 09:00")
    assert dossier.status == "received"
    assert (dossier.standing.clock_from, dossier.due) == (None, None)
    assert dossier.waiting() == [("take-over", town.DEPARTMENT)]
    assert dossier.papers() == ["receipt"]


@pytest.mark.parametrize("through", ["hired_service", "authorised_person"])
def test_who_hands_in_for_another_is_named(through: str) -> None:
    dossier = InHand()
    refusal = dossier.refuses("accept", "09/11/2026 09:00", through=through)
    assert [fault.pointer for fault in refusal.faults] == ["/agent"]  # type: ignore[union-attr]
    dossier.act("accept", through=through, agent="Trần Thị B, giấy ủy quyền 11/2026")
    assert dossier.status == "received"


def test_the_public_post_hands_in_as_the_applicant_does() -> None:
    assert InHand().act("accept", "09/11/2026 09:00", through="public_post").status == "received"


def test_after_a_supplement_at_reception_it_is_accepted_and_the_clock_starts_only_then() -> None:
    dossier = InHand().act("request-supplement", "09/11/2026 09:00", reason="Thiếu bản sao")
    assert dossier.refuses("accept").code == "held"
    dossier.act("receive-supplement", "11/11/2026 10:00").act("accept", "12/11/2026 08:00")
    # Thu 12 is not counted: Fri 13, Mon 16, Tue 17, Wed 18, Thu 19.
    assert dossier.due == "19/11/2026 17:30"
    assert dossier.standing.clock_from == moment("12/11/2026 08:00")


@pytest.mark.parametrize(("act", "content"), [
    ("not-accept", {"reason": "Không thuộc thẩm quyền"}), ("withdraw", {}),
])
def test_a_dossier_that_has_ended_is_not_accepted(act: str, content: dict[str, str]) -> None:
    dossier = InHand().act(act, "09/11/2026 09:00", **content)
    assert dossier.refuses("accept").code == "status-move"


def test_what_was_accepted_must_be_passed_on_that_day_or_when_the_next_opens() -> None:
    on_time = accepted("09/11/2026 15:00")
    assert on_time.reminders()["forward-late"] == "09/11/2026 17:31"
    after_three = accepted("09/11/2026 15:01")
    assert after_three.reminders()["forward-late"] == "10/11/2026 07:31"
    assert local(after_three.standing.accepted_at or after_three.now) == after_three.now
    assert on_time.now - after_three.now == -timedelta(minutes=1)
